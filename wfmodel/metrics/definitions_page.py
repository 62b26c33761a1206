"""The page docs/metrics.md is this module's output: docstrings, arranged. Write it anew with

python -m wfmodel.metrics.definitions_page > docs/metrics.md
"""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import Final

from wfmodel.designs import anomalies
from wfmodel.metrics import (
    asked_place,
    consistency,
    cost,
    coupling,
    distance,
    divergence,
    end_shares,
    fault_intervals,
    observability,
    recovery_phases,
    recovery_times,
    staleness,
    terms,
    twin,
    untrue_events,
    view_lag,
    worker_time,
)
from wfmodel.metrics.isolation import SharedData
from wfmodel.metrics.metric import Metric, MetricGroup
from wfmodel.metrics.metric_registry import METRICS
from wfmodel.metrics.terms import Prices, Promise, Terms

_CHAPTERS: Final[dict[MetricGroup, tuple[ModuleType, ...]]] = {
    MetricGroup.ENDS: (anomalies, end_shares),
    MetricGroup.HARM: (twin, recovery_phases),
    MetricGroup.CONSISTENCY: (asked_place, consistency),
    MetricGroup.DIVERGENCE: (divergence, distance),
    MetricGroup.STALENESS: (staleness, view_lag),
    MetricGroup.RECOVERY: (recovery_times, fault_intervals),
    MetricGroup.EVENTS: (untrue_events,),
    MetricGroup.OBSERVABILITY: (observability,),
    MetricGroup.COST: (cost, worker_time),
    MetricGroup.COUPLING: (coupling,),
}
"""Whose module docstrings introduce a group."""

_OPENING: Final = """\
# Metrics

<!-- Generated from the docstrings by `python -m wfmodel.metrics.definitions_page`; do not edit. -->

What is measured of one run. The *truth* of an instance is what has landed and what was taken back
at the services, with counts. The *view* of a participant is what its durable store says of the
instance (with persistence `memory`: what the process says, until a crash empties it). Instances
that arrive during the warm-up are not measured. A metric that has nothing to measure is undefined,
`nan` with a reason, and never 0. Isolation anomalies are not measured yet. How several runs become
one number with its interval is in [statistics.md](statistics.md).
"""


def page() -> str:
    """The whole page, in Markdown."""
    chapters = [_chapter(group) for group in MetricGroup]
    return "\n".join([_OPENING, _table(), *chapters, _on_terms()])


def _table() -> str:
    lines = ["| metric | what it says | unit | better |", "|---|---|---|---|"]
    lines += [
        f"| [`{name}`](#{name}) | {metric.summary} | {metric.unit} | {metric.better or ''} |"
        for name, metric in METRICS.items()
    ]
    return "\n".join(lines) + "\n"


def _chapter(group: MetricGroup) -> str:
    opening = [_plain(inspect.getdoc(module) or "") for module in _CHAPTERS[group]]
    entries = [_entry(metric) for metric in METRICS.values() if metric.group is group]
    return "\n\n".join([f"## On {group.value}", *opening, *entries]) + "\n"


def _on_terms() -> str:
    """Metrics that a scenario's own words make, as they read for an example."""
    example = Terms(
        Prices(currency="EUR", instance=1.0),
        (("NAME", Promise(within=300 * 10**9, share=0.99)),),
        (("NAME", SharedData(rows=100, reads=("check",), writes=("reserve",))),),
    )
    opening = _plain((inspect.getdoc(terms) or "").split(">>>")[0].strip())
    note = (
        "Here with a promise `NAME` of 99 % within 5 min, prices in EUR, and data `NAME` that"
        " instances share in 100 rows."
    )
    entries = map(_entry, example.metrics())
    return "\n\n".join(["## On promises and money", opening, note, *entries]) + "\n"


def _entry(metric: Metric) -> str:
    return "\n".join(
        [
            f"### {metric.name}",
            "",
            f"{_plain(metric.summary)}",
            "",
            f"- **Definition:** {_plain(metric.definition)}",
            f"- **Unit:** {metric.unit}",
            f"- **Source:** {_plain(metric.source)}",
            f"- **Cannot see:** {_plain(metric.cannot_see)}",
        ]
    )


def _plain(text: str) -> str:
    """Docstring markup in Markdown."""
    return re.sub(r"``([^`]*)``", r"`\1`", text)


if __name__ == "__main__":
    print(page(), end="")
