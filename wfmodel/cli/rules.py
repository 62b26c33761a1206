"""``wfmodel rules``: everything that the checker can say, as a table, as JSON, or one page."""

from __future__ import annotations

from typing import Annotated

import typer

from wfmodel.checks.rule_pages import page_of
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.cli.option_conflicts import never_with
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.terminal import add_row, console, hand_out, say_lines, table
from wfmodel.escaping import json_text


def rules(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    explain: Annotated[
        str | None, typer.Option(metavar="RULE", help="Show the page of one rule.")
    ] = None,
) -> None:
    """List everything that check can find, or explain one rule."""
    never_with(context, "explain", "as_json", why="a page is text")
    if explain is not None:
        show_page(explain)
    elif as_json:
        keys = ("code", "name", "severity", "why")
        rows = [{key: str(getattr(each, key)) for key in keys} for each in catalogue().entries]
        hand_out(json_text(rows))
    else:
        shown = table("code", "name", "severity", "why")
        for each in catalogue().entries:
            add_row(shown, each.code, each.name, str(each.severity), each.why)
        console(width=None).print(shown)


def show_page(name: str) -> None:
    """Write the page of a rule.

    Raises:
        TyperException: there is no such rule.
    """
    with in_one_line(ValueError):
        say_lines(page_of(catalogue().find(name)))
