"""A comparison is data: what each variant gave, the paired differences, and what may be said.

Nothing here runs anything. ``replications`` fills it in; tables, pages and JSON are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from wfmodel.display import Plotted, Shown, Tabular
from wfmodel.experiments.incidents import Incident
from wfmodel.experiments.instance_facts import Struck
from wfmodel.experiments.scenario import Scenario, Variant
from wfmodel.experiments.startup import Startup
from wfmodel.experiments.statistics import Difference, DifferenceVerdict, Estimate
from wfmodel.experiments.survival import Curve
from wfmodel.experiments.why_wrong import WrongInstance
from wfmodel.metrics import Metric
from wfmodel.model.workflow import Workflow

FORMAT: Final = 1


@dataclass(frozen=True, slots=True, repr=False)
class MetricResult(Shown):
    """One line of the table: an estimate per variant, in order, and the reference pair's difference
    (second minus first; None with a single variant).

    ``decided``: primary, and its difference is shown with all primary metrics tested together
    (Holm). ``reason`` says why it is undefined, where it is so in every run. ``baseline`` is what
    each variant gave without faults, ``added`` what the faults added, each over the same runs as
    the estimate; empty where they are no parts of it (percentiles, means over a part of the
    instances).
    """

    metric: Metric
    primary: bool
    estimates: tuple[Estimate, ...]
    difference: Difference | None
    decided: bool = False
    reason: str = ""
    baseline: tuple[Estimate, ...] = ()
    added: tuple[Estimate, ...] = ()

    @property
    def name(self) -> str:
        """The metric's name."""
        return self.metric.name

    @property
    def verdict(self) -> DifferenceVerdict:
        """What may be said of the pair."""
        return DifferenceVerdict.UNDEFINED if self.difference is None else self.difference.verdict

    @property
    def winner(self) -> int | None:
        """0 or 1, which of the pair a shown difference favours; None if none, or if neither
        direction is good in itself.
        """
        sign = 0 if self.difference is None else self.difference.sign
        if sign == 0 or self.metric.better is None:
            return None
        return int((sign > 0) == (self.metric.better == "higher"))


@dataclass(frozen=True, slots=True, repr=False)
class VariantResult(Shown):
    """What one variant gave over all replications.

    ``recovery``: how long faults held up the instances that they hurt, pooled, censored at the
    limit. ``endings``: instances by terminal class. ``divergence``: mean D over open instances and
    replications, at ``Comparison.times_s``. ``incidents``: by replication, of those that have any.
    ``processes``: what a fault can hit; ``struck``: what did, over all replications. ``worst``:
    instances to look at, one for each way to go wrong. ``startup``: what starting empty does to the
    runs, None if nothing. ``derailed``: how many instances faults made end worse, and
    ``lost_on_derailed`` what each metric lost on them.
    """

    name: str
    variant: Variant
    instances: int
    recovery: Curve
    endings: Mapping[str, int]
    divergence: tuple[float, ...]
    incidents: Mapping[int, tuple[Incident, ...]]
    processes: tuple[str, ...] = ()
    struck: tuple[Struck, ...] = ()
    worst: tuple[WrongInstance, ...] = ()
    startup: Startup | None = None
    derailed: int = 0
    lost_on_derailed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Comparison(Tabular, Plotted):
    """The result of a scenario. ``pair`` holds indices into ``variants``."""

    scenario: Scenario
    workflow: Workflow
    variants: tuple[VariantResult, ...]
    metrics: tuple[MetricResult, ...]
    pair: tuple[int, int] | None
    times_s: tuple[float, ...]

    def metric(self, name: str) -> MetricResult:
        """The line of a metric.

        Raises:
            KeyError: there is no such metric.
        """
        for each in self.metrics:
            if each.name == name:
                return each
        raise KeyError(f"no metric {name!r}; there are {', '.join(m.name for m in self.metrics)}")

    def primary(self) -> tuple[MetricResult, ...]:
        """The metrics that decide the question, in the scenario's order."""
        return tuple(self.metric(name) for name in self.scenario.primary)

    def pair_names(self) -> tuple[str, str] | None:
        """Names of the reference pair."""
        if self.pair is None:
            return None
        return self.variants[self.pair[0]].name, self.variants[self.pair[1]].name
