"""Worker processes: ``safety`` says what they must not do, and this file when they end.

They end with their parent, however it ends: Linux kills them, and everywhere each watches the pipe
that its parent holds. Ctrl-C is for the parent alone, which then kills them. A worker that is
killed is a ``WorkersLostError``, and never waited for.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import parent_process
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Final, TypeVar

from wfmodel.native.lost import WorkersLostError
from wfmodel.native.safety import leaving_out_the_working_directory

Result = TypeVar("Result")

GRACE_S: Final = 5.0
"""How long after a worker's death its pool may take to notice. One that was killed while it wrote
a result leaves half of it in the pipe, for whose other half the pool would wait."""
PR_SET_PDEATHSIG: Final = 1

_CLOSING: Final = threading.Lock()
"""Of those who look after workers, one closes a pipe; the next finds it closed."""


class WorkerPool(ProcessPoolExecutor):
    """Worker processes that import nothing from the working directory, however they begin, and
    outlive neither this process nor a ``with`` block that an error leaves.
    """

    def __init__(
        self,
        workers: int,
        context: BaseContext,
        *,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        """As of ``ProcessPoolExecutor``.

        Raises:
            RuntimeError: they could not be told where not to import from.
        """
        # Linux means the thread that starts a process, where it speaks of its parent.
        lasting = threading.current_thread() is threading.main_thread()
        with starting():  # a pool's locks already start a process
            super().__init__(
                workers, context, initializer=_begin, initargs=(lasting, initializer, initargs)
            )
        self._watched: set[int] = set()

    def submit(
        self,
        fn: Callable[..., Result],
        /,
        *arguments: Any,  # noqa: ANN401 - handed on
        **options: Any,  # noqa: ANN401
    ) -> Future[Result]:
        """As of ``ProcessPoolExecutor``, which starts a process when there is work for it."""
        with starting():
            future = super().submit(fn, *arguments, **options)
            self._watch()
        return future

    def map(
        self,
        fn: Callable[..., Result],
        *iterables: Any,  # noqa: ANN401 - handed on
        timeout: float | None = None,
        chunksize: int = 1,
    ) -> Iterator[Result]:
        """As of ``ProcessPoolExecutor``.

        Raises:
            WorkersLostError: a worker was killed.
        """
        with self._telling():
            results = super().map(fn, *iterables, timeout=timeout, chunksize=chunksize)
        return self._results(results)

    def abandon(self) -> None:
        """End all workers at once, whatever they are at, and wait until they have."""
        if self._processes:
            _kill(tuple(self._processes.values()), self._result_queue)
        self.shutdown(wait=True, cancel_futures=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        """Wait for the workers; where an error leaves the block, end them."""
        if error is not None:
            self.abandon()
        return super().__exit__(kind, error, trace)

    def _results(self, results: Iterator[Result]) -> Iterator[Result]:
        with self._telling():
            yield from results

    @contextmanager
    def _telling(self) -> Iterator[None]:
        processes = self._processes  # a pool that is shut down forgets them
        try:
            yield
        except BrokenProcessPool:
            with suppress(OSError):  # who looks after a worker closes the same pipe just now
                self.shutdown(wait=True, cancel_futures=True)  # then all have an exit code
            raise WorkersLostError(_how(tuple((processes or {}).values()))) from None

    def _watch(self) -> None:
        """Look after processes that have begun, from threads that begin after them."""
        manager = self._executor_manager_thread
        for number, process in list(self._processes.items()):
            if number not in self._watched and manager is not None:
                self._watched.add(number)
                threading.Thread(
                    target=_look_after,
                    args=(process, manager, self._processes, self._result_queue),
                    daemon=True,
                ).start()


@contextmanager
def starting() -> Iterator[None]:
    """Processes that start meanwhile import nothing from the working directory and hear no Ctrl-C.

    Nor does this thread, until it is over: a process half begun would be nobody's.
    """
    with leaving_out_the_working_directory(), _deaf():
        yield


@contextmanager
def _deaf() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_server(preload: Sequence[str], context: BaseContext) -> None:
    """Start the server that forks workers, if it does not run; it imports ``preload`` once."""
    from multiprocessing import forkserver, resource_tracker

    context.set_forkserver_preload(list(preload))
    with starting():
        resource_tracker.ensure_running()  # which lets Ctrl-C through again as it begins
    with starting():
        forkserver.ensure_running()


# ---------------------------------------------------------------------------- in the worker


def _begin(
    lasting: bool, initializer: Callable[..., object] | None, arguments: tuple[Any, ...]
) -> None:
    end_with_parent(lasting=lasting)
    if initializer is not None:
        initializer(*arguments)


def end_with_parent(*, lasting: bool) -> None:
    """In a worker: end when the parent does, and leave Ctrl-C to it.

    ``lasting``: whether the thread that started this process lasts as long as the parent.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if lasting and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_end_after_parent, daemon=True).start()


def _end_after_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


# ---------------------------------------------------------------------------- in the parent


def _look_after(
    process: BaseProcess,
    manager: threading.Thread,
    processes: dict[int, BaseProcess],
    results: Any,  # noqa: ANN401 - a private part of the pool's
) -> None:
    """When a worker was killed and the pool does not notice, let it."""
    wait([process.sentinel])
    manager.join(GRACE_S)
    if manager.is_alive() and process.exitcode not in (0, None):
        _kill(tuple(processes.values()), results)


def _kill(processes: Sequence[BaseProcess], results: Any) -> None:  # noqa: ANN401
    """Kill them, and let who reads their results see that nobody writes any more."""
    for process in processes:
        process.kill()
    with _CLOSING, suppress(OSError):  # the pool closes it just now
        results._writer.close()


def _how(processes: Sequence[BaseProcess]) -> str:
    """One line about workers of which one was killed; the pool has ended the others by SIGTERM."""
    codes = {process.exitcode or 0 for process in processes} - {0}
    for code in sorted(codes - {-signal.SIGTERM}) or sorted(codes):
        if code < 0:
            why = "out of memory, or from outside" if code == -signal.SIGKILL else "from outside"
            return f"a worker process was killed by {_name(-code)} ({why})"
        return f"a worker process ended with code {code}"
    return "a worker process was killed (out of memory, or from outside)"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
