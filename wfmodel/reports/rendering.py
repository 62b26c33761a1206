"""Pages as text: one HTML file that needs nothing else, or Markdown with its pictures beside it.

Whatever comes from a file is escaped; only the SVG that this package drew itself is not.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from wfmodel.model.files import write_file
from wfmodel.reports.page import Page

_TEMPLATES: Final = "templates"


@cache
def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("wfmodel.reports", _TEMPLATES),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=not html,
        lstrip_blocks=not html,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    return environment


def _cell(text: str) -> str:
    """Text inside a Markdown table."""
    return re.sub(r"([|<>\\`*_\[\]])", r"\\\1", text.replace("\n", " "))


def as_html(page: Page) -> str:
    """The page as one HTML document."""
    return _environment(html=True).get_template("report.html.j2").render(page=page)


def as_markdown(page: Page, *, folder: str) -> str:
    """The page as Markdown; its pictures are expected in ``folder``."""
    template = _environment(html=False).get_template("report.md.j2")
    text = template.render(page=page, folder=folder)
    return re.sub(r"\n{3,}", "\n\n", _joined_tables(text)).strip() + "\n"


def _joined_tables(text: str) -> str:
    """Rows of one table stand on successive lines, whatever a template's macros leave between."""
    return re.sub(r"\|\n\n+(?=\|)", "|\n", text)


def write_html(page: Page, path: Path) -> None:
    """Write the page as HTML.

    Raises:
        OSError: the file cannot be written.
    """
    write_file(path, as_html(page))


def write_markdown(page: Page, path: Path) -> None:
    """Write the page as Markdown, and its pictures into the folder ``<stem>_files`` beside it.

    Raises:
        OSError: a file cannot be written.
    """
    folder = path.with_name(f"{path.stem}_files")
    folder.mkdir(exist_ok=True)
    for figure in (*page.figures, *page.stories):
        drawn = figure.picture
        write_file(folder / f"{drawn.name}.svg", drawn.svg)
    write_file(path, as_markdown(page, folder=folder.name))
