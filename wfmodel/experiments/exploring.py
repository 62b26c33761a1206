"""What is possible with one design: every property asked, and each counterexample told in full.

One ``Finding`` per property; a ``Told`` for each that is broken: story, diagram, schedule, test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from wfmodel.designs.schedule import Act, schedule_text
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.exploration.budget import FaultBudget
from wfmodel.exploration.packed import Engine, Progress, search
from wfmodel.exploration.packed.searching import MEMORY_BYTES
from wfmodel.exploration.properties import (
    Answer,
    Bounds,
    Holds,
    Undecided,
    Violated,
    decide,
    parse_property,
)
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.space import StateSpace
from wfmodel.exploration.stories import (
    Line,
    regression_test,
    sequence_mermaid,
    story_of,
    story_text,
)
from wfmodel.exploration.stories.story import ending


@dataclass(frozen=True)
class Told:
    """A counterexample in every form. ``participants`` in order, for a picture."""

    title: str
    note: str
    participants: tuple[str, ...]
    lines: tuple[Line, ...]
    loop: int | None
    ending: str
    story: str
    mermaid: str
    schedule: tuple[Act, ...]
    claim: str

    def schedule_text(self) -> str:
        """The schedule as text."""
        return schedule_text(self.schedule)


@dataclass(frozen=True)
class Asked:
    """A property and its answer. ``told`` where it is broken."""

    claim: str
    answer: Answer
    told: Told | None

    @property
    def title(self) -> str:
        """What was claimed."""
        return self.answer.title

    @property
    def word(self) -> str:
        """``holds``, ``violated`` or ``undecided``."""
        return type(self.answer).__name__.lower()

    @property
    def detail(self) -> str:
        """What stands beside the word: how long the run is, what was never met."""
        match self.answer:
            case Holds(witness=None, note=note):
                return f"vacuously: {note}"
            case Holds(witness=run, note=note):
                seen = f"witness of {len(run or ())} steps"
                return f"{note}; {seen}" if note else seen
            case Violated(counterexample=run, note=note):
                told = f"in {len(run)} steps"
                return f"{told}; {note}" if note else told
            case Undecided():
                return "not broken by what was seen"


@dataclass(frozen=True)
class Possible:
    """What was found of one variant."""

    name: str
    system: System
    bounds: Bounds
    asked: tuple[Asked, ...]

    @property
    def holds(self) -> bool:
        """Whether every property does."""
        return all(isinstance(each.answer, Holds) for each in self.asked)

    @property
    def violated(self) -> bool:
        """Whether some property is broken."""
        return any(isinstance(each.answer, Violated) for each in self.asked)


def explore_variant(
    name: str,
    system: System,
    budget: FaultBudget,
    claims: Iterable[str],
    *,
    limit: int | None,
    laps: int = 1,
    engine: Engine = Engine.AUTO,
    memory_bytes: int = MEMORY_BYTES,
    checkpoint: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Possible:
    """Search one system and ask every claim (properties in their textual form).

    If ``checkpoint`` exists, the search goes on from there; it is written now and then.

    Raises:
        ValueError: a claim says nothing, or names what the system does not have.
        CheckpointError: the file is not a checkpoint of this search.
        ImportError: the compiled engine was asked for, and numba is missing.
    """
    lines = tuple(claims)
    properties = [parse_property(line, system) for line in lines]
    space = search(
        Table(system),
        budget,
        limit=limit,
        laps=laps,
        engine=engine,
        memory_bytes=memory_bytes,
        checkpoint=checkpoint,
        progress=progress,
    )
    answers = decide(space, properties, laps=laps)
    asked = tuple(
        Asked(line, answer, tell(space, answer, line))
        for line, answer in zip(lines, answers, strict=True)
    )
    return Possible(name, system, answers[0].bounds, asked)


def tell(space: StateSpace, answer: Answer, claim: str) -> Told | None:
    """The counterexample of an answer in every form; None where there is none."""
    if not isinstance(answer, Violated):
        return None
    run = answer.counterexample
    return Told(
        answer.title,
        answer.note,
        space.table.names,
        story_of(space, run),
        run.loop,
        ending(space, run.numbers[-1]),
        story_text(space, run),
        sequence_mermaid(space, run),
        schedule_of(space, run),
        claim,
    )


def as_test(
    told: Told, system: System, budget: FaultBudget, path: str, *, found_by: str = "wfmodel explore"
) -> str:
    """A pytest module that plays a counterexample; ``path`` is the workflow's file."""
    return regression_test(
        path=path,
        design=system.design,
        knobs=system.knobs,
        claim=told.claim,
        title=told.title,
        schedule=told.schedule,
        budget=budget,
        found_by=found_by,
    )
