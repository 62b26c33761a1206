"""All rules over a scenario, in one table, ordered by code; and what they find in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from wfmodel.checks.rule import Rule, rules_in
from wfmodel.experiments import runtime_rules
from wfmodel.experiments.runtime_context import ScenarioContext
from wfmodel.model.findings import Finding

RuntimeRule: TypeAlias = Rule[ScenarioContext]


RUNTIME_RULES: Final[tuple[RuntimeRule, ...]] = rules_in(runtime_rules)
"""Every rule over a scenario."""


def check_scenario(context: ScenarioContext) -> Iterator[Finding]:
    """What the rules find, each once: variants that share a knob share what is said of it."""
    seen = set()
    for rule in RUNTIME_RULES:
        for finding in rule.check(context):
            key = (finding.code, finding.path, finding.message)
            if key not in seen:
                seen.add(key)
                yield finding
