"""Shared rows: what instances do to one another before they are over."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import wfmodel
from wfmodel.experiments.scenario_file import load_scenario
from wfmodel.metrics.isolation import Use, dirty_reads, fuzzy_reads, lost_updates

READ, ASK = 0, 1


@st.composite
def rows(draw: st.DrawFn) -> list[Use]:
    """Any order in which a few instances read, write and take back; each writes at most once."""
    uses: list[Use] = []
    for instance in range(draw(st.integers(1, 4))):
        reads = [Use(instance, node, False, False, False) for node in (READ, ASK)]
        own = [use for use in reads for _ in range(draw(st.integers(0, 2)))]
        if draw(st.booleans()):
            back = draw(st.booleans())
            own.append(Use(instance, 2, True, back, False))
            own += [Use(instance, 2, False, False, True)] if back else []
        uses += own
    mixed = draw(st.permutations(uses))
    ends = [use for use in mixed if use.ends]
    kept = [use for use in mixed if not use.ends]
    for end in ends:  # a write is taken back after it was made
        at = next(i for i, use in enumerate(kept) if use.writes and use.instance == end.instance)
        kept.insert(draw(st.integers(at + 1, len(kept))), end)
    return kept


def naive_dirty(uses: list[Use]) -> Iterable[int]:
    for i, read in enumerate(uses):
        for j, write in enumerate(uses[:i]):
            ended = any(u.ends and u.instance == write.instance for u in uses[j:i])
            other = write.instance != read.instance
            if not (read.writes or read.ends) and write.taken_back and other and not ended:
                yield read.instance


def naive_lost(uses: list[Use]) -> Iterable[int]:
    for i, write in enumerate(uses):
        if not write.writes:
            continue
        mine = [j for j, u in enumerate(uses[:i]) if u.instance == write.instance and not u.ends]
        if not mine or uses[mine[-1]].writes:
            continue
        between = uses[mine[-1] : i]
        undone = {u.instance for u in between if u.ends}  # each writes at most once
        others = (u.instance for u in between if u.writes and u.instance != write.instance)
        yield from (other for other in others if other not in undone)


def naive_fuzzy(uses: list[Use]) -> Iterable[int]:
    for i, second in enumerate(uses):
        reads = [
            j
            for j, u in enumerate(uses[:i])
            if u.instance == second.instance and not (u.writes or u.ends)
        ]
        if second.writes or second.ends or not reads or uses[reads[-1]].node == second.node:
            continue
        between = uses[reads[-1] : i]
        if any((u.writes or u.ends) and u.instance != second.instance for u in between):
            yield second.instance


@given(rows())
def test_as_the_definitions_read(uses: list[Use]) -> None:
    assert set(dirty_reads(uses)) == set(naive_dirty(uses))
    assert set(lost_updates(uses)) == set(naive_lost(uses))
    assert set(fuzzy_reads(uses)) == set(naive_fuzzy(uses))


WORKFLOW = {
    "name": "order",
    "initial": "check",
    "states": {
        "check": {"kind": "task", "service": "stock", "duration": "1s", "next": "reserve"},
        "reserve": {
            "kind": "task",
            "service": "stock",
            "duration": "1s",
            "effect": "compensatable",
            "idempotent": True,
            "compensation": {"idempotent": True},
            "next": "pay",
        },
        "pay": {
            "kind": "task",
            "service": "bank",
            "duration": "10s",
            "failures": {"refused": {"kind": "business", "probability": 0.5}},
            "on": {"refused": "rollback"},
            "next": "confirm",
        },
        "confirm": {"kind": "task", "service": "stock", "next": "done"},
        "done": {"kind": "final"},
    },
}


def scenario(folder: Path, at: list[str], **more: object) -> Path:
    shared = {"rows": 1, "reads": ["check", "confirm"], "writes": ["reserve"]}
    document = {
        "question": "What do orders do to one another?",
        "workflow": "workflow.yaml",
        "setting": {"arrivals": {"at": at}, "horizon": "10m", "network": "0s"},
        "knobs": {"commit": "0s"},
        "shared": {"stock": {**shared, **more}},
        "replications": 1,
        "what_ifs": 0,
    }
    (folder / "workflow.yaml").write_text(yaml.safe_dump(WORKFLOW, sort_keys=False), "utf-8")
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    return path


def shares(path: Path) -> dict[str, list[float]]:
    compared = wfmodel.compare(path)
    return {
        each.metric.name: [estimate.mean for estimate in each.estimates]
        for each in compared.metrics
        if each.metric.name.startswith("shared.")
    }


@pytest.mark.parametrize(
    ("at", "lost", "fuzzy"),
    [
        (["0s", "1m"], 0.0, 0.0),  # one after the other
        (["0s", "500ms"], 0.5, None),  # the second read at 0.5 s and wrote at 2.5 s; the first at 2
    ],
)
def test_two_orders_of_the_same_article(tmp_path, at, lost, fuzzy):
    found = shares(scenario(tmp_path, at))
    assert found["shared.stock.lost_update"] == [lost, lost]
    if fuzzy is not None:
        assert found["shared.stock.fuzzy_read"] == [fuzzy, fuzzy]


def test_of_many_rows_two_orders_seldom_meet(tmp_path):
    at = [f"{number * 100}ms" for number in range(100)]
    crowded, spread = (shares(scenario(tmp_path, at, rows=rows)) for rows in (1, 10_000))
    for name in ("dirty_read", "lost_update", "fuzzy_read"):
        one, many = crowded[f"shared.stock.{name}"], spread[f"shared.stock.{name}"]
        assert one[0] == one[1] > many[0] + 0.3
        assert not any(map(math.isnan, (*one, *many)))


def test_a_step_that_is_none_is_named(tmp_path):
    found = load_scenario(scenario(tmp_path, ["0s"], reads=["chek"]))
    [finding] = [each for each in found.findings if each.code == "E104"]
    assert "check" in str(finding.message)
    assert finding.path == ("shared", "stock", "reads", 0)
