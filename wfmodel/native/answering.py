"""Python's side of the conversation with compiled code.

An error in an answer (a user's machine raises, memory ends) cannot pass through compiled code: it
is kept, the other side is told to stop after the present event, and the error is raised in Python.
Until then compiled code writes into memory kept back for it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wfmodel.native import header as at
from wfmodel.native.arena import Chunks
from wfmodel.native.interpreted import Answer as Shape

Answer: TypeAlias = Callable[[int, int, int, int], int]
"""Four words of a question to a word."""


class Answering:
    """Answers questions by number. ``header`` is set when it has been made.

    ``instead``: what a question that failed is answered with, until compiled code stops.
    """

    def __init__(
        self, store: Chunks, own: Mapping[int, Answer], instead: Callable[[int], int]
    ) -> None:
        self.store = store
        self._instead: Callable[[int], int] = instead
        self.error: BaseException | None = None
        self.header: NDArray[np.int64] = np.zeros(0, np.int64)
        self._answers: Mapping[int, Answer] = {at.ASK_MEMORY: self._memory, **own}
        self._called: Any = Shape(self._answer)
        # Not cast: that makes what is cast refer to itself.
        self.address = ctypes.c_void_p.from_buffer(self._called).value or 0

    def raise_error(self) -> None:
        """Raise what went wrong in an answer, if anything did."""
        if self.error is not None:
            raise self.error

    def end(self) -> None:
        """Nothing is asked any more. What answers refer to refers to them: let go here, it does not
        stay until Python next looks for such circles.
        """
        self._answers, self._instead, self._called = {}, int, None

    def _answer(self, question: int, a: int, b: int, c: int, d: int) -> int:
        try:
            return self._answers[question](a, b, c, d)
        except BaseException as error:
            self.error = self.error or error
            self.header[at.ABORT] = 1
            if question == at.ASK_MEMORY:
                self.header[at.BUMP], self.header[at.BUMP_END] = self.store.reserve()
            return self._instead(question)

    def _memory(self, words: int, b: int, c: int, d: int) -> int:
        self.header[at.BUMP], self.header[at.BUMP_END] = self.store.chunk(words)
        return 0
