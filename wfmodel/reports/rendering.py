"""Pages as text: one HTML file that needs nothing else, or Markdown with its pictures beside it.

Whatever comes from a file is escaped; only the SVG that this package drew itself is not.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wfmodel.escaping import code_span, fenced, markdown, visible
from wfmodel.model.files import write_file
from wfmodel.reports.page import Page

_TEMPLATES: Final = "templates"


@cache
def environment(*, html: bool) -> Environment:
    """What fills templates in: every value is escaped for HTML, or for Markdown."""
    environment = Environment(
        loader=PackageLoader("wfmodel.reports", _TEMPLATES),
        autoescape=True,
        finalize=_seen if html else _quoted,
        undefined=StrictUndefined,
        trim_blocks=not html,
        lstrip_blocks=not html,
        keep_trailing_newline=True,
    )
    if not html:
        environment.filters["code"] = lambda text: Markup(code_span(text))
        environment.filters["block"] = lambda text, language="": Markup(fenced(text, language))
        environment.filters["lines"] = _lines
        environment.filters["target"] = lambda text: Markup(quote(text))
    return environment


def _seen(value: object) -> object:
    """What goes into HTML; Jinja escapes it after this."""
    return value if hasattr(value, "__html__") else visible(str(value))


def _lines(text: str) -> Markup:
    """Lines and paragraphs, as they were given."""
    return Markup("\n".join(map(markdown, text.split("\n"))))


def _quoted(value: object) -> Markup:
    """What goes into Markdown: words, unless a filter has made something else of them."""
    return (
        value if isinstance(value, Markup) else Markup(markdown(" ".join(str(value).split("\n"))))
    )


def as_html(page: Page) -> str:
    """The page as one HTML document."""
    return environment(html=True).get_template("report.html.j2").render(page=page)


def as_markdown(page: Page, *, folder: str) -> str:
    """The page as Markdown; its pictures are expected in ``folder``."""
    template = environment(html=False).get_template("report.md.j2")
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
