"""One instance that a fault hit, followed in every variant: the number's face.

Arrivals, durations and faults are common to the variants, so instance 17 of replication 0 is the
same order everywhere, and what differs is what the design made of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from wfmodel.designs import History
from wfmodel.designs.history import FAULT_KINDS, Kind
from wfmodel.display import Plotted, Tabular
from wfmodel.experiments.run_observation import to_the_limit
from wfmodel.experiments.run_spec import Runner, RunSpec
from wfmodel.experiments.scenario import Scenario
from wfmodel.experiments.timeline import SINGLE, Band, Timeline, bands, timeline
from wfmodel.metrics import CLEAN, tracks_of
from wfmodel.model.flow import NodeKind, build_flow
from wfmodel.model.workflow import Workflow

REPLICATIONS: Final = 5
"""How many replications are looked through for an instance worth following."""

LONGEST: Final = 60
"""A picture with more rows than this per instance is no longer read: shorter ones come first."""


BINS: Final = 150
"""Periods of a divergence curve."""


@dataclass(frozen=True, repr=False)
class Story(Tabular, Plotted):
    """The same instance in each variant, by name.

    ``faults``: those of that replication; ``divergence``: its total D as (seconds, values).
    """

    instance: int
    replication: int
    timelines: dict[str, Timeline]
    endings: dict[str, str]
    faults: tuple[Band, ...]
    divergence: dict[str, tuple[tuple[float, ...], tuple[float, ...]]]


def tell(scenario: Scenario, workflow: Workflow) -> Story:
    """Follow the instance that shows most: hit by a fault, and ending differently if any does.

    Raises:
        ValueError: the workflow cannot run, or no instance ever arrives.
    """
    runner = Runner(workflow)
    best: tuple[tuple[float, ...], int, int] | None = None
    for replication in range(min(REPLICATIONS, scenario.replications)):
        histories = _histories(runner, scenario, replication)
        for instance, score in _scores(scenario, histories).items():
            if best is None or score > best[0]:
                best = (score, replication, instance)
        if best is not None and best[0][0] >= 2:
            break
    if best is None:
        raise ValueError("no instance arrives before the horizon")
    _, replication, instance = best
    histories = _histories(runner, scenario, replication)
    return _story(scenario, histories, replication, instance, _waiting(workflow))


def _waiting(workflow: Workflow) -> frozenset[int]:
    """Nodes that wait for a timer or for an event from outside."""
    kinds = (NodeKind.WAIT, NodeKind.RECEIVE)
    return frozenset(node.index for node in build_flow(workflow).nodes if node.kind in kinds)


def _histories(runner: Runner, scenario: Scenario, replication: int) -> dict[str, History]:
    return {
        name: runner.history(RunSpec(variant, scenario.setting, scenario.seed, replication))
        for name, variant in scenario.variants_by_name().items()
    }


def _scores(scenario: Scenario, histories: dict[str, History]) -> dict[int, tuple[float, ...]]:
    """(how telling, how short, how long it took) of every measured instance."""
    ends = [_clean(scenario, history) for history in histories.values()]
    hits = [_hit(history) for history in histories.values()]
    spans = [_spans(history) for history in histories.values()]
    scores: dict[int, tuple[float, ...]] = {}
    for instance in ends[0]:
        struck = sum(bool(hit.get(instance)) for hit in hits)
        differs = len({end.get(instance, False) for end in ends}) > 1
        telling = struck / len(hits) + (1 if differs and struck else 0)
        telling += 1 if struck == len(hits) else 0
        rows = max(span.get(instance, (0, 0))[1] for span in spans)
        lengths = [span.get(instance, (0, 0))[0] for span in spans]
        scores[instance] = (telling, float(rows <= LONGEST * len(lengths)), float(sum(lengths)))
    return scores


def _clean(scenario: Scenario, history: History) -> dict[int, bool]:
    tracks = tracks_of(to_the_limit(history))
    return {
        int(number): ending in CLEAN
        for number, ending in zip(tracks.ids, tracks.terminal, strict=True)
    }


def _hit(history: History) -> dict[int, bool]:
    """Instances at which a fault that stops something struck a participant at work for them."""
    rows = history.rows
    stopping = [i for i, kind in enumerate(FAULT_KINDS) if kind not in SINGLE]
    onsets = rows[(rows[:, 1] == Kind.FAULT_ON) & np.isin(rows[:, 4], stopping)]
    hit = {}
    for instance, (first, last, members) in _lives(history).items():
        inside = (onsets[:, 0] > first) & (onsets[:, 0] < last)
        hit[instance] = bool(np.isin(onsets[inside, 3], list(members)).any())
    lost = rows[(rows[:, 1] == Kind.DROP), 2].tolist()
    return {**hit, **dict.fromkeys((i for i in lost if i in hit), True)}


def _lives(history: History) -> dict[int, tuple[int, int, set[int]]]:
    """Per instance: first and last time, and who took part (-1: the broker concerns everybody)."""
    lives: dict[int, tuple[int, int, set[int]]] = {}
    mine = history.rows[history.rows[:, 2] >= 0]
    for time, _, instance, participant, _, _ in mine.tolist():
        first, _, members = lives.get(instance, (time, time, {-1}))
        members.add(participant)
        lives[instance] = (first, time, members)
    return lives


def _spans(history: History) -> dict[int, tuple[int, int]]:
    """Per instance: how long it lived, and how many rows it has."""
    mine = history.rows[history.rows[:, 2] >= 0]
    counts = np.bincount(mine[:, 2])
    lives = _lives(history)
    return {i: (last - first, int(counts[i])) for i, (first, last, _) in lives.items()}


def _story(
    scenario: Scenario,
    histories: dict[str, History],
    replication: int,
    instance: int,
    waiting: Collection[int],
) -> Story:
    first = next(iter(histories.values()))
    endings = {}
    for name, history in histories.items():
        tracks = tracks_of(to_the_limit(history))
        place = int(np.flatnonzero(tracks.ids == instance)[0])
        endings[name] = tracks.terminal[place].value
    return Story(
        instance,
        replication,
        {name: timeline(history, instance, waiting) for name, history in histories.items()},
        endings,
        bands(first, 0, scenario.setting.horizon),
        {name: total_divergence(history, scenario) for name, history in histories.items()},
    )


def total_divergence(
    history: History, scenario: Scenario, *, bins: int = BINS
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """D(t) added up over all instances: its mean in each of ``bins`` periods, from their starts.

    Seconds and facts. The periods cover the arrivals and as long again as half of them.
    """
    tracks = tracks_of(to_the_limit(history))
    level = tracks.graph.divergence.array()
    order = np.argsort(tracks.time_ns, kind="stable")
    times = tracks.time_ns[order].astype(np.float64)
    total = np.cumsum((level[tracks.target] - level[tracks.source])[order])
    end = min(1.5 * scenario.setting.horizon, float(tracks.end_ns))
    edges = np.linspace(0, end, bins + 1)
    # The integral of a step function is linear between its steps.
    knots = np.concatenate(([0.0], times, [max(end, float(tracks.end_ns))]))
    area = np.concatenate(([0.0, 0.0], np.cumsum(total * np.diff(knots[1:]))))
    means = np.diff(np.interp(edges, knots, area)) / np.diff(edges)
    return tuple((edges[:-1] / 1e9).tolist()), tuple(means.tolist())
