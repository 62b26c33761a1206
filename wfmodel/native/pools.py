"""Worker processes: ``safety`` says what they must not do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

from wfmodel.native.safety import leaving_out_the_working_directory

Result = TypeVar("Result")


class WorkerPool(ProcessPoolExecutor):
    """Worker processes that import nothing from the working directory, however they begin."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - handed on
        """As of ``ProcessPoolExecutor``.

        Raises:
            RuntimeError: they could not be told where not to import from.
        """
        with leaving_out_the_working_directory():  # a pool's locks already start a process
            super().__init__(*arguments, **options)

    def submit(
        self,
        fn: Callable[..., Result],
        /,
        *arguments: Any,  # noqa: ANN401 - handed on
        **options: Any,  # noqa: ANN401
    ) -> Future[Result]:
        """As of ``ProcessPoolExecutor``, which starts a process when there is work for it."""
        with leaving_out_the_working_directory():
            return super().submit(fn, *arguments, **options)
