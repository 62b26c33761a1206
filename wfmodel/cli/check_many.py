"""One file checked, many files checked: in parallel, and only where something changed.

The cache holds answers by content: a hash over the file, the files beside it that belong to it, the
question, and the program itself. So it is never stale, and may be kept between runs of CI.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache as cache_calls
from pathlib import Path
from typing import Final

from wfmodel.cli.cache_keys import Listing, beside, key_of, program, side_files
from wfmodel.cli.check_cache import keep, opened, stored
from wfmodel.cli.file_answer import FileAnswer, FileQuestion
from wfmodel.model.reading import reading_once

FEW: Final = 16
"""So many files are checked sooner than processes start."""


def answers(
    files: Sequence[str],
    question: FileQuestion,
    *,
    cache: str | None,
    jobs: int,
    found: Collection[str] = (),
) -> Iterator[FileAnswer]:
    """One answer a file, in the order given; ``cache`` names a folder (None: no cache).

    ``found`` are the files that nobody named.
    """
    questions = {
        file: replace(question, found=True) if file in found else question for file in files
    }
    store = None if cache is None else opened(Path(cache))
    if store is None:
        every = [_Asked(file, each) for file, each in questions.items()]
        yield from (answer for answer, _ in _fresh(every, jobs))
        return
    with closing(store):
        of_program = program()
        listed = cache_calls(side_files)  # a folder is read once, not once a file
        asked = {
            file: _Asked(file, each, _beside(file, each, listed), of_program)
            for file, each in questions.items()
        }
        keys = {file: one.key() for file, one in asked.items()}
        current = [key for key in keys.values() if key is not None]
        texts = stored(store, current)
        known = {file: _remembered(file, texts.get(key or "")) for file, key in keys.items()}
        fresh = _fresh([asked[file] for file in files if known[file] is None], jobs)
        new: list[tuple[str, str]] = []
        for file in files:
            answer = known[file]
            if answer is None:
                answer, key = next(fresh)
                if key is not None and answer.final:
                    new.append((key, answer.as_text()))
            yield answer
        keep(store, new, current)


def _remembered(file: str, text: str | None) -> FileAnswer | None:
    """An answer of the cache; one that is damaged is none."""
    try:
        return None if text is None else FileAnswer.from_text(file, text)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question about one file; without the program's hash its answer is not to be kept."""

    file: str
    question: FileQuestion
    beside: tuple[str, ...] = ()
    of_program: bytes | None = None

    def key(self, held: Mapping[str, bytes] | None = None) -> str | None:
        if self.of_program is None:
            return None
        return key_of(self.file, self.beside, self.question, self.of_program, held)


def _beside(file: str, question: FileQuestion, listed: Listing) -> tuple[str, ...]:
    named = () if question.annotations is None else (question.annotations,)
    return (*beside(file, listed), *named)


def _answered(asked: _Asked) -> tuple[FileAnswer, str | None]:
    """An answer, with the key of what was read for it."""
    from wfmodel.cli.check_file import check_safely

    with reading_once() as held:
        return check_safely(asked.file, asked.question), asked.key(held)


def _fresh(every: Sequence[_Asked], jobs: int) -> Iterator[tuple[FileAnswer, str | None]]:
    """Each answer with the key under which it may be kept (None: under none)."""
    if jobs == 1 or len(every) < FEW:
        yield from map(_answered, every)
        return
    # Fork would copy a process that may have threads; each worker imports the rules once.
    from multiprocessing import get_context  # slow to import, as what is built on it

    from wfmodel.native.pools import WorkerPool

    with WorkerPool(jobs, get_context("spawn"), initializer=collect_rarely) as pool:
        size = max(1, min(32, len(every) // (4 * jobs)))
        yield from pool.map(_answered, every, chunksize=size)


def collect_rarely() -> None:
    """Let the garbage collector look seldom: a run makes many objects, and ends soon."""
    gc.set_threshold(200_000, 50, 50)


def workers(wanted: int | None) -> int:
    """How many processes: as wanted, else one for each processor this process may use."""
    if wanted is not None:
        return wanted
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
