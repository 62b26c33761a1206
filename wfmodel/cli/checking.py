"""One file checked, many files checked: in parallel, and only where something changed.

The cache holds answers by content: a hash over the file, the files beside it that belong to it, the
question, and the program itself. So it is never stale, and may be kept between runs of CI.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache as cache_calls
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from wfmodel.checks.effort import MOST_SECONDS, MOST_STEPS
from wfmodel.cli.store import keep, opened, stored

if TYPE_CHECKING:
    from wfmodel.checks.reported import Reported

Listing: TypeAlias = Callable[[Path], tuple[str, ...]]

FEW: Final = 16
"""So many files are checked sooner than processes start."""

_SIDES: Final = tuple(
    f".{kind}.{ending}" for kind in ("annotations", "suppressions") for ending in ("yaml", "yml")
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every file."""

    annotations: str | None = None
    choreography: str | None = None
    stdin_name: str | None = None
    """What standard input is called, and is read as."""
    found: bool = False
    """The file was not named but found in a directory: it may hold no definition."""
    most_steps: int = MOST_STEPS
    """Work for one file, as ``checks.effort`` counts it."""
    most_seconds: float = MOST_SECONDS
    """Processor time for one file."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a file was checked."""

    taken: bool = True
    """It holds a definition, or was named."""
    machines: int = 0
    """Definitions that were read and checked."""
    unread: tuple[str, ...] = ()
    """What was not, each with its place and why."""
    elsewhere: int = 0
    """Definitions that stand in another file or place, which was not followed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found in one file, suppressed findings already left out."""

    file: str
    findings: tuple[Reported, ...]
    suppressed: int = 0
    coverage: Coverage = Coverage()
    final: bool = True
    """Depends on nothing but the file, those beside it, and the question: may be cached."""

    def as_text(self) -> str:
        """JSON for the cache."""
        held = self.coverage
        covered = [held.taken, held.machines, held.unread, held.elsewhere]
        data = [self.suppressed, [finding.as_data() for finding in self.findings], covered]
        return json.dumps(data, separators=(",", ":"))

    @classmethod
    def from_text(cls, file: str, text: str) -> Answer:
        """What ``as_text`` gave."""
        from wfmodel.checks.reported import Reported

        suppressed, rows, (taken, machines, unread, elsewhere) = json.loads(text)
        covered = Coverage(taken, machines, tuple(unread), elsewhere)
        return cls(file, tuple(Reported.from_data(row) for row in rows), suppressed, covered)


def answers(
    files: Sequence[str],
    question: Question,
    *,
    cache: str | None,
    jobs: int,
    found: Collection[str] = (),
) -> Iterator[Answer]:
    """One answer a file, in the order given; ``cache`` names a folder (None: no cache).

    ``found`` are the files that nobody named.
    """
    asked = [replace(question, found=True) if file in found else question for file in files]
    store = None if cache is None else opened(Path(cache))
    if store is None:
        yield from _fresh(files, asked, jobs)
        return
    with closing(store):
        program = _program()
        listed = cache_calls(_side_files)  # a folder is read once, not once a file
        keys = {
            file: _key(file, each, program, listed) for file, each in zip(files, asked, strict=True)
        }
        current = [key for key in keys.values() if key is not None]
        texts = stored(store, current)
        known = {file: _remembered(file, texts.get(key or "")) for file, key in keys.items()}
        new_ones = [n for n, file in enumerate(files) if known[file] is None]
        fresh = _fresh([files[n] for n in new_ones], [asked[n] for n in new_ones], jobs)
        new: list[tuple[str, str]] = []
        for file in files:
            answer = known[file]
            if answer is None:
                answer = next(fresh)
                if (key := keys[file]) is not None and answer.final:
                    new.append((key, answer.as_text()))
            yield answer
        keep(store, new, current)


def _remembered(file: str, text: str | None) -> Answer | None:
    """An answer of the cache; one that is damaged is none."""
    try:
        return None if text is None else Answer.from_text(file, text)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _fresh(files: Sequence[str], questions: Sequence[Question], jobs: int) -> Iterator[Answer]:
    from wfmodel.cli.one_file import check_safely

    if jobs == 1 or len(files) < FEW:
        yield from map(check_safely, files, questions)
        return
    # Fork would copy a process that may have threads; each worker imports the rules once.
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=collect_rarely) as pool:
        size = max(1, min(32, len(files) // (4 * jobs)))
        yield from pool.map(check_safely, files, questions, chunksize=size)


def collect_rarely() -> None:
    """Let the garbage collector look seldom: a run makes many objects, and ends soon."""
    gc.set_threshold(200_000, 50, 50)


def workers(wanted: int | None) -> int:
    """How many processes: as wanted, else one for each processor this process may use."""
    if wanted is not None:
        return wanted
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _program() -> bytes:
    """A hash of this program: another version, or an edited rule, is another program."""
    root = Path(__file__).parents[1]
    stamps = [sys.version, metadata.version("wfmodel")]
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name != "__pycache__")
        for name in sorted(files):
            state = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - hundreds of files
            stamps.append(f"{folder[len(str(root)) :]}/{name}:{state.st_size}:{state.st_mtime_ns}")
    stamps += [
        f"{name} {_version(name)}" for name in ("z3-solver", "python-hcl2", "jsonata-python")
    ]
    return hashlib.sha256("\n".join(stamps).encode()).digest()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"


def _key(file: str, question: Question, program: bytes, listed: Listing) -> str | None:
    """The key of a file's answer; None for standard input and what cannot be read."""
    if file == "-":
        return None
    digest = hashlib.sha256(program)
    path = Path(file)
    beside = [
        *_beside(path, listed),
        *([] if question.annotations is None else [question.annotations]),
    ]
    digest.update(f"{file}\0{question}\0".encode("utf-8", "surrogatepass"))
    try:
        digest.update(path.read_bytes())
        for other in beside:
            digest.update(f"\0{other}\0".encode("utf-8", "surrogatepass"))
            digest.update(Path(other).read_bytes())
    except OSError:
        return None
    return digest.hexdigest()


def _beside(path: Path, listed: Listing) -> list[str]:
    """Files that belong to one: ``x.annotations.yaml``, ``x.Machine.annotations.yaml``, …"""
    stem = path.name
    for ending in (".json", ".yaml", ".yml", ".tf", ".asl", ".template"):
        stem = stem.removesuffix(ending)
    return [
        str(path.with_name(name)) for name in listed(path.parent) if name.startswith(f"{stem}.")
    ]


def _side_files(folder: Path) -> tuple[str, ...]:
    """Names of all annotation and suppression files of a folder."""
    names = [each.name for each in folder.iterdir()] if folder.is_dir() else []
    return tuple(sorted(name for name in names if name.endswith(_SIDES)))
