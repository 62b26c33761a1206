"""What may be asked of a state space, and answered with a story.

>>> from wfmodel.designs import orchestrate
>>> from wfmodel.model import load_workflow
>>> order = load_workflow("models/order-fulfilment/workflow.yaml").workflow
>>> from wfmodel.exploration import FaultBudget, search
>>> space = search(orchestrate(order), FaultBudget())
>>> first, *_ = decide(space, standard_properties(space.table.system))
>>> type(first).__name__, first.title
('Holds', 'never lost')

Read ``safety_properties`` first, then ``liveness`` and ``recovers_within``; ``property_language``
is the textual form.
"""

from collections.abc import Iterable
from dataclasses import replace

from wfmodel.designs.system import System
from wfmodel.exploration.properties.at_most import AtMost
from wfmodel.exploration.properties.cached_space import Remembered
from wfmodel.exploration.properties.liveness import Eventually, LeadsTo, comes_to_rest
from wfmodel.exploration.properties.property_answer import (
    Answer,
    Bounds,
    Holds,
    Trace,
    Undecided,
    Violated,
)
from wfmodel.exploration.properties.property_context import Explored
from wfmodel.exploration.properties.property_language import (
    STANDARD,
    STANDARD_TOGETHER,
    Property,
    load_properties,
    parse_property,
    properties_of,
    standard_claims,
)
from wfmodel.exploration.properties.recovers_within import RecoversWithin
from wfmodel.exploration.properties.safety_properties import (
    Always,
    Deadlock,
    Never,
    NeverEnds,
    OrphanMessage,
    UnspecifiedReception,
)
from wfmodel.exploration.properties.symmetric import SAMPLED, refusals
from wfmodel.exploration.properties.visible_state import Observation, Predicate
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.step_graph import TooManySteps

__all__ = [
    "STANDARD",
    "STANDARD_TOGETHER",
    "Always",
    "Answer",
    "AtMost",
    "Bounds",
    "Deadlock",
    "Eventually",
    "Explored",
    "Holds",
    "LeadsTo",
    "Never",
    "NeverEnds",
    "Observation",
    "OrphanMessage",
    "Predicate",
    "Property",
    "RecoversWithin",
    "Trace",
    "Undecided",
    "UnspecifiedReception",
    "Violated",
    "comes_to_rest",
    "decide",
    "load_properties",
    "parse_property",
    "properties_of",
    "standard_claims",
    "standard_properties",
]


def standard_properties(system: System) -> tuple[Property, ...]:
    """What is asked of every design: no anomaly at the end, no deadlock, an end, a recovery."""
    return tuple(parse_property(line, system) for line in standard_claims(system))


def decide(
    space: StateSpace, properties: Iterable[Property], *, laps: int = 1
) -> tuple[Answer, ...]:
    """An answer for each property, in order. ``laps``: those of the search, for the answer.

    Of a space reduced by symmetry, what it does not show is undecided, and the answer says why; so
    is everything where the steps do not fit into the memory that the search was given.
    """
    explored = Explored(space, laps=laps)
    asked = tuple(properties)
    try:
        _ = explored.space.graph
    except TooManySteps as error:
        return tuple(Undecided(each.title, explored.bounds, str(error)) for each in asked)
    why, sampled = _not_shown(explored.space, asked)
    explored.mark(
        predicate
        for each, reason in zip(asked, why, strict=True)
        if not reason
        for predicate in each.predicates()
    )
    answers = (
        Undecided(each.title, explored.bounds, reason) if reason else each.decide(explored)
        for each, reason in zip(asked, why, strict=True)
    )
    return tuple(_of_a_sample(answer) if sampled else answer for answer in answers)


def _not_shown(space: Remembered, asked: tuple[Property, ...]) -> tuple[list[str], bool]:
    """Why a space reduced by symmetry does not show what is asked; empty where it does."""
    if space.reduction is None:
        return ["" for _ in asked], False
    why, sampled = refusals(space, space.reduction, asked)
    return [f"{each}; search with symmetry=False" if each else "" for each in why], sampled


def _of_a_sample(answer: Answer) -> Answer:
    bounds = answer.bounds
    return replace(answer, bounds=replace(bounds, symmetry=f"{bounds.symmetry}; {SAMPLED}"))
