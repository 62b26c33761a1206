"""What ``.gitignore`` leaves out, read as git reads it, without running git or anything else.

Git itself is not asked: a checkout can hold settings that make it run programs. Nor is a library
that turns patterns into regular expressions: the patterns come from anybody, too.

Source: gitignore(5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wfmodel.model.files import open_regular
from wfmodel.model.wildcards import PathPattern, path_pattern

FILE: Final = ".gitignore"
MOST_BYTES: Final = 1 << 20
MOST_RULES: Final = 2_000


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line. ``base`` is the folder of its file, with a slash at the end."""

    base: str
    pattern: PathPattern
    takes_back: bool
    only_folders: bool


def rules_of(folder: Path) -> tuple[IgnoreRule, ...]:
    """The rules of a folder's own file; none where it has none."""
    file = folder / FILE
    if file.is_symlink() or not file.is_file():
        return ()
    try:
        with open_regular(file) as stream:
            text = stream.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ()
    base = f"{folder.as_posix().rstrip('/')}/"
    rules = (_rule(base, line) for line in text.split("\n")[:MOST_RULES])
    return tuple(rule for rule in rules if rule is not None)


def rules_above(folder: Path) -> tuple[IgnoreRule, ...]:
    """The rules that hold in a folder by what stands above it, up to the repository's root."""
    above = [folder, *folder.parents]
    root = next((n for n, each in enumerate(above) if (each / ".git").exists()), 0)
    return tuple(rule for each in reversed(above[1 : root + 1]) for rule in rules_of(each))


def is_ignored(rules: Iterable[IgnoreRule], path: str, *, is_folder: bool) -> bool:
    """Whether the last rule that fits a path leaves it out."""
    left_out = False
    for rule in rules:
        if rule.takes_back is left_out and (is_folder or not rule.only_folders):
            inner = path[len(rule.base) :] if path.startswith(rule.base) else ""
            if inner and rule.pattern.match(inner):
                left_out = not rule.takes_back
    return left_out


def _rule(base: str, line: str) -> IgnoreRule | None:
    text = line.rstrip("\r")
    while text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1]
    if not text or text.startswith("#"):
        return None
    takes_back = text.startswith("!")
    text = text.removeprefix("!")
    only_folders = text.endswith("/")
    text = text.rstrip("/")
    if not text:
        return None
    whole = text.removeprefix("/") if "/" in text else f"**/{text}"
    return IgnoreRule(base, path_pattern(whole, as_git=True), takes_back, only_folders)
