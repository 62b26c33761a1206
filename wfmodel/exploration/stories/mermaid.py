"""A run as a Mermaid sequence diagram: text that GitHub, GitLab and notebooks draw."""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.designs.schedule import FAULTS, Deed
from wfmodel.exploration.properties.answer import Trace
from wfmodel.exploration.space import StateSpace
from wfmodel.exploration.stories.story import Line, ending, story_of
from wfmodel.exploration.symmetry.unfolding import unfolded

QUIET = frozenset({Deed.COMMIT, Deed.FLUSH})
"""Deeds that a diagram leaves out where nothing follows from them."""


def sequence_mermaid(space: StateSpace, trace: Trace) -> str:
    """The diagram. An arrow leaves where a message is published and names its number in the story;
    notes tell the rest."""
    space, trace = unfolded(space, trace)
    lines = story_of(space, trace)
    told = ["sequenceDiagram"]
    told += [f"    participant p{i} as {_safe(n)}" for i, n in enumerate(space.table.names)]
    index = space.table.index
    for line in lines:
        told += [f"    {each}" for each in _of(line, index)]
    over = f"p0,p{len(index) - 1}" if len(index) > 1 else "p0"
    told.append(f"    Note over {over}: {_safe(ending(space, trace.numbers[-1]))}")
    return "\n".join(told) + "\n"


def _of(line: Line, index: dict[str, int]) -> Iterator[str]:
    who = f"p{index[line.act.participant]}"
    if line.act.deed is Deed.PUBLISH:
        for recipient in line.publishes:
            yield f"{who}-)p{index[recipient]}: {line.number}. {_safe(line.act.what)}"
    elif line.act.deed in QUIET and not line.consequences:
        return
    elif line.act.deed in FAULTS:
        yield "rect rgb(249, 222, 220)"
        yield f"Note over {who}: {line.number}. {_safe(_words(line))}"
        yield "end"
    else:
        yield f"Note over {who}: {line.number}. {_safe(_words(line))}"


def _words(line: Line) -> str:
    return line.text.removeprefix(f"{line.act.participant} ")


def _safe(text: str) -> str:
    """Mermaid ends a statement at a semicolon, and reads # as the beginning of an entity."""
    return text.replace(";", ",").replace("#", "no. ").replace("\n", " ")
