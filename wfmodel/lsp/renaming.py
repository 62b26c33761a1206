"""A state gets another name at every place of the text that names it, or at none.

What is to be changed is made, read again, and compared: if the text then holds anything but the
same machines with that one name changed, the renaming is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any, Final, TypeAlias

from wfmodel.importers.asl.shape import LONGEST_STATE_NAME
from wfmodel.lsp.completion import written
from wfmodel.lsp.open_document import ReadText
from wfmodel.lsp.outline import BUILT_IN, Mention, Outline, outlines
from wfmodel.model.loading import LoadResult

Replacement: TypeAlias = tuple[int, int, str]
"""Offsets, and what comes between them."""

Reread: TypeAlias = Callable[[str], Sequence[LoadResult]]
"""What the importers read in another text of the same file."""

LONGEST: Final = 200
_ESCAPED: Final = '\\"'
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][\w-]*")


class RenamingRefusedError(ValueError):
    """The state cannot get this name; says why."""


def place_to_rename(read: ReadText, offset: int) -> tuple[int, int] | None:
    """The offsets of the name at an offset, without its quotes; None: no state is named there."""
    found = read.at(offset)
    if found is None or found[1].name not in found[0].names(found[1].scope):
        return None
    begin, end = read.extent(*found)
    mark = _quote(read.places.text[begin:end])
    return begin + len(mark), end - len(mark)


def renamed(read: ReadText, offset: int, new: str, reread: Reread) -> list[Replacement]:
    """The changes that give the state at an offset another name.

    Raises:
        RenamingRefusedError: nothing to rename is there, or the name does not do.
    """
    found = read.at(offset)
    if found is None:
        raise RenamingRefusedError("no state is named here")
    outline, mention = found
    _fits(outline, mention, new, read)
    every = outline.mentions_of(mention)
    text = read.places.text
    changes = sorted({_replacement(read, read.extent(outline, each), each, new) for each in every})
    changed = text
    for begin, end, words in reversed(changes):
        changed = changed[:begin] + words + changed[end:]
    wanted = [
        _with_name(each, every, new) if each is outline else each.document.value
        for each in read.outlines
    ]
    got = [each.document.value for each in outlines(reread(changed), read.file)]
    if got != wanted:
        raise RenamingRefusedError(
            f"{mention.name!r} cannot become {new!r} here: the text would mean something else"
        )
    return changes


def _fits(outline: Outline, mention: Mention, new: str, read: ReadText) -> None:
    """Whether a name may be given.

    Raises:
        RenamingRefusedError: it may not.
    """
    old = mention.name
    if old not in outline.names(mention.scope):
        raise RenamingRefusedError(f"{old!r} is no state of this machine")
    is_asl = outline.language == "asl"
    longest = LONGEST_STATE_NAME if is_asl else LONGEST
    if not 0 < len(new) <= longest:
        raise RenamingRefusedError(f"a state's name has 1 to {longest} characters; got {len(new)}")
    if new in BUILT_IN and outline.language == "native":
        raise RenamingRefusedError(f"{new!r} is built in: it means to undo what is done")
    if is_asl and ("${" in new or "%{" in new):
        raise RenamingRefusedError(f"in {new!r} a deployment would fill something in")
    for path in outline.states:  # in Amazon States Language a name is used once in all scopes
        if path[-1] == new and (is_asl or path[:-1] == mention.scope):
            begin, _ = read.extent(outline, Mention(path[:-1], new, path, declares=True))
            line = read.places.position(begin)[0] + 1
            raise RenamingRefusedError(f"there is a state {new!r} already, in line {line}")


def _replacement(
    read: ReadText, extent: tuple[int, int], mention: Mention, new: str
) -> Replacement:
    begin, end = extent
    source = read.places.text[begin:end]
    mark = _quote(source)
    if mention.name not in source and not mark:
        raise RenamingRefusedError(
            f"{mention.name!r} is put together here, and cannot be changed by itself"
        )
    if mark == _ESCAPED:  # JSON inside of a text of JSON
        inner = json.dumps(written(new, '"', must_quote=True), ensure_ascii=False)[1:-1]
    else:
        is_hcl = read.file.endswith(".tf") and _IDENTIFIER.fullmatch(new) is None
        inner = written(new, mark, must_quote=is_hcl)
    return begin, end, f"{mark}{inner}{mark}"


def _quote(source: str) -> str:
    """What stands at both ends of a name."""
    marks: Iterator[str] = iter((_ESCAPED, '"', "'"))
    for mark in marks:
        if len(source) >= 2 * len(mark) and source.startswith(mark) and source.endswith(mark):
            return mark
    return ""


def _with_name(outline: Outline, every: Sequence[Mention], new: str) -> object:
    """The machine's value with the new name at all these places."""
    value: Any = deepcopy(outline.document.value)
    # Keys last, and the innermost first: until then paths are as they were.
    for mention in sorted(every, key=lambda each: (each.declares, -len(each.path))):
        holder = value
        for part in mention.path[:-1]:
            holder = holder[part]
        if mention.declares:
            entries = list(holder.items())
            holder.clear()
            holder.update((new if key == mention.name else key, part) for key, part in entries)
        else:
            holder[mention.path[-1]] = new
    return value
