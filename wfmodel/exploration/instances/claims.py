"""How many instances end in a way, or are somewhere, at once: ``AtMost`` decided for several."""

from __future__ import annotations

from dataclasses import dataclass

from wfmodel.designs.anomalies import Terminal
from wfmodel.exploration.instances.bounds import Own, own_words
from wfmodel.exploration.instances.max_simultaneous import largest, run_of
from wfmodel.exploration.instances.product_space import JointSpace
from wfmodel.exploration.instances.run import JointRun
from wfmodel.exploration.instances.timeline_search import Lives
from wfmodel.exploration.properties.at_most import AtMost
from wfmodel.exploration.properties.property_answer import (
    Answer,
    Bounds,
    Holds,
    Trace,
    Undecided,
    Violated,
    taken_for_granted,
)
from wfmodel.exploration.properties.visible_state import Observation
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.wording.counting import counted


@dataclass(frozen=True)
class JointAnswer:
    """An answer, the largest number of instances at once, and a shortest run to that.

    A trace in the answer has the steps of the run, whosever they are, and numbers its moments.
    """

    answer: Answer
    count: int
    run: JointRun | None


def decide_together(claim: AtMost, lives: Lives, instances: int) -> JointAnswer:
    """The answer to a claim for so many instances; its run shows the largest number at once."""
    every = range(len(lives))
    others = lives.ends if isinstance(claim.what, Terminal) else every
    mix = largest(lives, instances, (n for n in others if _is_hit(claim, lives, n)), others)
    limits = bounds_of(lives, instances)
    if mix is None:
        none = "never are all of them at their end"
        return JointAnswer(_not_broken(claim, lives, limits, None, none), 0, None)
    run = run_of(lives, mix)
    steps = tuple(step for _, step in run.steps)
    trace = Trace(tuple(range(len(steps) + 1)), steps)
    note = f"{mix.hit} of {instances} at once"
    if mix.hit > claim.most:
        note = note if lives.complete else f"at least {note}"
        return JointAnswer(Violated(claim.title, limits, trace, note), mix.hit, run)
    return JointAnswer(_not_broken(claim, lives, limits, trace, note), mix.hit, run)


def _not_broken(
    claim: AtMost, lives: Lives, limits: Bounds, witness: Trace | None, note: str
) -> Answer:
    if not lives.complete:
        return Undecided(claim.title, limits, f"the search stopped: {lives.stopped}")
    return Holds(claim.title, limits, witness, note)


def _is_hit(claim: AtMost, lives: Lives, number: int) -> bool:
    if isinstance(claim.what, Terminal):
        return claim.what in lives.ends_as(number)
    return claim.what(Observation(lives, number))


def bounds_of(lives: Lives, instances: int) -> Bounds:
    """What was searched of one instance to know about so many."""
    timelines = counted(len(lives.living.timelines.values), "timeline")
    words = f"{instances} instances, {timelines} of their processes"
    return searched(lives, lives.budget_of_all, lives.own_bounds, words)


def searched(space: Lives | JointSpace, total: FaultBudget, own: Own, words: str) -> Bounds:
    """What was searched of several instances. ``words``: which they are."""
    each = own_words(own)
    return Bounds(
        total,
        space.laps,
        len(space),
        space.transitions,
        space.cut,
        space.stopped,
        f"{words}; {each}" if each else words,
        taken_for_granted(space.table.system),
    )
