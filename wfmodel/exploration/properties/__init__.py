"""What may be asked of a state space, and answered with a story.

>>> space = search(orchestrate(order), FaultBudget(crashes=1))
>>> decide(space, standard_properties(space.table.system))
(Holds(title='never lost', ...), ...)

Read ``safety`` first, then ``liveness`` and ``recovery``; ``expressions`` is the textual form.
"""

from collections.abc import Iterable

from wfmodel.designs.system import System
from wfmodel.exploration.properties.answer import Answer, Bounds, Holds, Trace, Undecided, Violated
from wfmodel.exploration.properties.explored import Explored
from wfmodel.exploration.properties.liveness import Eventually, LeadsTo, comes_to_rest
from wfmodel.exploration.properties.observation import Observation, Predicate
from wfmodel.exploration.properties.recovery import RecoversWithin
from wfmodel.exploration.properties.safety import (
    Always,
    Deadlock,
    Never,
    NeverEnds,
    OrphanMessage,
    UnspecifiedReception,
)
from wfmodel.exploration.properties.textual import (
    STANDARD,
    Property,
    load_properties,
    parse_property,
    properties_of,
)
from wfmodel.exploration.space import StateSpace

__all__ = [
    "STANDARD",
    "Always",
    "Answer",
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
    "standard_properties",
]


def standard_properties(system: System) -> tuple[Property, ...]:
    """What is asked of every design: no anomaly at the end, no deadlock, an end, a recovery."""
    return tuple(parse_property(line, system) for line in STANDARD)


def decide(
    space: StateSpace, properties: Iterable[Property], *, laps: int = 1
) -> tuple[Answer, ...]:
    """An answer for each property, in order. ``laps``: those of the search, for the answer."""
    explored = Explored(space, laps=laps)
    asked = tuple(properties)
    explored.mark(predicate for each in asked for predicate in each.predicates())
    return tuple(each.decide(explored) for each in asked)
