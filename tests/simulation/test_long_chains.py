"""A run of a long workflow, and what is measured of it, take work in proportion to its length.

Work is counted in calls, of functions, generators and what C offers: on any machine the same.
"""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import numpy as np
import pytest

from wfmodel.designs import History, Table, choreograph, load_history, orchestrate, save_history
from wfmodel.designs.system import System
from wfmodel.experiments import timeline
from wfmodel.exploration import explore
from wfmodel.metrics import measure
from wfmodel.model.distributions import Constant
from wfmodel.model.units import parse_duration as d
from wfmodel.model.workflow import Branch, Choice, Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

pytestmark = pytest.mark.long

SHORT, LONG = 250, 1000
MOST = 6.0
"""Times the work where the chain is four times as long: a little more than proportional, since
tries grow a level now and then. Any scan of what is known so far makes it up to sixteen.
"""
MS = Constant(d("1ms"))
ONE = Setting(arrivals=Arrivals(at=(0,)), horizon=d("1s"))
FEW = Setting(arrivals=Arrivals(at=(0,) * 4), horizon=d("1s"))
"""Of diamonds each instance goes its own way."""
DESIGNS = pytest.mark.parametrize("design", [orchestrate, choreograph])


def chain(length: int, *, ends_well: bool = True) -> Workflow:
    """Two services in turns."""
    states: dict[str, Task | Final] = {
        f"s{i}": Task(service="ab"[i % 2], effect="pivot", duration=MS, next=f"s{i + 1}")
        for i in range(length)
    }
    states[f"s{length}"] = Final(outcome="succeeded" if ends_well else "aborted")
    return Workflow(name="chain", initial="s0", states=states)


def diamonds(length: int) -> Workflow:
    """A row of choices between two tasks that meet again."""
    states: dict[str, Choice | Task | Final] = {}
    for i in range(length):
        branch = Branch(when="left", probability=0.5, next=f"l{i}")
        states[f"s{i}"] = Choice(branches=(branch,), default=f"r{i}")
        for side, service in ("la", "rb"):
            states[f"{side}{i}"] = Task(
                service=service, effect="pivot", duration=MS, next=f"s{i + 1}"
            )
    states[f"s{length}"] = Final(outcome="succeeded")
    return Workflow(name="diamonds", initial="s0", states=states)


def with_a_service_each(length: int) -> Workflow:
    """A chain in which nobody does two steps."""
    states: dict[str, Task | Final] = {
        f"s{i}": Task(service=f"v{i}", effect="pivot", duration=MS, next=f"s{i + 1}")
        for i in range(length)
    }
    states[f"s{length}"] = Final(outcome="succeeded")
    return Workflow(name="services", initial="s0", states=states)


def calls_in(work: Callable[[], object]) -> int:
    counted = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


def grows(work: Callable[[int], object], short: int = SHORT, long: int = LONG) -> float:
    assert long == 4 * short
    return calls_in(lambda: work(long)) / calls_in(lambda: work(short))


def measured(system: System, clean: float = 1.0, setting: Setting = ONE) -> None:
    found = measure(simulate(system, setting, engine="simpy"), until_ns=d("100s"))
    assert found.values["terminal_consistency"] == clean


def kept_and_read(history: History) -> bytes:
    """The file of a history, which gives it back."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "h.npz"
        save_history(history, path)
        assert load_history(path).views == history.views
        with np.load(path) as archive:
            return bytes(archive["header"])


def told_of_one(history: History) -> str:
    """All words of an instance's timeline."""
    return " ".join(line.what for line in timeline(history, 0).lines)


@DESIGNS
def test_a_run_and_its_measures(design):
    assert grows(lambda length: measured(design(chain(length)))) < MOST


@DESIGNS
def test_a_run_whose_effects_do_not_stay(design):
    assert grows(lambda length: measured(design(chain(length, ends_well=False)), 0.0)) < MOST


@DESIGNS
def test_a_run_of_diamonds(design):
    assert grows(lambda length: measured(design(diamonds(length)), setting=FEW), 80, 320) < MOST


def test_a_run_with_a_service_for_each_state():
    def work(length):
        measured(orchestrate(with_a_service_each(length)))

    assert grows(work, 60, 240) < MOST


@pytest.mark.parametrize("engine", ["simpy", "auto"])
def test_what_was_tabulated_goes_with_the_last_run_that_needs_it(engine):
    """At once, and not when Python next looks for objects that refer to each other."""
    gc.collect()
    gc.disable()
    try:
        table = Table(orchestrate(chain(4)))
        assert simulate(table.system, ONE, table=table, engine=engine).instances() == 1
        left = weakref.ref(table)
        del table
        assert left() is None
    finally:
        gc.enable()


@DESIGNS
@pytest.mark.parametrize("told", [kept_and_read, told_of_one], ids=lambda told: told.__name__)
def test_what_is_said_of_a_run(design, told):
    runs = {n: simulate(design(chain(n)), ONE, engine="simpy") for n in (SHORT, LONG)}
    assert grows(lambda length: told(runs[length])) < MOST
    sizes = {n: len(told(history)) for n, history in runs.items()}
    assert sizes[LONG] < MOST * sizes[SHORT]


@DESIGNS
def test_every_run_of_a_chain(design):
    assert grows(lambda length: explore(design(chain(length)))) < MOST
