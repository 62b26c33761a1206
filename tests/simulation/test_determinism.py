"""Same seed, same bytes: across processes, orders of replications, and shared tables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.simulation.worlds import d, exponential, rows, run, sequence
from wfmodel.designs import (
    Fault,
    Knobs,
    Table,
    choreograph,
    load_history,
    orchestrate,
    save_history,
)
from wfmodel.designs.history import Kind
from wfmodel.designs.history_file import HistoryFileError
from wfmodel.model.failures import FailureMode, RetryPolicy
from wfmodel.simulation import Arrivals, Setting, simulate
from wfmodel.simulation.randomness import stream, uniform

FAULTS = (
    Fault(kind="crash", target="*", every=exponential("2s"), lasts=exponential("300ms")),
    Fault(kind="loss", probability=0.05),
    Fault(kind="duplication", probability=0.05),
)
FLAKY = sequence(
    3,
    exponential("10ms"),
    failures={"flaky": FailureMode("transient", 0.2)},
    retry=RetryPolicy(jitter="full"),
    timeout="500ms",
)


def saved(tmp_path: Path, replication: int, design: str = "orchestration") -> bytes:
    path = tmp_path / f"{design}-{replication}.npz"
    save_history(run(FLAKY, design, faults=FAULTS, replication=replication, horizon="5s"), path)
    return path.read_bytes()


def test_two_processes_write_the_same_bytes(tmp_path):
    program = (
        "import sys; from pathlib import Path; from tests.simulation.test_determinism import saved;"
        "sys.stdout.buffer.write(saved(Path(sys.argv[1]), 3))"
    )
    root = Path(__file__).parents[2]
    outputs = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder)],
            capture_output=True,
            check=True,
            cwd=root,
            env={"PYTHONHASHSEED": str(number), "PYTHONPATH": str(root)},
        )
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1] == saved(tmp_path, 3)


@pytest.mark.parametrize("make", [orchestrate, choreograph])
def test_replications_in_any_order_over_one_table(make):
    system = make(FLAKY)
    setting = Setting(arrivals=Arrivals(every=exponential("50ms")), horizon=d("3s"), faults=FAULTS)
    table = Table(system)
    forth = [simulate(system, setting, seed=1, replication=r, table=table) for r in (0, 1, 2)]
    table = Table(system)
    back = [simulate(system, setting, seed=1, replication=r, table=table) for r in (2, 1, 0)]
    for one, other in zip(forth, reversed(back), strict=True):
        assert np.array_equal(one.rows, other.rows)
        assert (one.views, one.events, one.messages) == (other.views, other.events, other.messages)
    assert not np.array_equal(forth[0].rows[:50], forth[1].rows[:50])


def test_both_designs_meet_the_same_faults_and_service_draws():
    crash = (
        Fault(kind="crash", target="services", every=exponential("2s"), lasts=exponential("300ms")),
    )
    histories = [run(FLAKY, design, faults=crash) for design in ("orchestration", "choreography")]
    instants = []
    for history in histories:
        on = rows(history, Kind.FAULT_ON)
        instants.append([(row.time_ns, history.participants[row.participant]) for row in on])
    assert instants[0] == instants[1]
    assert len(instants[0]) > 5
    arrivals = [[row.time_ns for row in rows(history, Kind.ARRIVE)] for history in histories]
    assert arrivals[0] == arrivals[1]


def test_a_table_of_another_system_is_refused():
    setting = Setting(arrivals=Arrivals(every=exponential("50ms")), horizon=d("1s"))
    with pytest.raises(ValueError, match="another system"):
        simulate(orchestrate(FLAKY), setting, table=Table(orchestrate(FLAKY)))


def test_a_history_survives_the_file(tmp_path):
    history = run(FLAKY, "choreography", Knobs(watchdog=d("1s")), faults=FAULTS, horizon="5s")
    save_history(history, tmp_path / "h.npz")
    back = load_history(tmp_path / "h.npz")
    assert np.array_equal(history.rows, back.rows)
    for name in (
        "workflow",
        "design",
        "seed",
        "knobs",
        "participants",
        "steps",
        "nodes",
        "views",
        "events",
        "messages",
        "warm_up_ns",
        "replication",
    ):
        assert getattr(history, name) == getattr(back, name), name
    assert back.of_instance(2) == history.of_instance(2)


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04" + b"\0" * 60])
def test_a_file_that_is_no_history_is_named(tmp_path, content):
    path = tmp_path / "h.npz"
    path.write_bytes(content)
    with pytest.raises(HistoryFileError, match=r"h\.npz"):
        load_history(path)


def test_an_unknown_instance_is_named():
    with pytest.raises(KeyError, match="no instance 99; there are 3"):
        run(FLAKY, most=3).of_instance(99)


@given(st.integers(0, 2**63), st.integers(0, 10**9), st.integers(0, 2**40))
def test_uniform_numbers_lie_inside_the_open_interval(base, entity, index):
    assert 0 < uniform(base, entity, index) < 1


def test_uniform_numbers_are_uniform_and_independent():
    base = stream(1, 0, "test")
    grid = np.array([[uniform(base, i, j) for j in range(50)] for i in range(400)])
    assert stats.kstest(grid.ravel(), "uniform").pvalue > 0.01
    assert abs(np.corrcoef(grid[:, :-1].ravel(), grid[:, 1:].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(grid[:-1].ravel(), grid[1:].ravel())[0, 1]) < 0.02
    other = np.array([uniform(stream(1, 1, "test"), i, 0) for i in range(400)])
    assert abs(np.corrcoef(grid[:, 0], other)[0, 1]) < 0.15
