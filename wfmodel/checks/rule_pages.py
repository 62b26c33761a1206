"""A rule's docstring read as its page, and the pages under ``docs/rules`` made from them.

``make docs`` writes them; a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from wfmodel.checks.addresses import page_file
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


def index_of(entries: Iterable[Described]) -> str:
    """The table of all codes, in Markdown."""
    rows = "\n".join(
        f"| {each.code} | [{each.name}]({page_file(each.code, each.name)})"
        f" | {each.severity} | {each.why} |"
        for each in entries
    )
    return (
        "# Rules\n\n"
        "Everything that `wfmodel check` can say. Written by `make docs` from the docstrings of"
        " `wfmodel/checks/rules` and the catalogues of the readers.\n\n"
        "| code | name | severity | why |\n|---|---|---|---|\n"
        f"{rows}\n"
    )


def pages(entries: Iterable[Described]) -> dict[str, str]:
    """File, from ``docs/rules``, to text, the index included."""
    entries = tuple(entries)
    made = {page_file(each.code, each.name): page_of(each) for each in entries}
    return {"README.md": index_of(entries)} | made
