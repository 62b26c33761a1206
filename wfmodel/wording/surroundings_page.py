"""The tables of docs/faults-and-knobs.md, from what each knob and each fault says of itself."""

from __future__ import annotations

from enum import Enum

from wfmodel.designs.faults import FACTS
from wfmodel.designs.knob_registry import KNOBS
from wfmodel.designs.knobs import Knobs
from wfmodel.model.distributions import Constant
from wfmodel.model.units import format_duration


def values_words(name: str) -> str:
    """A knob's values as the page has them, the default first."""
    usual = getattr(Knobs(), name)
    if KNOBS[name].values:
        return KNOBS[name].values
    if isinstance(usual, bool):
        values = [str(usual).lower(), str(not usual).lower()]
    elif isinstance(usual, Enum):
        values = [each.value for each in sorted(type(usual), key=lambda each: each is not usual)]
    else:
        values = [format_duration(usual.value if isinstance(usual, Constant) else usual)]
    return ", ".join(f"`{each}`" for each in values)


def knobs_table() -> str:
    """The rows of the page."""
    rows = [f"| `{name}` | {values_words(name)} | {each.page} |\n" for name, each in KNOBS.items()]
    head = "knob | values (default first) | what it does, and where a number comes from"
    return f"| {head} |\n|---|---|---|\n{''.join(rows)}"


def faults_table() -> str:
    """The rows of the page."""
    rows = [
        f"| `{kind}` | {facts.page} | {words}{' ' if words else ''}|\n"
        for kind, facts in FACTS.items()
        for words in (facts.keys_page or ", ".join(f"`{key}`" for key in facts.keys),)
    ]
    return f"| kind | what happens | its own keys |\n|---|---|---|\n{''.join(rows)}"


def with_tables(page: str) -> str:
    """The page with its tables as they are now."""
    for head, table in (("| knob |", knobs_table()), ("| kind |", faults_table())):
        before, rest = page.split(head, 1)
        after = rest.split("\n\n", 1)[1]
        page = f"{before}{table}\n{after}"
    return page
