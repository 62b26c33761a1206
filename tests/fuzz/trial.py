"""One input through everything that ``wfmodel check`` does with a file."""

from __future__ import annotations

import json
import time
from pathlib import Path

from wfmodel.checks.fixing import fixed
from wfmodel.checks.formats.data import as_json
from wfmodel.checks.formats.github import as_github
from wfmodel.checks.formats.gitlab import as_gitlab
from wfmodel.checks.formats.junit import as_junit
from wfmodel.checks.formats.sarif import as_sarif
from wfmodel.checks.formats.text import concise, full
from wfmodel.cli.catalogue import catalogue
from wfmodel.cli.checking import Answer, Question
from wfmodel.cli.one_file import check_one

MOST_SECONDS = 2.0


class FuzzError(AssertionError):
    """An input that the program does not stand."""


def try_one(folder: Path, name: str, text: str) -> float:
    """Check one text; the seconds of processor time that it took.

    Raises:
        FuzzError: something of what must always hold does not.
    """
    file = folder / name
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    start = time.process_time()
    try:
        answer = check_one(str(file), Question(choreography="thin"))
        taken = time.process_time() - start
        _write_all(answer, text)
    finally:
        file.unlink()
    if taken > MOST_SECONDS:
        raise FuzzError(f"took {taken:.1f} s")
    return taken


def _write_all(answer: Answer, text: str) -> None:
    findings = list(answer.findings)
    described = {entry.code: entry for entry in catalogue().entries}
    unknown = {finding.code for finding in findings} - set(described)
    if unknown:
        raise FuzzError(f"codes that no catalogue knows: {unknown}")
    for lines in (concise(findings), full(findings), as_github(findings)):
        if any("\n" in line for line in lines):
            raise FuzzError("a line that is two")
    for data in (as_json(findings), as_gitlab(findings), as_sarif(findings, described, "0")):
        json.loads(data)
    as_junit(findings, [answer.file]).encode("utf-8", "surrogatepass")
    if answer.final and Answer.from_text(answer.file, answer.as_text()) != answer:
        raise FuzzError("the cache would answer something else")
    fixed(text, findings)
