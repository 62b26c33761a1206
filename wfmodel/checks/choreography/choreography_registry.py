"""All rules about choreographies, in one table, ordered by code."""

from __future__ import annotations

from typing import Final, TypeAlias

from wfmodel.checks.choreography import rules
from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule, rules_in

ChoreographyRule: TypeAlias = Rule[ChoreographyContext]


CHOREOGRAPHY_RULES: Final[tuple[ChoreographyRule, ...]] = rules_in(rules)
"""Every rule about a declared choreography."""
