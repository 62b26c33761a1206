"""All rules, in one table, ordered by code."""

from __future__ import annotations

from typing import Final

from wfmodel.checks import rules
from wfmodel.checks.policy import OPT_IN, entry_named
from wfmodel.checks.rule import Rule, rules_in

RULES: Final[tuple[Rule, ...]] = rules_in(rules)
"""Every rule."""

DEFAULT_RULES: Final = tuple(rule for rule in RULES if rule.code not in OPT_IN)
"""Those that apply unless others are asked for."""


def find_rule(name: str) -> Rule:
    """The rule of a code or name, in any case.

    Raises:
        ValueError: there is none.
    """
    return entry_named(RULES, name)
