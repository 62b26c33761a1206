"""A definition may be a template with bare ``${X}`` where JSON wants a value: read it all the same.

CDK, SAM and Terraform fill such places in before deployment, so the file itself is no JSON. A bare
substitution is replaced by a text of exactly its length, so that every position stays right; in the
value it reads ``"${X}"``, as if it had been quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Final

from wfmodel.model.findings import Finding
from wfmodel.model.reading import read_document, read_text
from wfmodel.model.source import Document

MARK: Final = "\ue000"
"""A character of private use: it stands for the substitution's mark inside the text."""

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|\$\{([^{}"\s]+)\}', re.DOTALL)
"""A text that does not end goes on to the file's end: so no end is looked for twice."""
SYNTAX_ERROR: Final = "L105"


def read_definition(
    path: str | FilePath,
    text: str | None = None,
    fill: Callable[[object], object] = lambda value: value,
) -> tuple[Document | None, tuple[Finding, ...]]:
    """As ``read_document``; where that fails, once more with bare substitutions taken as text.

    ``fill`` puts what is known in their place; it is given those that stand bare with their mark.
    """
    original, findings = read_text(path, text)  # once: what is parsed twice is the same
    if original is None:
        return None, findings
    document, findings = read_document(path, original)
    if document is not None:
        return replace(document, value=fill(document.value)), findings
    if all(f.code != SYNTAX_ERROR for f in findings):
        return None, findings
    masked = mask(original)
    if masked == original:
        return document, findings
    second, findings = read_document(path, masked)
    if second is None:
        return None, findings
    return replace(second, text=original, value=unmasked(fill(second.value))), ()


def mask(text: str) -> str:
    """Every bare ``${X}`` as a JSON text of the same length; what stands in quotes stays."""

    def quoted(match: re.Match[str]) -> str:
        name = match.group(1)
        return match.group() if name is None else f'"{MARK}{name}"'

    return _TOKEN.sub(quoted, text)


def unmasked(value: object) -> object:
    """The value with marked texts as ``${X}`` again; depth is bounded by reading."""
    if isinstance(value, dict):
        return {key: unmasked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [unmasked(inner) for inner in value]
    if isinstance(value, str) and value.startswith(MARK):
        return f"${{{value.removeprefix(MARK)}}}"
    return value
