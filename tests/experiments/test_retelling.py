"""A simulated instance told again without time is the same run: same end, same anomalies."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.agreement.worlds import knobs, settings_of_runs
from tests.designs.workflows import workflows
from tests.exploration.test_seeded_bugs import knobs as careful
from tests.exploration.test_seeded_bugs import saga
from wfmodel.designs import System, choreograph, orchestrate
from wfmodel.designs.anomalies import Anomaly
from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.designs.history import History, Kind
from wfmodel.designs.knobs import Persistence
from wfmodel.designs.trace_script import Act
from wfmodel.experiments.hunting.history_to_schedule import Untellable, retell
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.terminal_states import is_end, shows
from wfmodel.exploration.trace_space import RunSpace
from wfmodel.metrics import tracks_of
from wfmodel.metrics.instance_paths import came_to_rest
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.simulation import Arrivals, Setting, simulate
from wfmodel.simulation.replay import replay

pytestmark = pytest.mark.long


BOTH = {"orchestration": orchestrate, "choreography": choreograph}
MS = 1_000_000
MOST_ROWS = 600


def standing(history: History, instance: int) -> Counter[str]:
    """Net effects of each step, by the rows."""
    net: Counter[str] = Counter()
    for row in history:
        if row.instance == instance and row.kind in (Kind.EFFECT, Kind.UNDO):
            net[history.nodes[row.a]] += 1 if row.kind == Kind.EFFECT else -1
    return Counter({name: count for name, count in net.items() if count})


def standing_at_the_end(space: RunSpace) -> Counter[str]:
    nodes = space.table.system.flow.nodes
    net: Counter[str] = Counter()
    for effect in space.configuration(space.last).effects:
        net[nodes[effect.node].name] += effect.net
    return Counter({name: count for name, count in net.items() if count})


def anomalies_at_the_end(system: System, acts: tuple[Act, ...], budget: FaultBudget) -> Anomaly:
    """What the explorer says of the end of the run; of the moments before it nothing."""
    space = RunSpace(system, budget)
    numbers = [space.last]
    for act in acts:
        space.take(act)
        numbers.append(space.last)
    space.follow(())
    assert is_end(space, space.last)
    found = Anomaly(0)
    for anomaly in Anomaly:
        if shows(space, numbers, anomaly.terminal):
            found |= anomaly
    return found


def assert_same_run(system: System, history: History, instance: int) -> None:
    """That what is retold ends as the history does, and that the simulator plays it to that end.

    Of a log the flushes after the last crash are no part of a schedule: there a store says at once
    what the simulated one said late or, of what was soon over, never. Only effects are compared.
    """
    acts, space = retell(system, history, instance)
    assert not any(space.budget(space.last)[:-1]), "no fault is left over"
    assert standing_at_the_end(space) == standing(history, instance)
    replayed = replay(system, acts)
    assert came_to_rest(replayed)
    assert standing(replayed, 0) == standing(history, instance)
    tracks = tracks_of(history)
    [place] = (tracks.ids == instance).nonzero()[0]
    simulated = Anomaly(int(tracks.anomalies[place]))
    if system.knobs.persistence is not Persistence.LOG:
        assert anomalies_at_the_end(system, acts, space.budget(0)) == simulated
        assert Anomaly(int(tracks_of(replayed).anomalies[0])) == simulated


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_retold_is_the_run_that_was_simulated(data: st.DataObject):
    workflow = data.draw(workflows(timeouts=True), label="workflow")
    design = BOTH[data.draw(st.sampled_from(sorted(BOTH)), label="design")]
    system = design(workflow, data.draw(knobs(), label="knobs"))
    setting = data.draw(settings_of_runs(), label="setting")
    history = simulate(system, setting, seed=data.draw(st.integers(0, 99), label="seed"))
    assume(came_to_rest(history) and history.instances() > 0 and len(history.rows) <= MOST_ROWS)
    instance = data.draw(st.integers(0, history.instances() - 1), label="instance")
    try:
        assert_same_run(system, history, instance)
    except Untellable as refusal:
        event(f"untellable: {refusal}"[:60])


CRASHES = {
    "dual write": careful(publishing="dual-write", publish="20ms"),
    "publish first": careful(
        publishing="dual-write", dual_write_order="publish-first", commit="20ms"
    ),
    "outbox": careful(),
    "log": careful(persistence="log"),
    "memory": careful(persistence="memory"),
    "at most once": careful(delivery="at-most-once"),
}


SPOILT = ("log", "at most once")
"""With these something goes wrong often enough."""


@pytest.mark.parametrize("design", sorted(BOTH))
@pytest.mark.parametrize("name", CRASHES)
def test_crashes_and_losses_can_be_retold_nearly_always(design, name):
    """So that the property above is about something."""
    system = BOTH[design](saga(), CRASHES[name])
    struck = Setting(
        arrivals=Arrivals(at=tuple(range(0, 600 * MS, 60 * MS))),
        horizon="1s",  # type: ignore[arg-type]
        convergence="1h",  # type: ignore[arg-type]
        faults=(
            Fault(
                kind=FaultKind.CRASH,
                target="*",
                every=Exponential(mean=200 * MS),
                lasts=Constant(20 * MS),
            ),
            Fault(
                kind=FaultKind.LOSS,
                target="*",
                probability=0.2,
                every=Exponential(mean=200 * MS),
                lasts=Constant(50 * MS),
            ),
        ),
    )
    told = anomalous = 0
    for seed in range(3):
        history = simulate(system, struck, seed=seed)
        for instance in range(history.instances() if came_to_rest(history) else 0):
            try:
                assert_same_run(system, history, instance)
            except Untellable:
                continue
            told += 1
        anomalous += int(tracks_of(history).anomalies.astype(bool).sum())
    assert told >= 15
    assert anomalous > 0 or name not in SPOILT


def test_a_crash_that_is_on_at_the_arrival_does_not_hide_the_next():
    system = choreograph(saga(), careful(persistence="memory"))
    crash = Fault(
        kind=FaultKind.CRASH, target="hotel", at=("0s", "11500us"), lasts=Constant(10 * MS)
    )  # type: ignore[arg-type]
    struck = Setting(arrivals=Arrivals(at=(5 * MS,)), horizon="1s", faults=(crash,))  # type: ignore[arg-type]
    history = simulate(system, struck, seed=1)
    assert came_to_rest(history)
    acts, space = retell(system, history)
    assert [str(act) for act in acts].count("hotel: crashes") == 1
    assert space.budget(0).crashes == 1
    assert_same_run(system, history, 0)


def test_what_is_taken_up_again_and_again_is_untellable_and_says_so(monkeypatch):
    monkeypatch.setattr("wfmodel.experiments.hunting.history_to_schedule.MOST_COPIES", 0)
    system = choreograph(saga(), careful())
    history = simulate(system, Setting(arrivals=Arrivals(at=(0,)), horizon="1s"), seed=1)  # type: ignore[arg-type]
    with pytest.raises(Untellable, match="more often than they were sent"):
        retell(system, history)
