"""All rules over a scenario, in one table, ordered by code; and what they find in one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Final, TypeAlias

from wfmodel.checks.rule import Rule
from wfmodel.experiments import runtime_rules
from wfmodel.experiments.runtime_context import ScenarioContext
from wfmodel.model.findings import Finding

RuntimeRule: TypeAlias = Rule[ScenarioContext]


def _all_rules() -> tuple[RuntimeRule, ...]:
    """One ``RULE`` per file of ``runtime_rules``: a new rule is a new file and nothing else."""
    modules = (
        importlib.import_module(f"{runtime_rules.__name__}.{info.name}")
        for info in pkgutil.iter_modules(runtime_rules.__path__)
    )
    return tuple(sorted((module.RULE for module in modules), key=lambda rule: int(rule.code[1:])))


RUNTIME_RULES: Final = _all_rules()
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
