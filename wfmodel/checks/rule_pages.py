"""A rule's docstring read as its page, and the texts of the pages under ``docs/rules``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from wfmodel.checks.rule import Described

SECTIONS: Final = (
    "What it does",
    "Why is this bad",
    "Example",
    "Use instead",
    "What it cannot see",
    "Source",
)
"""Headings of a page, in order. A rule without an example has neither of the two."""

HERE: Final = "# here"
"""Marks the line of a bad example at which the finding stands."""


def sections_of(rule: Described) -> dict[str, str]:
    """The page's text by heading; the first paragraph under ``""``."""
    parts = re.split(r"^## (.+)\n", rule.page, flags=re.MULTILINE)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {"": parts[0].strip()} | {heading: text.strip() for heading, text in texts.items()}


def example_of(rule: Described, heading: str) -> str | None:
    """The YAML under ``Example`` (bad) or ``Use instead`` (good), if the page has one."""
    found = re.search(r"```yaml\n(.*?)```", sections_of(rule).get(heading, ""), re.DOTALL)
    return found.group(1) if found else None


def page_of(rule: Described) -> str:
    """The Markdown page of a rule."""
    sections = sections_of(rule)
    head = f"# {rule.name} ({rule.code})\n\nDefault severity: {rule.severity}\n\n"
    parts = (f"\n\n## {name}\n{sections[name]}" for name in SECTIONS if name in sections)
    return f"{head}{sections['']}{''.join(parts)}\n"


def index_of(rules: Iterable[Described]) -> str:
    """The table of all rules, in Markdown."""
    rows = "\n".join(
        f"| {rule.code} | [{rule.name}]({rule.name}.md) | {rule.severity} | {rule.why} |"
        for rule in rules
    )
    return (
        "# Rules\n\n"
        "Written from the docstrings of `wfmodel/checks/choreography/rules` (C),"
        " `wfmodel/experiments/runtime_rules` (R) and `wfmodel/checks/rules` (the rest) by"
        " `python -m tests.generated --write`.\n\n"
        "| code | name | severity | why |\n|---|---|---|---|\n"
        f"{rows}\n"
    )


def pages(rules: Iterable[Described]) -> dict[str, str]:
    """File name to text, the index included."""
    rules = tuple(rules)
    return {"README.md": index_of(rules)} | {f"{rule.name}.md": page_of(rule) for rule in rules}
