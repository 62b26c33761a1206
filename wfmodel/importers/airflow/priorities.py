"""Which task of a DAG gets a free slot first: Airflow's ``priority_weight``, by its weight rule.

With ``downstream`` (the default) it is the weight of a task and of all that come after it, so who
holds up most is served first; with ``upstream`` that of all before it; ``absolute``, its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wfmodel.importers.airflow.dag_findings import PRIORITY
from wfmodel.importers.airflow.graph import Relations
from wfmodel.importers.airflow.serialised import Operator, SerialisedDag
from wfmodel.model.findings import Finding

_RULES: Final = ("downstream", "upstream", "absolute")
_LARGEST: Final = 2**31 - 1
"""Airflow keeps it in 32 bits: the largest stands for all beyond."""


def priorities_of(dag: SerialisedDag) -> dict[str, int]:
    """By task, its weight in all; by mapped group, that of its heaviest task."""
    operators = dag.operators
    relations = Relations(operators)
    own = {name: int(each.get("priority_weight", 1)) for name, each in operators.items()}
    others = {"downstream": relations.all_downstream, "upstream": relations.all_upstream}
    found = {}
    for name, operator in operators.items():
        counted = others.get(_rule(operator), {}).get(name, frozenset())
        total = own[name] + sum(own[other] for other in counted)
        found[name] = min(total, _LARGEST)
    groups = {
        group.name: max(found[name] for name in group.tasks)
        for group in dag.mapped_groups
        if group.tasks
    }
    return found | groups


def _rule(operator: Operator) -> str:
    return str(operator.get("weight_rule") or _RULES[0])


def priority_findings(operator: Operator) -> Iterator[Finding]:
    """A weight rule that is code."""
    rule = _rule(operator)
    if rule not in _RULES:
        message = (
            f"{operator.name!r} has a weight rule of its own ({rule}): its weight alone counts"
        )
        yield PRIORITY.at(operator.at("weight_rule"), message)
