"""Which engine runs, and what is said when it cannot."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.agreement.interpreted import interpreted_kernel
from tests.simulation.worlds import HUNDRED_MS, d, sequence
from wfmodel.designs import Knobs, orchestrate
from wfmodel.simulation import Arrivals, Setting, simulate

SYSTEM = orchestrate(sequence(2), Knobs())
SETTING = Setting(arrivals=Arrivals(every=HUNDRED_MS, most=2), horizon=d("1s"))


def idle(world):
    yield world.env.timeout(1)


def test_an_unknown_engine_is_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match=r"no engine 'fast'; there are auto, simpy, compiled"):
        simulate(SYSTEM, SETTING, engine="fast")


def test_a_process_of_the_users_runs_on_simpy_only():
    with pytest.raises(ValueError, match=r"a SimPy process of your own needs engine 'simpy'"):
        simulate(SYSTEM, SETTING, processes=(idle,), engine="compiled")
    auto = simulate(SYSTEM, SETTING, processes=(idle,), engine="auto")
    assert auto.rows.tobytes() == simulate(SYSTEM, SETTING, processes=(idle,)).rows.tobytes()


def test_without_numba_auto_works_and_compiled_says_what_is_missing():
    with interpreted_kernel():
        assert sys.modules["numba"] is None
        with pytest.raises(ValueError, match=r"needs numba.*pip install 'wfmodel\[fast\]'"):
            simulate(SYSTEM, SETTING, engine="compiled")
        auto = simulate(SYSTEM, SETTING, engine="auto")
    assert auto.rows.tobytes() == simulate(SYSTEM, SETTING).rows.tobytes()


def test_another_numba_than_the_kernel_knows_is_as_good_as_none(monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", lambda _name: "0.99.1")
    with interpreted_kernel(), pytest.raises(ValueError, match=r"numba 0\.68, and 0\.99"):
        simulate(SYSTEM, SETTING, engine="compiled")


def _obstacle(environment: dict[str, str], before: str = "") -> str:
    told = f"{before}\nfrom wfmodel.native.words import OBSTACLE\nprint(OBSTACLE)"
    done = subprocess.run(
        [sys.executable, "-c", told],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_numba_that_is_switched_off_or_broken_is_an_obstacle_that_is_named():
    pytest.importorskip("numba")
    assert "NUMBA_DISABLE_JIT has switched off" in _obstacle({"NUMBA_DISABLE_JIT": "1"})
    broken = """
import importlib
whole = importlib.import_module
def without(name, *more):
    if name == "numba":
        raise OSError("Could not find/load shared object file")
    return whole(name, *more)
importlib.import_module = without"""
    assert "cannot be imported (Could not find/load shared object" in _obstacle({}, broken)


class Broken:
    """A machine of a user's that raises when it is told of anything."""

    def __init__(self, machine):
        self.initial, self.view = machine.initial, machine.view

    def react(self, state, event):
        raise ZeroDivisionError("a user's mistake")


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_what_a_machine_raises_comes_through(engine):
    if engine == "compiled":
        pytest.importorskip("numba", reason="the compiled kernel needs numba")
    system = orchestrate(sequence(2), Knobs())
    system.machines.update({name: Broken(m) for name, m in system.machines.items()})
    with pytest.raises(ZeroDivisionError, match="a user's mistake"):
        simulate(system, SETTING, engine=engine)
