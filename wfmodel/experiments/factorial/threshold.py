"""From which value of a factor on does the sign of the paired difference change?

Stochastic bisection with common random numbers. Every value that is tried is replicated until the
sign there is decided or its budget ends; the error is shared among all looks at all values that may
be tried (Bonferroni), so with 95 % confidence every decided sign is right. Where the difference is
continuous in the factor, a crossing then lies between the two values that are returned.

What it cannot see: crossings between two neighbouring values of equal sign; there may be more than
one. Other factors hold still: they are as the scenario has them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from wfmodel.display import Plotted, Tabular
from wfmodel.experiments.experiment import Factor, Level, Threshold
from wfmodel.experiments.factorial.cell_work import CellWork, sign_of
from wfmodel.experiments.factorial.executors import Executor, Failed, local_executor
from wfmodel.experiments.factorial.experiment_runs import ExperimentError, check_responses, work_at
from wfmodel.experiments.factorial.outcome import difference_name
from wfmodel.experiments.factorial.plans import Point, at_share
from wfmodel.experiments.factorial.provenance import WorkflowKeys, key_of
from wfmodel.experiments.factorial.stopping import looks
from wfmodel.experiments.run_spec import Progress
from wfmodel.experiments.scenario import Scenario
from wfmodel.experiments.statistics import CONFIDENCE, Estimate
from wfmodel.metrics import Metric
from wfmodel.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Tried:
    """One value: the paired difference there, and its sign (0: not decided). ``share``: of the way
    from the range's low end to its high end, on its scale.
    """

    share: float
    value: Level
    difference: Estimate
    sign: int


@dataclass(frozen=True, repr=False)
class ThresholdResult(Tabular, Plotted):
    """``tried`` in ascending order. ``between``: the last value with the sign that holds below, and
    the first with the other; None if no change of sign was shown. ``changes``: how many were.
    """

    threshold: Threshold
    metric: Metric
    factor: Factor
    pair: tuple[str, str]
    tried: tuple[Tried, ...]
    between: tuple[Tried, Tried] | None
    changes: int


def find_threshold(
    scenario: Scenario,
    workflow: Workflow,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> ThresholdResult:
    """Search for the threshold that the scenario's experiment declares.

    Raises:
        ExperimentError: none is declared, its factor has no range, its response is no metric, there
            is no pair to compare, or a value is impossible.
        WorkersLostError: workers died again and again.
    """
    search = _Search(scenario, workflow, executor or local_executor(), progress)
    search.try_all([i / (search.threshold.points - 1) for i in range(search.threshold.points)])
    while search.has_budget:
        shares = _next_shares(search.tried, search.factor, search.threshold.tolerance)
        if not shares:
            break
        search.try_all(shares)
    changes = _changes(search.tried)
    return ThresholdResult(
        search.threshold,
        search.metric,
        search.factor,
        search.pair,
        tuple(search.tried),
        changes[0] if changes else None,
        len(changes),
    )


class _Search:
    """What has been tried so far, and how to try more."""

    def __init__(
        self,
        scenario: Scenario,
        workflow: Workflow,
        executor: Executor,
        progress: Progress | None,
    ) -> None:
        self.threshold, self.factor, self.pair, self.metric = _declared(scenario)
        self.tried: list[Tried] = []
        self._scenario, self._workflow = scenario, workflow
        self._executor, self._progress = executor, progress
        self._hashes = WorkflowKeys()
        self._most = most_values(self.threshold)

    @property
    def has_budget(self) -> bool:
        """Whether a further round is within the values among which the error was shared."""
        return len(self.tried) + 2 <= self._most

    def try_all(self, shares: Sequence[float]) -> None:
        """Run the values at these shares of the range, and put them in their places."""
        works = [self._work(share) for share in shares]
        at = dict(zip((work.key for work in works), zip(shares, works, strict=True), strict=True))
        for became in self._executor.outcomes(works):
            if isinstance(became, Failed):
                raise ExperimentError(f"threshold: {became.reason}")
            share, work = at[became.key]
            row = became.row(self.threshold.response, difference_name(self.pair))
            value = at_share(self.factor, share)
            self.tried.append(Tried(share, value, row.estimate, sign_of(work, row)))
            if self._progress is not None:
                self._progress("values", len(self.tried), self._most)
        self.tried.sort(key=lambda each: each.share)

    def _work(self, share: float) -> CellWork:
        """The experiment's cell at this share, of the pair alone, until the sign is decided."""
        point = Point(0, {self.threshold.factor: at_share(self.factor, share)})
        whole = work_at(self._scenario, self._workflow, point, self._hashes)
        work = replace(
            whole,
            variants=tuple(each for each in whole.variants if each[0] in self.pair),
            pair=self.pair,
            responses=(self.threshold.response,),
            looks=looks(self.threshold.first, self.threshold.most),
            precision=None,
            confidence=1 - (1 - CONFIDENCE) / self._most,
            until_sign=True,
        )
        return replace(work, key=key_of(work))


def most_values(threshold: Threshold) -> int:
    """How many values may be tried: the first ones, and two edges bisected to the tolerance."""
    halvings = math.ceil(math.log2(1 / ((threshold.points - 1) * threshold.tolerance)))
    return threshold.points + 2 * max(0, halvings)


def _declared(scenario: Scenario) -> tuple[Threshold, Factor, tuple[str, str], Metric]:
    experiment = scenario.experiment
    if experiment is None or experiment.threshold is None:
        raise ExperimentError("the scenario's experiment declares no threshold")
    known = scenario.terms.every_metric()
    check_responses(experiment, known)
    threshold = experiment.threshold
    factor = experiment.factors[threshold.factor]
    if factor.levels is not None:
        raise ExperimentError(
            f"threshold: factor {threshold.factor!r} has levels; it needs a range (low and high)"
        )
    pair = scenario.pair()
    if pair is None:
        raise ExperimentError(
            "threshold: the scenario has one variant; there is nothing to compare"
        )
    return threshold, factor, pair, known[threshold.response]


def _changes(tried: Sequence[Tried]) -> list[tuple[Tried, Tried]]:
    """Neighbours among the decided whose signs differ."""
    decided = [each for each in tried if each.sign]
    return [(a, b) for a, b in pairwise(decided) if a.sign != b.sign]


def _next_shares(tried: Sequence[Tried], factor: Factor, tolerance: float) -> list[float]:
    """Middles of the two edges of the first change: where its lower sign ends, where the upper
    begins.
    """
    changes = _changes(tried)
    if not changes:
        return []
    low, high = changes[0]
    first, last = tried.index(low), tried.index(high)
    edges = {(low.share, tried[first + 1].share), (tried[last - 1].share, high.share)}
    found = []
    for below, above in sorted(edges):
        middle = (below + above) / 2
        ends = (at_share(factor, below), at_share(factor, above))
        if above - below > tolerance and at_share(factor, middle) not in ends:
            found.append(middle)
    return found
