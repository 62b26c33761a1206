"""``--since REF``: what was found at a commit already, so that only what is new is shown.

The files of the commit are unpacked into a folder of their own and checked there as those of today
are, by today's rules; of a file that nothing is found in today nothing is asked. A finding is
known by its place in the structure, as in a baseline; a renamed file stays the same file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wfmodel.checks.file_selection import SUFFIXES
from wfmodel.checks.resolved_finding import Reported
from wfmodel.cli.check_many import answers
from wfmodel.cli.file_answer import FileQuestion
from wfmodel.model.boundary import MARK
from wfmodel.model.limits import MOST_BYTES
from wfmodel.native.git_tree import Blob, Tree, tree_at, unpack

_FOLLOWED = (*SUFFIXES, ".tpl", ".tmpl")
"""Endings of files that are unpacked, beside those that are asked about: others lead to them."""


@dataclass(frozen=True, slots=True)
class Since:
    """A commit to compare with, looked up before the work begins."""

    tree: Tree
    blobs: tuple[Blob, ...]
    renamed: Mapping[str, str]

    @classmethod
    def of(cls, ref: str, path: str) -> Since:
        """The commit that a name means in the repository around a path that is checked.

        Raises:
            ValueError: there is none.
        """
        try:
            tree = tree_at(_folder_of(path), ref)
            return cls(tree, tree.blobs(), tree.renamed())
        except ValueError as error:
            raise ValueError(f"--since {ref}: {error}") from None

    def found(
        self, files: Sequence[str], question: FileQuestion, jobs: int
    ) -> Iterator[tuple[str, tuple[Reported, ...]]]:
        """Each of the files that was there, with what is found in it as it was.

        Names of files are those of today, as they were given.

        Raises:
            ValueError: git does not hand the files out.
        """
        with tempfile.TemporaryDirectory(prefix="wfmodel-since-") as name:
            folder = Path(name).resolve()
            (folder / MARK).mkdir()  # references stay inside, as they do today
            there = {self._today(blob): blob for blob in self.blobs if blob.size <= MOST_BYTES}
            asked = {file: inner for file in files if (inner := self._inner(file)) in there}
            wanted = {p: b for p, b in there.items() if p.endswith(_FOLLOWED)}
            wanted |= {inner: there[inner] for inner in asked.values()}
            unpack(self.tree, [(blob, path) for path, blob in wanted.items()], folder)
            old = {str(folder / inner): file for file, inner in asked.items()}
            given = answers(list(old), self._asked_there(question, folder), cache=None, jobs=jobs)
            for answer in given:
                file = old[answer.file]
                yield file, tuple(_as_today(each, answer.file, file) for each in answer.findings)

    def _today(self, blob: Blob) -> str:
        return self.renamed.get(blob.path, blob.path)

    def _inner(self, file: str) -> str:
        """A file's path from the top; empty outside."""
        path = Path(file).absolute()
        real = path.parent.resolve() / path.name
        top = self.tree.top.resolve()
        return real.relative_to(top).as_posix() if real.is_relative_to(top) else ""

    def _asked_there(self, question: FileQuestion, folder: Path) -> FileQuestion:
        """The same question about files that lie elsewhere."""
        root = None if question.root is None else folder / self._inner(question.root)
        return replace(question, stdin_name=None, root=None if root is None else str(root))


def _folder_of(path: str) -> Path:
    """The nearest folder that is there: of a path, a pattern, or standard input."""
    whole = Path(path).absolute()
    return next(each for each in (whole, *whole.parents) if each.is_dir())


def _as_today(finding: Reported, old: str, file: str) -> Reported:
    """A finding with the name that its file, or one that its file leads to, has today."""
    if finding.file == old:
        return replace(finding, file=file)
    folder = Path(old).parent
    inner = Path(finding.file)
    if not inner.is_relative_to(folder):
        return finding
    return replace(finding, file=str(Path(file).parent / inner.relative_to(folder)))
