"""A run as a Mermaid sequence diagram: text that GitHub, GitLab and notebooks draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wfmodel.designs.trace_script import FAULTS, Deed
from wfmodel.escaping import printable
from wfmodel.escaping.languages import mermaid_words
from wfmodel.exploration.properties.property_answer import Trace
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.stories.story import Line, decisive, ending, story_of
from wfmodel.exploration.symmetry.unfolding import unfolded

QUIET = frozenset({Deed.COMMIT, Deed.FLUSH, Deed.ACKNOWLEDGE})
"""Deeds that a diagram leaves out where nothing follows from them."""


def sequence_mermaid(space: StateSpace, trace: Trace) -> str:
    """The diagram. An arrow leaves where a message is published and names its number in the story;
    notes tell the rest."""
    space, trace = unfolded(space, trace)
    return diagram(space.table.names, story_of(space, trace), ending(space, trace.numbers[-1]))


def diagram(names: tuple[str, ...], lines: Iterable[Line], end: str) -> str:
    """The diagram of a told run."""
    told = ["sequenceDiagram"]
    told += [f"    participant p{i} as {_safe(n)}" for i, n in enumerate(names)]
    index = {name: number for number, name in enumerate(names)}
    lines = tuple(lines)
    turn = decisive(lines)
    for line in lines:
        deed = [*_of(line, index)]
        if line.number == turn:
            deed = ["rect rgb(255, 236, 179)", *_turning(line, deed, index), "end"]
        told += [f"    {each}" for each in deed]
    over = f"p0,p{len(index) - 1}" if len(index) > 1 else "p0"
    told.append(f"    Note over {over}: {_safe(end)}")
    return "\n".join(told) + "\n"


def _of(line: Line, index: dict[str, int]) -> Iterator[str]:
    who = f"p{index[line.act.participant]}"
    if line.act.deed is Deed.PUBLISH:
        what = _safe(line.act.whose + line.act.what)
        for recipient in line.publishes:
            yield f"{who}-)p{index[recipient]}: {line.number}. {what}"
    elif line.act.deed in QUIET and not line.consequences:
        return
    elif line.act.deed in FAULTS:
        yield "rect rgb(249, 222, 220)"
        yield f"Note over {who}: {line.number}. {_safe(_words(line))}"
        yield "end"
    else:
        yield f"Note over {who}: {line.number}. {_safe(_words(line))}"
    for recipient, what in line.sends:
        yield f"{who}-)p{index[recipient]}: {line.number}. {_safe(what)}"


def _turning(line: Line, deed: list[str], index: dict[str, int]) -> Iterator[str]:
    """The point of no return: in a colour of its own, and called so."""
    yield from (each for each in deed if not each.startswith(("rect ", "end")))
    yield f"Note over p{index[line.act.participant]}: point of no return"


def _words(line: Line) -> str:
    whose, who = line.act.whose, line.act.participant
    return whose + line.deed_text.removeprefix(printable(f"{whose}{who} "))


def _safe(text: str) -> str:
    return mermaid_words(text, in_sequence=True)
