"""The trial: every mutant of every model, its harm by the oracles, its findings by the checker."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

from tests.checks.mutation.harm import harms
from tests.checks.mutation.models import correct_models
from tests.checks.mutation.operators import OPERATORS, Mutant, mutants
from wfmodel.checks import check_result
from wfmodel.model.findings import Severity
from wfmodel.model.loading import load_workflow


@dataclass
class Trial:
    """Counts by operator and rule; the harmful mutants that were not found, and false alarms."""

    made: Counter[str] = field(default_factory=Counter)
    harmful: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)
    escaped: list[tuple[Mutant, set[str]]] = field(default_factory=list)
    harmless_found: list[tuple[Mutant, list[str]]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of the harmful mutants, those with an error or a warning."""
        return sum(self.found.values()) / sum(self.harmful.values())

    def table(self) -> str:
        """Markdown."""
        rows = [
            f"| {name} | {self.made[name]} | {self.harmful[name]} | {self.found[name]} |"
            for name in OPERATORS
        ]
        sums = [sum(c.values()) for c in (self.made, self.harmful, self.found)]
        rows.append(f"| **all** | {sums[0]} | {sums[1]} | {sums[2]} ({self.share:.1%}) |")
        rules = ", ".join(f"{name} {count}" for name, count in sorted(self.by_rule.items()))
        head = "| change | mutants | harmful | found |\n|---|---|---|---|"
        return "\n".join([head, *rows, "", f"By rule: {rules}."])


def trial() -> Trial:
    """Run it."""
    result = Trial()
    for model, data in correct_models().items():
        for mutant in mutants(model, data):
            _judge(mutant, result)
    return result


def _judge(mutant: Mutant, result: Trial) -> None:
    result.made[mutant.operator] += 1
    loaded = load_workflow("mutant.json", json.dumps(mutant.data))
    serious = [f for f in check_result(loaded) if f.severity is not Severity.INFO]
    names = sorted({f.code for f in serious})
    harm = {"does not load"} if loaded.workflow is None else harms(loaded.workflow)
    if not harm:
        if names:
            result.harmless_found.append((mutant, names))
        return
    result.harmful[mutant.operator] += 1
    if names:
        result.found[mutant.operator] += 1
        result.by_rule.update(names)
    else:
        result.escaped.append((mutant, harm))
