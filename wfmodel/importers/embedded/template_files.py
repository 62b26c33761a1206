"""A definition in a file of its own that is a template: read as far as the file says what it is.

What the larger file fills in is filled in. Terraform's templates may hold whole expressions in
``${...}``, which become tokens, and directives (``%{ if }``), which only a deployment follows: the
definition is not read then, and that is no error of the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Final

from wfmodel.importers.asl.templates import SYNTAX_ERROR, read_definition
from wfmodel.importers.embedded.hcl import flat_templates
from wfmodel.importers.embedded.machine import NOTHING
from wfmodel.importers.embedded.outer_findings import UNREAD, placed
from wfmodel.importers.embedded.substitutions import filled
from wfmodel.model.findings import Finding
from wfmodel.model.reading import read_text, shown_name
from wfmodel.model.source import Document, Lines, Span

_DIRECTIVE: Final = re.compile(r"(?<!%)%\{~?\s*(?:if|for|else|endif|endfor)\b")


def read_template(
    path: str | FilePath, text: str | None = None, constants: Mapping[str, str] = NOTHING
) -> tuple[Document | None, tuple[Finding, ...]]:
    """As ``read_definition``, with constants filled in, and Terraform's templates read too."""

    def fill(value: object) -> object:
        return filled(value, constants) if constants else value

    original, refused = read_text(path, text)
    if original is None:
        return None, refused
    document, findings = read_definition(path, original, fill)
    if document is not None or all(each.code != SYNTAX_ERROR for each in findings):
        return document, findings
    directive = _DIRECTIVE.search(original)
    if directive is not None:
        span = Span(shown_name(path), *Lines(original).extent(*directive.span()))
        why = "it is not read: it has template directives, which only a deployment follows"
        return None, (placed(UNREAD, why, span),)
    flat = flat_templates(original)
    if flat is None or flat == original:
        return None, findings
    second, findings = read_definition(path, flat, fill)
    return (None, findings) if second is None else (replace(second, text=original), ())
