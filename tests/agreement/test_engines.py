"""Two engines, one text, one history: byte for byte that of the driver that was written first.

``HYPOTHESIS_PROFILE=search`` looks at new worlds each time, ``WFMODEL_WORLDS=5000`` at so many.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings

from tests.agreement.dressed import MS, worlds
from tests.agreement.interpreted import interpreted_kernel
from tests.agreement.telling import assert_same, replayable
from tests.agreement.worlds import EACH
from tests.oracles.simpy_driver.simulate import simulate as first_driver
from tests.simulation.worlds import sequence
from wfmodel.designs import Fault, History, Knobs, System, Table
from wfmodel.designs.table import RunTable
from wfmodel.experiments import load_scenario
from wfmodel.model.distributions import Exponential
from wfmodel.model.failures import FailureMode, RetryPolicy
from wfmodel.simulation import Arrivals, Setting, StormError, simulate
from wfmodel.simulation.randomness import Streams
from wfmodel.simulation.run_context import RunContext

pytestmark = pytest.mark.long


MODELS = Path(__file__).parents[2] / "models"
SCENARIOS = sorted(MODELS.rglob("scenario*.yaml"))
WORLDS = int(os.environ.get("WFMODEL_WORLDS", "300"))


NOT_OF_THE_FIRST = (
    "acknowledge",
    "order",
    "max_deliveries",
    "lease",
    "replicas",
    "connections",
    "handling",
    "poll",
)
"""Knobs that the first driver does not know."""


def compiled(system: System, setting: Setting, seed: int, table: Table | None = None) -> History:
    pytest.importorskip("numba", reason="the compiled kernel needs numba")
    return simulate(system, setting, seed=seed, engine="compiled", table=table)


@settings(max_examples=WORLDS)
@given(worlds(NOT_OF_THE_FIRST))
def test_the_text_says_what_the_first_driver_did(world):
    system, setting, seed = world
    assume(all(each.cause is None for each in system.flow.nodes))
    assume(not any(getattr(each.state, "priority", 0) for each in system.flow.nodes))
    assume(all(not each.together for each in setting.faults))
    assume(all(each.kind not in ("restore", "worker-crash") for each in setting.faults))
    assert_same(first_driver(system, setting, seed=seed), simulate(system, setting, seed=seed))


def or_storm(run: Callable[[], History]) -> History | str:
    """What a run leaves, or why it was stopped: where seven deliveries in ten are doubled, and a
    broker that is away every other moment delivers again, messages multiply without end.
    """
    try:
        return run()
    except StormError as error:
        return str(error)


@settings(max_examples=WORLDS)
@given(worlds())
def test_both_engines_write_the_same_history(world):
    system, setting, seed = world
    with replayable(system, setting, seed):
        one = or_storm(lambda: simulate(system, setting, seed=seed))
        other = or_storm(lambda: compiled(system, setting, seed))
        if isinstance(one, History) and isinstance(other, History):
            assert_same(one, other)
        else:
            assert one == other


def variants_of(path: Path, design: str, **changes: int) -> Iterator[tuple[System, Setting]]:
    """The systems of a scenario's variants, all in one design, and two minutes of its setting."""
    loaded = load_scenario(path)
    assert loaded.scenario is not None
    assert loaded.workflow is not None
    setting = replace(loaded.scenario.setting, horizon=120_000 * MS, **changes)
    for variant in loaded.scenario.variants_by_name().values():
        yield EACH[design](loaded.workflow, variant.knobs), setting


@pytest.mark.parametrize("design", sorted(EACH))
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parent.name)
def test_on_every_model_with_its_scenario(path, design):
    for system, setting in variants_of(path, design, warm_up=0):
        with replayable(system, setting, 5):
            assert_same(simulate(system, setting, seed=5), compiled(system, setting, 5))


# ------------------------------------------------------------- one world in which all happens

BUSY = sequence(
    4,
    Exponential(mean=30 * MS),
    failures={"flaky": FailureMode("transient", 0.2), "no": FailureMode("business", 0.1)},
    retry=RetryPolicy(attempts=3, backoff=20 * MS, jitter="full"),
    timeout="80ms",
    capacity=2,
)
EVERY = Exponential(mean=400 * MS)
LASTS = Exponential(mean=60 * MS)
STRUCK = Setting(
    arrivals=Arrivals(every=Exponential(mean=15 * MS), most=100),
    horizon=2000 * MS,
    convergence=3000 * MS,
    network=Exponential(mean=2 * MS),
    faults=(
        *(Fault(kind=kind, every=EVERY, lasts=LASTS) for kind in ("crash", "pause", "partition")),
        *(Fault(kind=kind, every=EVERY, lasts=LASTS) for kind in ("store-outage", "broker-outage")),
        Fault(kind="slow-service", every=EVERY, lasts=LASTS, factor=3.0),
        Fault(kind="slow-store", every=EVERY, lasts=LASTS, factor=50.0),
        *(Fault(kind=kind, probability=0.1) for kind in ("loss", "duplication")),
        Fault(kind="delay", probability=0.1, delay=LASTS),
        Fault(kind="partition", every=EVERY, lasts=LASTS, peers=("service1",), target="service2"),
        Fault(kind="transient-failure", probability=0.1),
        Fault(kind="business-failure", probability=0.1, step="step2"),
    ),
)
CAREFUL = Knobs(redelivery_timeout=100 * MS, commit=Exponential(mean=MS), watchdog=300 * MS)
CARELESS = replace(CAREFUL, publishing="dual-write", dual_write_order="publish-first")
LOGGED = replace(CAREFUL, persistence="log", flush_interval=30 * MS, publishing="dual-write")


def in_plain_python(system: System, seed: int = 2, **planted: object) -> bytes:
    """The kernel's rows without numba; ``planted``: module and name, and what to put there."""
    with interpreted_kernel() as modules, pytest.MonkeyPatch.context() as patch:
        for place, value in planted.items():
            module, _, name = place.partition("__")
            patch.setattr(modules[module], name, value)
        run = RunContext(RunTable(Table(system)), STRUCK, Streams(seed, 0))
        return modules["engine"].Compiled(run).rows().tobytes()


@pytest.mark.parametrize("knobs", [CAREFUL, CARELESS, LOGGED], ids=["outbox", "dual-write", "log"])
@pytest.mark.parametrize("design", sorted(EACH))
def test_the_text_says_the_same_without_numba(design, knobs):
    system = EACH[design](BUSY, knobs)
    expected = simulate(system, STRUCK, seed=2)
    assert_same(expected, compiled(system, STRUCK, 2))
    assert in_plain_python(system) == expected.rows.tobytes()


@pytest.mark.parametrize(
    "planted",
    [
        {"work___BEGIN": 8},
        {"network___LOSS": 3},
        {"reactions__acknowledge": lambda run, parcel: None},
        {"fault_injection__crash": lambda run, process: None},
        {"reactions__stretched": lambda length, factor: int(length * factor) + 1},
        {"recovery__FOR_GOOD": -2},
        {"heap___is_before": lambda slot, time, number: False},
        {"compiled_basis___exponential": lambda u, mean: int(u * mean)},
    ],
    ids=lambda planted: next(iter(planted)),
)
def test_a_planted_change_is_caught(planted):
    expected = simulate(EACH["orchestration"](BUSY, CAREFUL), STRUCK, seed=2).rows.tobytes()
    found = in_plain_python(EACH["orchestration"](BUSY, CAREFUL), **planted)
    assert (found == expected) is False
