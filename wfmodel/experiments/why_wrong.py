"""Why: what the instances that went wrong had met, and where to look at one of them.

>>> told(())
()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from wfmodel.designs.anomalies import Anomaly
from wfmodel.experiments.incidents import Incident
from wfmodel.experiments.instance_facts import Worst
from wfmodel.experiments.reachability import budget_words
from wfmodel.wording.figures import number


class WrongInstance(NamedTuple):
    """An instance of a replication."""

    replication: int
    worst: Worst


def worst_first(runs: Sequence[Sequence[Worst]]) -> tuple[WrongInstance, ...]:
    """Of each way to go wrong the first instance of all runs, or the one that was delayed most."""
    best: dict[str, WrongInstance] = {}
    for replication, run in enumerate(runs):
        for each in run:
            known = best.get(each.why)
            if known is None or each.seconds > known.worst.seconds:
                best[each.why] = WrongInstance(replication, each)
    return tuple(best.values())


def told(found: Sequence[WrongInstance]) -> tuple[str, ...]:
    """``lost: instance 3 of replication 0``, one each."""
    return tuple(
        f"{_how(each.worst)}: instance {each.worst.instance} of replication {each.replication}"
        for each in found
    )


def _how(worst: Worst) -> str:
    by = f" by {number(worst.seconds, 's')}" if worst.seconds else ""
    if worst.phases is not None:
        noticed, taken, finished = (number(each, "s") for each in worst.phases)
        by += f" (noticed {noticed} after the fault, taken over {taken} later, finished {finished}"
        by += " after that)"
    return worst.why.replace("-", " ") + by


def causes(incidents: Mapping[int, Sequence[Incident]]) -> Iterator[str]:
    """``41 dangling compensation, all 41 after 1 crash``: by anomaly, the most frequent first."""
    counts: dict[Anomaly, Counter[str]] = {}
    for run in incidents.values():
        for each in run:
            met = budget_words(each.met.faults)
            counts.setdefault(each.anomalies, Counter())[met] += each.count
    for anomalies, after in sorted(counts.items(), key=lambda item: -item[1].total()):
        most, number_of = min(after.items(), key=lambda item: (-item[1], item[0]))
        total = after.total()
        share = f"all {total:,}" if number_of == total else f"{number_of:,} of {total:,}"
        names = " and ".join(a.terminal.value.replace("-", " ") for a in Anomaly if a in anomalies)
        yield f"{total:,} {names}, {share} after {most}"
