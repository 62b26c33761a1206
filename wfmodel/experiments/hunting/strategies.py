"""Hypothesis draws fault schedules and shrinks them: fewer faults, plainer kinds, earlier places.

Every choice is a position in a list that is ordered from plain to strange, so what Hypothesis calls
smaller is what a reader calls simpler. A fault is placed in the run that the faults before it made.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hypothesis import HealthCheck, Phase, Verbosity, find, reject
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable
from hypothesis.strategies import DrawFn

from wfmodel.designs.faults import FaultKind
from wfmodel.experiments.hunting.schedules import FaultSchedule, ScheduleGround


@st.composite
def fault_schedules(
    draw: DrawFn,
    ground: ScheduleGround,
    *,
    kinds: tuple[FaultKind, ...],
    most: int,
    worlds: int,
    is_over: Callable[[], bool] = lambda: False,
) -> FaultSchedule:
    """At most so many faults of these kinds, in one of so many worlds.

    When ``is_over`` says so, nothing is drawn any more.
    """
    if is_over():
        reject()
    schedule = FaultSchedule(draw(st.integers(0, worlds - 1)))
    for _ in range(draw(st.integers(0, most))):
        possible = [(kind, ground.places(schedule, kind)) for kind in kinds]
        possible = [(kind, places) for kind, places in possible if places]
        if not possible:
            return schedule
        kind, places = possible[draw(st.integers(0, len(possible) - 1))]
        place = places[draw(st.integers(0, len(places) - 1))]
        length = draw(st.integers(0, ground.lengths(kind) - 1))
        fault = ground.fault(kind, place, length)
        if fault not in schedule.faults:
            schedule = FaultSchedule(schedule.world, (*schedule.faults, fault))
    return schedule


def smallest(
    schedules: st.SearchStrategy[FaultSchedule],
    shows: Callable[[FaultSchedule], bool],
    *,
    seed: int,
    examples: int,
) -> FaultSchedule | None:
    """The smallest schedule that shows it, of what Hypothesis tried; None if none does.

    No example is read from a database or written to one.
    """
    how = settings_of_hypothesis(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    try:
        return find(schedules, shows, settings=how, random=Random(seed))
    except (NoSuchExample, Unsatisfiable):
        return None
