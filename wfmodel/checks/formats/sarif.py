"""SARIF 2.1.0, for code scanning (GitHub, Azure DevOps, and editors that read it).

Stable: ``ruleId`` is the rule's code, ``partialFingerprints`` name a finding by its place in the
structure, the JSON pointer is the logical location, and the run through the workflow a code flow.

Source: OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from wfmodel.checks.addresses import page_address, project_address, version
from wfmodel.checks.resolved_finding import Reported
from wfmodel.checks.rule import Described
from wfmodel.escaping import json_text, sarif_text
from wfmodel.model.findings import Severity

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def as_sarif(findings: Iterable[Reported], described: Mapping[str, Described]) -> str:
    """One run of one tool; ``described`` says of every code what it means."""
    results = list(findings)
    codes = sorted({finding.code for finding in results})
    number = {code: index for index, code in enumerate(codes)}
    driver: dict[str, Any] = {
        "name": "wfmodel",
        "version": version(),
        "semanticVersion": version(),
        "rules": [_rule(code, described.get(code)) for code in codes],
    }
    if project_address():
        driver["informationUri"] = project_address()
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, number[finding.code]) for finding in results],
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ascii_only=True)


def _rule(code: str, described: Described | None) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code}
    if described is not None:
        rule |= {
            "name": "".join(word.capitalize() for word in described.name.split("-")),
            "shortDescription": {"text": described.name.replace("-", " ")},
            "fullDescription": {"text": described.why},
            "defaultConfiguration": {"level": _LEVELS[described.severity]},
            "help": {"text": described.page, "markdown": described.page},
        }
        address = page_address(code, described.name)
        rule |= {"helpUri": address} if address else {}
    return rule


def _result(finding: Reported, index: int) -> dict[str, Any]:
    text = finding.message + (f"\n{finding.help}" if finding.help else "")
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": sarif_text(text)},
        "locations": [_location(finding)],
        "partialFingerprints": {"wfmodel/v1": finding.fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": sarif_text(other.note)},
                "physicalLocation": {
                    "artifactLocation": _artifact(finding.file),
                    "region": {"startLine": other.line, "startColumn": other.column},
                },
                "logicalLocations": [{"fullyQualifiedName": other.pointer}],
            }
            for number, other in enumerate(finding.related)
        ]
    if finding.run:
        steps = [
            {"location": {**_location(finding), "message": {"text": sarif_text(word)}}}
            for word in finding.run
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if finding.changes:
        result["fixes"] = [_fix(finding)]
    return result


def _location(finding: Reported) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(finding.file),
            "region": _region(finding.extent),
        }
    }
    if finding.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.pointer, "kind": "member"}]
    return location


def _region(extent: tuple[int, int, int, int]) -> dict[str, int]:
    names = ("startLine", "startColumn", "endLine", "endColumn")
    return dict(zip(names, extent, strict=True))


def _artifact(file: str) -> dict[str, str]:
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    # A first part with a colon would be taken for a scheme.
    return {"uri": quote(path.as_posix(), safe="/", errors="surrogatepass")}


def _fix(finding: Reported) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(change.extent), "insertedContent": {"text": change.text}}
        for change in finding.changes
    ]
    change = {"artifactLocation": _artifact(finding.file), "replacements": replacements}
    return {"description": {"text": sarif_text(finding.fix_title)}, "artifactChanges": [change]}
