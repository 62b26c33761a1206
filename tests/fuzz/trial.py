"""One input through everything that ``wfmodel check`` does with a file."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from tests.fuzz import commands
from tests.fuzz.readers import (
    ANNOTATIONS,
    BASELINE,
    CONFIGURATION,
    SUPPRESSIONS,
    machine_text,
)
from wfmodel.checks.baseline import read_baseline
from wfmodel.checks.fixing import fixed
from wfmodel.checks.formats.github import as_github
from wfmodel.checks.formats.gitlab import as_gitlab
from wfmodel.checks.formats.json_object import as_json
from wfmodel.checks.formats.junit import as_junit
from wfmodel.checks.formats.sarif import as_sarif
from wfmodel.checks.formats.text import concise, full
from wfmodel.checks.policy import Policy
from wfmodel.checks.resolved_finding import Reported
from wfmodel.cli.check_configuration import read_configuration
from wfmodel.cli.check_file import check_one
from wfmodel.cli.file_answer import FileAnswer, FileQuestion
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.importers import load_all

MOST_SECONDS = 2.0
REFUSED = frozenset({f"L{number}" for number in range(101, 110)})


class FuzzError(AssertionError):
    """An input that the program does not stand."""


def try_one(folder: Path, name: str, text: str) -> float:
    """Check one text; the seconds of processor time that it took.

    Raises:
        FuzzError: something of what must always hold does not.
    """
    if name.endswith(commands.ENDINGS):
        return _command(name, text)
    file = folder / name
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    start = time.process_time()
    checked = file
    try:
        if name.endswith((CONFIGURATION, BASELINE)):
            _read_settings(file)
        else:
            checked = _checked_file(file)
            answer = check_one(str(checked), FileQuestion(choreography="thin"))
            _write_all(answer, checked.read_bytes().decode("utf-8", "surrogatepass"))
        taken = time.process_time() - start
    finally:
        file.unlink()
        checked.unlink(missing_ok=True)
    if taken > MOST_SECONDS:
        raise FuzzError(f"took {taken:.1f} s")
    return taken


def _command(name: str, text: str) -> float:
    with tempfile.TemporaryDirectory() as own:
        return commands.try_command(Path(own), name, text)


def _checked_file(file: Path) -> Path:
    """The file to check: this one, or the machine that a side file belongs to."""
    for ending in (ANNOTATIONS, SUPPRESSIONS):
        if file.name.endswith(ending):
            machine = file.with_name(file.name.removesuffix(ending) + ".asl.json")
            machine.write_text(machine_text(), encoding="utf-8")
            return machine
    return file


def _read_settings(file: Path) -> None:
    """A configuration or a baseline: read, or refused in one line."""
    try:
        if file.name.endswith(BASELINE):
            read_baseline(file)
        else:
            policy = Policy.of(read_configuration(str(file)).settings, catalogue())
            policy.apply("legacy/w.yaml", ())
    except ValueError as error:
        if not str(error):
            raise FuzzError("refused without a word") from None


def _write_all(answer: FileAnswer, text: str) -> None:
    findings = list(answer.findings)
    described = {entry.code: entry for entry in catalogue().entries}
    unknown = {finding.code for finding in findings} - set(described)
    if unknown:
        raise FuzzError(f"codes that no catalogue knows: {unknown}")
    for lines in (concise(findings), full(findings), as_github(findings)):
        if any("\n" in line for line in lines):
            raise FuzzError("a line that is two")
    for data in (as_json(findings), as_gitlab(findings), as_sarif(findings, described)):
        json.loads(data)
    as_junit(findings, [answer.file]).encode("utf-8", "surrogatepass")
    if answer.final and FileAnswer.from_text(answer.file, answer.as_text()) != answer:
        raise FuzzError("the cache would answer something else")
    _mend(text, answer, findings)


def _read(file: str, text: str) -> int:
    """How many definitions of a file, or of a larger one's, can be read."""
    return sum(each.document is not None for each in load_all(file, text=text))


def _mend(text: str, answer: FileAnswer, findings: list[Reported]) -> None:
    """What is mended is read no worse than before, and changes lie where their findings say."""
    here = [each for each in findings if each.changes and each.file == answer.file]
    mended, made = fixed(text, here)
    if made and mended == text:
        raise FuzzError("a fix that changes nothing")
    read_before = not any(each.code in REFUSED for each in findings)
    if made and read_before and _read(answer.file, mended) < _read(answer.file, text):
        raise FuzzError("a fix that breaks the file")
