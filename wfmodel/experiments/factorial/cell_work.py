"""One cell, whole: replicate its variants in pairs until precision or budget says enough.

A cell depends on its ``CellWork`` alone, so equal works give equal outcomes wherever they run, and
its key (a hash of all of it) names the result for good.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wfmodel.experiments.experiment import Precision
from wfmodel.experiments.factorial.outcome import (
    CellOutcome,
    ResponseRow,
    difference_name,
    reached_by,
)
from wfmodel.experiments.factorial.stopping import (
    decided_sign,
    is_enough,
    reached,
    share_of_confidence,
)
from wfmodel.experiments.replications import metric_difference, metric_estimate
from wfmodel.experiments.run_observation import RunObservation
from wfmodel.experiments.run_spec import Runner, RunSpec
from wfmodel.experiments.scenario import Variant
from wfmodel.experiments.storms import Storm, StormsError
from wfmodel.metrics import NO_TERMS, Metric, Terms
from wfmodel.model.workflow import Workflow
from wfmodel.simulation import Setting, StormError

MOST_BENCHES: Final = 4
"""Workflows that a worker thread keeps tabulated."""


@dataclass(frozen=True, slots=True)
class CellWork:
    """All that a cell depends on; ``key`` is the hash of the rest (``provenance.key_of``), and
    ``workflow_key`` that of the workflow alone.
    """

    key: str
    workflow_key: str
    workflow: Workflow
    variants: tuple[tuple[str, Variant], ...]
    pair: tuple[str, str] | None
    setting: Setting
    seed: int
    responses: tuple[str, ...]
    looks: tuple[int, ...]
    precision: Precision | None
    confidence: float
    terms: Terms = NO_TERMS
    until_sign: bool = False
    """Stop once the sign of the pair's difference is decided."""

    def metric(self, response: str) -> Metric:
        """The metric of a response."""
        return self.terms.every_metric()[response]


def carry_out(work: CellWork) -> CellOutcome:
    """Run a cell.

    Raises:
        ValueError: the workflow cannot run, or no instance arrives.
        StormsError: a run goes on without end.
    """
    runner = _runner(work)
    observed: list[list[RunObservation]] = [[] for _ in work.variants]
    rows: tuple[ResponseRow, ...] = ()
    for look in work.looks:
        for runs, (name, variant) in zip(observed, work.variants, strict=True):
            for replication in range(len(runs), look):
                cell = RunSpec(variant, work.setting, work.seed, replication, terms=work.terms)
                run = runner.attempt(cell)
                if isinstance(run, StormError):
                    raise StormsError([Storm(name, replication, run)])
                runs.append(run)
        rows = _rows(work, observed)
        if _is_enough(work, rows):
            break
    return CellOutcome(work.key, rows)


def confidence_of(work: CellWork) -> float:
    """The confidence of a single look's intervals."""
    return share_of_confidence(len(work.looks), confidence=work.confidence)


def sign_of(work: CellWork, row: ResponseRow) -> int:
    """-1, 0 or 1: the sign of a difference's row, 0 while it is not decided."""
    return decided_sign(row.estimate, row.differing, confidence=confidence_of(work))


def _is_enough(work: CellWork, rows: Sequence[ResponseRow]) -> bool:
    if not work.until_sign:
        return is_enough(reached_by(rows))
    assert work.pair is not None
    gap = difference_name(work.pair)
    return all(sign_of(work, row) != 0 for row in rows if row.variant == gap)


def _rows(work: CellWork, observed: Sequence[Sequence[RunObservation]]) -> tuple[ResponseRow, ...]:
    level = confidence_of(work)
    names = [name for name, _ in work.variants]
    rows = []
    for response in work.responses:
        runs = dict(zip(names, observed, strict=True))
        rows += [_of_variant(work, response, name, runs[name], level) for name in names]
        if work.pair is not None:
            rows.append(_of_pair(work, response, runs, work.pair, level))
    return tuple(rows)


def _of_variant(
    work: CellWork, response: str, name: str, runs: Sequence[RunObservation], level: float
) -> ResponseRow:
    found = metric_estimate(work.metric(response), runs, confidence=level)
    values = tuple(run.values[response] for run in runs)
    return ResponseRow(name, response, found, reached(work.precision, response, found), 0, values)


def _of_pair(
    work: CellWork,
    response: str,
    runs: Mapping[str, Sequence[RunObservation]],
    pair: tuple[str, str],
    level: float,
) -> ResponseRow:
    first, second = runs[pair[0]], runs[pair[1]]
    gap = metric_difference(work.metric(response), first, second, confidence=level)
    gaps = tuple(
        b.values[response] - a.values[response] for a, b in zip(first, second, strict=True)
    )
    state = reached(work.precision, response, gap.estimate, difference=True)
    return ResponseRow(difference_name(pair), response, gap.estimate, state, gap.differing, gaps)


class _Runners(threading.local):
    """The runners of this thread, by workflow: tables grow as cells run, so none is shared."""

    def __init__(self) -> None:
        self.kept: dict[str, Runner] = {}


_runners = _Runners()


def _runner(work: CellWork) -> Runner:
    """Cells that differ in their setting only share what is tabulated."""
    kept = _runners.kept
    runner = kept.pop(work.workflow_key, None) or Runner(work.workflow)
    kept[work.workflow_key] = runner  # The last of them is the latest used.
    if len(kept) > MOST_BENCHES:
        del kept[next(iter(kept))]
    return runner
