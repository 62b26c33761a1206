"""All rules, in one table, ordered by code."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Final

from wfmodel.checks import rules
from wfmodel.checks.policy import OPT_IN
from wfmodel.checks.rule import Rule
from wfmodel.model.spelling import nearest


def _code_order(rule: Rule) -> tuple[str, int]:
    family, number = re.fullmatch(r"([A-Z])(\d+)", rule.code).groups()  # type: ignore[union-attr]
    return family, int(number)


def _all_rules() -> tuple[Rule, ...]:
    """One ``RULE`` per file of ``rules``: a new rule is a new file and nothing else."""
    modules = (
        importlib.import_module(f"{rules.__name__}.{info.name}")
        for info in pkgutil.iter_modules(rules.__path__)
    )
    return tuple(sorted((module.RULE for module in modules), key=_code_order))


RULES: Final = _all_rules()
"""Every rule."""

DEFAULT_RULES: Final = tuple(rule for rule in RULES if rule.code not in OPT_IN)
"""Those that apply unless others are asked for."""


def find_rule(name: str) -> Rule:
    """The rule of a code or name, in any case.

    Raises:
        ValueError: there is none.
    """
    wanted = name.strip().casefold()
    for rule in RULES:
        if wanted in (rule.code.casefold(), rule.name):
            return rule
    meant = nearest(wanted, (text for rule in RULES for text in (rule.name, rule.code)))
    hint = f"; did you mean {meant!r}?" if meant else ""
    raise ValueError(f"there is no rule {name!r}{hint}")
