r"""From a file in our own format to a Workflow. Shape only: what the names mean, rules decide.

>>> states = "{charge: {kind: task, service: bank, nxt: end}, end: {kind: final, outcome: failed}}"
>>> read = load_workflow("pay.yaml", text=f"name: pay\ninitial: charge\nstates: {states}")
>>> [finding.message[:42] for finding in read.findings], read.findings[0].span.line
(["unknown key 'nxt'; did you mean 'next'? (k"], 3)
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from wfmodel.display import Tabular
from wfmodel.model.findings import Finding, Findings
from wfmodel.model.reading import read_document
from wfmodel.model.source import Document
from wfmodel.model.validate import adapter, parse_as
from wfmodel.model.workflow import Workflow


@dataclass(frozen=True, slots=True, repr=False)
class LoadResult(Tabular):
    """What became of a file: a workflow unless findings say why not; its document for positions."""

    workflow: Workflow | None
    findings: tuple[Finding, ...] = Findings()
    document: Document | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "findings", Findings(self.findings))


def load_workflow(path: str | FilePath, text: str | None = None) -> LoadResult:
    """Read a workflow in our own format, YAML or JSON (``-``: standard input)."""
    document, findings = read_document(path, text)
    if document is None:
        return LoadResult(None, findings)
    workflow, findings = parse_as(document, Workflow)
    return LoadResult(workflow, findings, document)


def locate_findings(findings: Iterable[Finding], document: Document | None) -> tuple[Finding, ...]:
    """Give every finding without a span the place of its path."""
    if document is None:
        return tuple(findings)
    return tuple(
        finding
        if finding.span is not None
        else replace(finding, span=document.point_at(finding.path))
        for finding in findings
    )


def workflow_as_data(workflow: Workflow) -> dict[str, Any]:
    """The file format's mapping, defaults left out; reading it back gives an equal workflow."""
    short = adapter(Workflow).dump_python(workflow, mode="json", exclude_defaults=True)
    full = adapter(Workflow).dump_python(workflow, mode="json")
    # The tags of unions are defaults too, and would be missed.
    data: dict[str, Any] = _merge_tags(short, full)
    return data


def _merge_tags(short: Any, full: Any) -> Any:  # noqa: ANN401 - any part of a file
    if isinstance(short, dict):
        tags = {tag: full[tag] for tag in ("kind", "distribution") if _is_tag(full, tag)}
        return {**tags, **{key: _merge_tags(inner, full[key]) for key, inner in short.items()}}
    if isinstance(short, list):
        return [_merge_tags(inner, outer) for inner, outer in zip(short, full, strict=True)]
    return short


def _is_tag(full: dict[str, Any], tag: str) -> bool:
    return isinstance(full.get(tag), str) and (tag == "distribution" or "description" in full)


def dump_workflow(workflow: Workflow, *, as_json: bool = False) -> str:
    """A workflow as text of our own format."""
    data = workflow_as_data(workflow)
    if as_json:
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    import yaml  # who reads JSON needs none

    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
    return text
