"""What is possible with one design: every property asked, and each counterexample told in full.

One ``Asked`` per property; a ``Told`` for each that is broken: story, diagram, schedule, test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, TypedDict

from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import Act, schedule_text
from wfmodel.display import Plotted, Shown, Tabular
from wfmodel.escaping import visible
from wfmodel.exploration.instances import (
    Exposure,
    JointAnswer,
    Lives,
    decide_together,
    exposures,
    joint_ending,
    joint_mermaid,
    joint_schedule,
    joint_story,
    joint_story_text,
    live,
)
from wfmodel.exploration.instances.bounds import alone, shared_budget
from wfmodel.exploration.packed import Engine, Progress, search
from wfmodel.exploration.packed.searching import MEMORY_BYTES, limit_words
from wfmodel.exploration.properties import (
    Answer,
    AtMost,
    Bounds,
    Holds,
    Property,
    Undecided,
    Violated,
    decide,
    parse_property,
)
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.size_estimate import likely_size
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.stories import (
    Line,
    own_regression_test,
    regression_test,
    sequence_mermaid,
    story_of,
    story_text,
)
from wfmodel.exploration.stories.story import ending
from wfmodel.semantics.fault_budget import FaultBudget


@dataclass(frozen=True, repr=False)
class Told(Tabular, Plotted):
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


@dataclass(frozen=True, repr=False)
class Asked(Shown):
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
            case Undecided(bounds=bounds, why=why) if bounds.complete:
                return why
            case Undecided():
                return "not broken by what was seen"


@dataclass(frozen=True, repr=False)
class VariantAnswers(Tabular):
    """What was found of one variant."""

    name: str
    system: System
    bounds: Bounds
    asked: tuple[Asked, ...]
    instances: int = 1
    exposures: tuple[Exposure, ...] = ()
    exposure_stopped: str = ""
    """Why the search behind the exposures ended before it had seen all; empty: it has."""

    @property
    def holds(self) -> bool:
        """Whether every property does."""
        return all(isinstance(each.answer, Holds) for each in self.asked)

    @property
    def violated(self) -> bool:
        """Whether some property is broken."""
        return any(isinstance(each.answer, Violated) for each in self.asked)

    @property
    def advice(self) -> str:
        """Which limit would probably decide what is undecided; empty where nothing is."""
        advice = self.bounds.advice()
        open_ = any(isinstance(each.answer, Undecided) for each in self.asked)
        return f"Undecided: {advice}." if open_ and advice else ""

    def __str__(self) -> str:
        """The bounds, and a line for each answer."""
        lines = (f"{each.title}: {each.word}, {each.detail}" for each in self.asked)
        return visible("\n".join((f"{self.name}: {self.bounds.words()}", *lines)))


FIRST_PART: Final = 1_000
"""States after which a search that stops at the first violation looks for one."""


class _Within(TypedDict):
    """How far a search goes."""

    limit: int | None
    laps: int
    memory_bytes: int
    progress: Callable[[Progress], None] | None


class _Search(NamedTuple):
    """How one instance is searched."""

    engine: Engine
    checkpoint: Path | None
    stop_at_first: bool


class _Decided(NamedTuple):
    """What was searched, and the answers to all claims."""

    space: StateSpace
    answers: tuple[Answer, ...]


def explore_variant(
    name: str,
    system: System,
    budget: FaultBudget,
    claims: Iterable[str | Property],
    *,
    limit: int | None,
    laps: int = 1,
    instances: int = 1,
    each: Mapping[str, int] | None = None,
    exposure: bool = False,
    engine: Engine = Engine.AUTO,
    memory_bytes: int = MEMORY_BYTES,
    checkpoint: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop_at_first: bool = False,
) -> VariantAnswers:
    """Search one system and ask every claim: properties in their textual form, or as they are.

    ``budget`` is the total over all ``instances``, ``each`` bounds faults in each of them. Claims
    ``at_most`` are asked of all together; the others of one, which lives through all that one of
    several does. ``exposure`` asks what a process's fault does, by what it finds an instance at. If
    ``checkpoint`` exists, the search of one goes on from there; it is written now and then.
    ``stop_at_first`` ends the search of one soon after something is violated, and keeps none.

    Raises:
        ValueError: a claim or ``each`` says nothing, or names what the system does not have.
        CheckpointError: the file is not a checkpoint of this search.
        ImportError: the compiled engine was asked for, and numba is missing.
    """
    properties: dict[str, Property] = {}
    for claim in claims:
        if isinstance(claim, str):
            properties[claim] = parse_property(claim, system)
        else:
            properties[claim.title] = claim
    total, own = shared_budget(budget, each, instances)
    within = _Within(limit=limit, laps=laps, memory_bytes=memory_bytes, progress=progress)
    several = {
        line: asked
        for line, asked in properties.items()
        if instances > 1 and isinstance(asked, AtMost)
    }
    found: dict[str, Asked] = {}
    exposed: tuple[Exposure, ...] = ()
    cut_short = ""
    if several or exposure:
        lives = live(
            Table(system), budget, instances=instances, each=each, strikes=exposure, **within
        )
        found |= _asked_together(lives, several, instances)
        if exposure:
            exposed, cut_short = exposures(lives), lives.stopped
    of_one = {line: asked for line, asked in properties.items() if line not in several}
    if of_one:
        how = _Search(engine, checkpoint, stop_at_first)
        found |= _asked_in_search(system, alone(total, own), of_one, within, how)
    bounds = next(iter(found.values())).answer.bounds
    asked = tuple(found[line] for line in properties)
    return VariantAnswers(name, system, bounds, asked, instances, exposed, cut_short)


def _asked_in_search(
    system: System,
    budget: FaultBudget,
    properties: Mapping[str, Property],
    within: _Within,
    how: _Search,
) -> dict[str, Asked]:
    """Answers of one instance."""
    kept = None if how.stop_at_first else how.checkpoint

    def decided(most: int | None) -> _Decided:
        bounds: _Within = {**within, "limit": most}
        space = search(Table(system), budget, engine=how.engine, checkpoint=kept, **bounds)
        return _Decided(space, decide(space, properties.values(), laps=within["laps"]))

    limit = within["limit"]
    found = _until_violated(decided, limit) if how.stop_at_first else decided(limit)
    return _asked_of_one(found, properties)


def _until_violated(decided: Callable[[int | None], _Decided], limit: int | None) -> _Decided:
    """Answers of the first of ever larger parts of the space in which something is violated.

    Each part is searched anew, four times as far: all of them take a third more than the last. Only
    of the last it is asked how large the space is, and what happened.
    """
    most = FIRST_PART
    while limit is None or most < limit:
        found = decided(most)
        bounds = found.answers[0].bounds
        if any(isinstance(each, Violated) for each in found.answers):
            why = "" if bounds.complete else "at the first violation"
            return found._replace(answers=tuple(_stopped(each, why) for each in found.answers))
        if bounds.stopped != limit_words(most):
            return found
        most *= 4
    return decided(limit)


def _stopped(answer: Answer, why: str) -> Answer:
    return replace(answer, bounds=replace(answer.bounds, stopped=why))


def _asked_together(
    lives: Lives, properties: Mapping[str, AtMost], instances: int
) -> dict[str, Asked]:
    answers = {line: decide_together(asked, lives, instances) for line, asked in properties.items()}
    return {
        line: Asked(line, found.answer, tell_together(found, line))
        for line, found in answers.items()
    }


def _asked_of_one(found: _Decided, properties: Mapping[str, Property]) -> dict[str, Asked]:
    space, answers = found
    if any(isinstance(each, Undecided) for each in answers) and not space.complete:
        likely = likely_size(space)
        answers = tuple(
            replace(each, bounds=replace(each.bounds, likely=likely)) for each in answers
        )
    return {
        line: Asked(line, answer, tell(space, answer, line))
        for line, answer in zip(properties, answers, strict=True)
    }


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


def tell_together(found: JointAnswer, claim: str) -> Told | None:
    """The counterexample of several instances in every form; None where there is none."""
    if not isinstance(found.answer, Violated) or found.run is None:
        return None
    run = found.run
    return Told(
        found.answer.title,
        found.answer.note,
        run.table.names,
        joint_story(run),
        None,
        joint_ending(run),
        joint_story_text(run),
        joint_mermaid(run),
        joint_schedule(run),
        claim,
    )


def as_test(
    told: Told,
    system: System,
    budget: FaultBudget,
    path: str,
    *,
    instances: int = 1,
    each: Mapping[str, int] | None = None,
    found_by: str = "wfmodel explore",
) -> str:
    """A pytest module that plays a counterexample; ``path`` is the workflow's file, or names a
    System of one's own.
    """
    if system.own:
        return own_regression_test(
            path=path,
            name=system.design,
            claim=told.claim,
            title=told.title,
            schedule=told.schedule,
            budget=budget,
        )
    return regression_test(
        path=path,
        design=system.declared or system.design,
        knobs=system.knobs,
        claim=told.claim,
        title=told.title,
        schedule=told.schedule,
        budget=budget,
        instances=instances,
        each=each,
        found_by=found_by,
    )
