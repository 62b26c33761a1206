"""What would keep a run from ending is said before it begins; what only takes long is run."""

from __future__ import annotations

import json
import math

import pytest

from tests.cli.test_command_line import call
from wfmodel.experiments.endless import FOR_EVER_NS, MOST_STEPS, _mean, why_endless
from wfmodel.model import load_workflow
from wfmodel.model.distributions import Exponential
from wfmodel.model.units import parse_duration as d
from wfmodel.simulation import Arrivals, Pattern, Setting

ONCE_A_SECOND = Arrivals(every=Exponential(mean=d("1s")))
MINUTES = Setting(arrivals=ONCE_A_SECOND, horizon=d("2m"))


def text_of(state: dict, **more: dict) -> str:
    states = {"a": state, **more, "z": {"kind": "final"}}
    return json.dumps({"name": "o", "initial": "a", "states": states})


def workflow(state: dict, **more: dict):
    return load_workflow("o.json", text_of(state, **more)).workflow


def task(**more) -> dict:
    return {"kind": "task", "service": "s", "next": "z", **more}


def again(probability: float, **more) -> dict:
    branches = [{"next": "a", "probability": probability}]
    return {"kind": "choice", "branches": branches, "default": "z", **more}


def failing(kind: str, probability: float, backoff: str, attempts: int | None, **more) -> dict:
    failures = {"x": {"kind": kind, "probability": probability}}
    retry = {"attempts": attempts, "backoff": backoff, "factor": 1, "on": ["x"]}
    return task(failures=failures, retry=retry, **more)


FORK = {"kind": "parallel", "join": "all", "next": "b"}
REGION = {"initial": "q", "states": {"q": again(1), "z": {"kind": "final"}}}
REGION["states"]["q"]["branches"][0]["next"] = "q"

ENDLESS = {
    "a choice that always comes back": (again(1.0), {}),
    "a wait of no time": ({"kind": "wait", "duration": "0s", "next": "a"}, {}),
    "a choice that nearly always does": (again(0.999999), {}),
    "attempts without end": (failing("transient", 1, "0s", None), {}),
    "attempts beyond count": (failing("transient", 1, "0s", 2**62), {}),
    "a business failure that is retried": (failing("business", 0.5, "0s", None), {}),
    "work of a nanosecond": (failing("transient", 1, "1ns", None, duration="1ns"), {}),
    "two states by turns": (task(next="b"), {"b": task(next="a")}),
    "in a region": ({**FORK, "regions": [REGION], "next": "z"}, {}),
}
ENDING = {
    "a lap or two": (again(0.5), {}),
    "a poll every minute": (task(duration="1m", next="b"), {"b": again(1)}),
    "attempts with a pause": (failing("transient", 1, "1s", None), {}),
    "a transient failure now and then": (failing("transient", 0.1, "0s", None), {}),
    "many attempts, seldom needed": (failing("transient", 0.5, "0s", 2**62), {}),
    "a wait for the outside": (
        {"kind": "receive", "events": {"e": {"next": "a"}}, "delay": "1m"},
        {},
    ),
    "a fork whose regions take time": (
        {
            **FORK,
            "regions": [
                {
                    "initial": "q",
                    "states": {"q": task(duration="1m"), "z": {"kind": "final"}},
                }
            ],
        },
        {"b": again(1)},
    ),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_would_not_end_is_said(what):
    state, more = ENDLESS[what]
    said = why_endless(workflow(state, **more), MINUTES)
    assert said is not None
    assert "goes round" in said or "is tried again" in said


@pytest.mark.parametrize("what", ENDING)
def test_what_ends_is_run(what):
    state, more = ENDING[what]
    assert why_endless(workflow(state, **more), MINUTES) is None


@pytest.mark.parametrize("leaves", [1e-3, 1e-5, 1e-7])
def test_laps_are_counted_as_a_geometric_distribution_has_them(leaves):
    """A lap of a second: what is expected, or what the time of the run allows."""
    looped = workflow(task(duration="1ms", next="b"), b=again(1 - leaves))
    for days in (1, 1000):
        long = Setting(arrivals=ONCE_A_SECOND, horizon=d(f"{days}d"))
        laps = min(1 / leaves, (days * 86_400 + 600) * 1000)
        assert (why_endless(looped, long) is None) == (2 * laps <= MOST_STEPS), (days, leaves)


def test_rates_are_counted():
    fast = Setting(arrivals=Arrivals(every=Exponential(mean=1)), horizon=d("1h"))
    said = why_endless(workflow(task()), fast)
    assert said == "about 3,600,000,000,000 instances would arrive within the horizon"
    few = Setting(arrivals=Arrivals(every=Exponential(mean=1), most=100), horizon=d("1h"))
    assert why_endless(workflow(task()), few) is None


@pytest.mark.parametrize(
    ("period", "horizon", "many"),
    [("1h", "6d", True), ("1h", "5d", False), ("9d", "4d", True), ("9d", "3d", False)],
)
def test_a_pattern_of_rates_counts_by_its_mean_and_within_one_period_by_its_peak(
    period, horizon, many
):
    pattern = Pattern(period=d(period), factors=(1, 3))
    arrivals = Arrivals(every=Exponential(mean=d("1ms")), pattern=pattern)
    said = why_endless(workflow(task()), Setting(arrivals=arrivals, horizon=d(horizon)))
    assert (said is not None) == many


def test_a_long_chain_is_looked_at_soon():
    chain = {f"s{i}": task(next=f"s{i + 1}") for i in range(3000)}
    long = workflow(task(next="s0"), **chain, s3000=again(0.5))
    assert why_endless(long, MINUTES) is None


@pytest.mark.parametrize("command", ["simulate", "compare", "exact", "rare", "hunt", "check"])
def test_every_command_that_runs_says_it_in_one_line(capsys, tmp_path, command):
    (tmp_path / "w.json").write_text(text_of(again(1.0)), encoding="utf-8")
    setting = {"arrivals": {"every": "1s"}, "horizon": "1m"}
    scenario = {"question": "?", "workflow": "w.json", "setting": setting}
    (tmp_path / "s.json").write_text(json.dumps(scenario), encoding="utf-8")
    code, out, err = call(capsys, command, str(tmp_path / "s.json"))
    assert code in (1, 2)
    (line,) = [line for line in (out + err).splitlines() if "would not end" in line]
    assert "E109" in line
    assert "'a' goes round without end, and takes no time" in line


@pytest.mark.parametrize("command", ["simulate", "hunt", "explore"])
def test_so_do_those_that_take_a_workflow(capsys, tmp_path, command):
    circle = {"kind": "wait", "duration": "0s", "next": "a"}
    (tmp_path / "w.json").write_text(text_of(circle), encoding="utf-8")
    code, _, err = call(capsys, command, str(tmp_path / "w.json"))
    assert code == 2
    assert "'a'" in err
    assert "no time" in err
    assert err.count("\n") == 1


class Beyond:
    """A time whose mean no float can hold."""

    def mean_ns(self) -> float:
        return math.gamma(1e300)


def test_no_expectation_overflows():
    assert _mean(Beyond()) == FOR_EVER_NS
    policy = {"attempts": 10**30, "backoff": "1d", "factor": 1000}
    assert why_endless(workflow(task(retry=policy)), MINUTES) is None
