"""Prices and promises: what a run costs and keeps, counted once more by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings

from tests.agreement.dressed import worlds
from tests.metrics.naive import CRASH
from wfmodel.designs import History, System
from wfmodel.designs.anomalies import CLEAN, Terminal
from wfmodel.designs.history import Kind
from wfmodel.designs.messages import WorkDone
from wfmodel.experiments.run_observation import observe, twin_run
from wfmodel.metrics import Prices, Promise, Terms, measure, tracks_of
from wfmodel.model.units import parse_duration as d
from wfmodel.simulation import Setting, simulate

World = tuple[System, Setting, int]
PRICES = Prices(
    currency="EUR",
    message=0.5,
    store_write=0.25,
    worker_second=3.0,
    instance=7.0,
    undone=11.0,
    half_done=100.0,
)
SOON = Promise(within=d("2s"), share=0.9)
LATE = Promise(within=d("3s"), share=0.9)
TERMS = Terms(PRICES, (("soon", SOON), ("late", LATE)))


def busy_s(history: History, instance: int, end_ns: int) -> float:
    """Row by row: from each beginning to the next end of the same visit, or the service's crash."""
    rows, total = list(history), 0
    for place, row in enumerate(rows):
        if row.kind != Kind.BEGIN or row.instance != instance:
            continue
        until = end_ns
        for later in rows[place + 1 :]:
            event = history.events[later.a] if later.kind == Kind.REACT else None
            done = isinstance(event, WorkDone) and later.instance == instance
            if done and (event.node, event.epoch) == (row.a, row.b):
                until = later.time_ns
                break
            if later.kind == Kind.FAULT_ON and (later.participant, later.a) == (
                row.participant,
                CRASH,
            ):
                until = later.time_ns
                break
        total += until - row.time_ns
    return total / 1e9


@given(worlds())
@settings(max_examples=60)
def test_money_is_what_the_rows_cost_and_promises_what_was_in_time(world: World) -> None:
    system, setting, seed = world
    history = simulate(system, setting, seed=seed)
    tracks = tracks_of(history)
    found = measure(history, terms=TERMS)
    if not found.instances:
        assert found.reasons["cost"] == "no instance was measured"
        return
    costs, failed, kept = [], [], {"soon": 0, "late": 0}
    for place, instance in enumerate(tracks.ids.tolist()):
        mine = [row.kind for row in history if row.instance == instance]
        end = tracks.terminal[place]
        wrong = {Terminal.COMMITTED: 0.0, Terminal.COMPENSATED: 11.0}.get(end, 100.0)
        counted = 0.5 * mine.count(Kind.SEND) + 0.25 * mine.count(Kind.COMMIT)
        costs.append(7 + counted + 3 * busy_s(history, instance, tracks.end_ns) + wrong)
        if end is not Terminal.COMMITTED:
            failed.append(costs[-1])
        taken = int(tracks.verdict_ns[place] - tracks.arrival_ns[place])
        for name, promise in TERMS.promises:
            kept[name] += end in CLEAN and 0 <= taken <= promise.within
    assert found.values["cost"] == pytest.approx(sum(costs) / len(costs))
    if failed:
        assert found.values["cost_per_failure"] == pytest.approx(sum(failed) / len(failed))
    else:
        assert math.isnan(found.values["cost_per_failure"])
    for name, number in kept.items():
        assert found.values[f"promise.{name}"] == pytest.approx(number / found.instances)


@given(worlds())
@settings(max_examples=30)
def test_a_longer_promise_is_kept_more_often_and_a_price_costs_what_it_says(world: World) -> None:
    system, setting, seed = world
    history = simulate(system, setting, seed=seed)
    dearer = Terms(replace(PRICES, instance=8.0), TERMS.promises)
    found, more = measure(history, terms=TERMS), measure(history, terms=dearer)
    if not found.instances:
        return
    assert found.values["promise.soon"] <= found.values["promise.late"]
    assert found.values["promise.late"] <= found.values["terminal_consistency"]
    assert more.values["cost"] == pytest.approx(found.values["cost"] + 1)


@given(worlds())
@settings(max_examples=20)
def test_the_twin_says_what_it_would_have_cost_without_faults(world: World) -> None:
    system, setting, seed = world
    calm = simulate(system, replace(setting, faults=()), seed=seed)
    twin = twin_run(calm, terms=TERMS)
    seen = observe(simulate(system, setting, seed=seed), twin=twin, terms=TERMS)
    assert seen.baseline["cost"] == pytest.approx(twin.values["cost"], nan_ok=True)
    assert set(seen.baseline) == set(seen.values)


@pytest.mark.parametrize(
    ("given_prices", "why"),
    [
        ({"currency": "EUR"}, "name at least one price: message, store_write"),
        ({"currency": "EUR", "message": -1}, "greater than or equal to 0"),
        ({"currency": "a b", "message": 1}, "should match pattern"),
    ],
)
def test_prices_that_cannot_be(given_prices: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Prices(**given_prices)  # type: ignore[arg-type]
