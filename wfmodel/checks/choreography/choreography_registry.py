"""All rules about choreographies, in one table, ordered by code."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Final, TypeAlias

from wfmodel.checks.choreography import rules
from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule

ChoreographyRule: TypeAlias = Rule[ChoreographyContext]


def _all_rules() -> tuple[ChoreographyRule, ...]:
    """One ``RULE`` per file of ``rules``: a new rule is a new file and nothing else."""
    modules = (
        importlib.import_module(f"{rules.__name__}.{info.name}")
        for info in pkgutil.iter_modules(rules.__path__)
    )
    return tuple(sorted((module.RULE for module in modules), key=lambda rule: int(rule.code[1:])))


CHOREOGRAPHY_RULES: Final = _all_rules()
"""Every rule about a declared choreography."""
