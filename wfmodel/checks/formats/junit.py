"""JUnit XML: one test case per file, failed by its errors and warnings.

Source: the de-facto schema of Jenkins' xUnit plug-in (junit-10.xsd).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from wfmodel.checks.formats.text import full
from wfmodel.checks.resolved_finding import Reported
from wfmodel.escaping import printable, xml_text
from wfmodel.model.findings import Severity


def as_junit(findings: Iterable[Reported], files: Sequence[str]) -> str:
    """One suite; ``files`` are all that were checked, the clean ones too."""
    found = list(findings)
    by_file: dict[str, list[Reported]] = {file: [] for file in files}
    for finding in found:
        by_file.setdefault(finding.file, []).append(finding)
    failed = sum(any(_counts(f) for f in group) for group in by_file.values())
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": "wfmodel check",
            "tests": str(len(by_file)),
            "failures": str(failed),
            "errors": "0",
            "skipped": "0",
        },
    )
    for file, group in by_file.items():
        case = ElementTree.SubElement(
            suite, "testcase", {"classname": "wfmodel", "name": printable(file)}
        )
        for finding in group:
            _add(case, finding)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml_text(text)


def _counts(finding: Reported) -> bool:
    return finding.severity is not Severity.INFO


def _add(case: ElementTree.Element, finding: Reported) -> None:
    text = "\n".join(full([finding])).strip()
    if not _counts(finding):
        ElementTree.SubElement(case, "system-out").text = text
        return
    attributes = {"message": printable(finding.message), "type": f"{finding.code} {finding.name}"}
    ElementTree.SubElement(case, "failure", attributes).text = text
