"""Pages as text: one HTML file that needs nothing else, or Markdown with its pictures beside it.

Whatever comes from a file is escaped; only the SVG that this package drew itself is not.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wfmodel.escaping import code_span, fenced, markdown, visible
from wfmodel.model.files import write_file
from wfmodel.reports.dark_colours import dark_style, follow
from wfmodel.reports.page import Page
from wfmodel.reports.report_diff import ReportDiff

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
    if html:
        environment.filters["themed"] = lambda svg: Markup(follow(svg))
        environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    else:
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


@dataclass(frozen=True, slots=True)
class PageScript:
    """The page's script, and the digest by which a browser runs it and no other."""

    text: str
    digest: str


@cache
def script_of(template: str) -> PageScript:
    """A page's script."""
    text = environment(html=True).get_template(template).render()
    return PageScript(text, f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}")


def as_html(page: Page) -> str:
    """The page as one HTML document."""
    pictures = [each.picture for each in (*page.figures, *page.stories)]
    pictures += [] if page.diagram is None else [page.diagram]
    style = dark_style(each.svg for each in pictures)
    template = environment(html=True).get_template("report.html.j2")
    return template.render(page=page, script=script_of("report.js"), dark=style)


def as_markdown(page: Page, *, folder: str) -> str:
    """The page as Markdown; its pictures are expected in ``folder``."""
    template = environment(html=False).get_template("report.md.j2")
    return _tidy(template.render(page=page, folder=folder))


def diff_as_html(diff: ReportDiff) -> str:
    """What changed between two reports, as one HTML document."""
    return environment(html=True).get_template("diff.html.j2").render(diff=diff)


def diff_as_markdown(diff: ReportDiff) -> str:
    """What changed between two reports, as a comment on a pull request."""
    return _tidy(environment(html=False).get_template("diff.md.j2").render(diff=diff))


def _tidy(text: str) -> str:
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
