"""The check that an editor asks for: that of ``wfmodel check``, with the same settings.

Settings are those that ``wfmodel check`` would read in the folder that the editor has open. A
checkout cannot make a check longer than it is by default: ``max-steps`` and ``max-seconds`` are not
followed here, for a check follows every key that is pressed.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from wfmodel.checks.baseline import beyond, read_baseline
from wfmodel.checks.effort import Effort
from wfmodel.checks.policy import Policy, Settings, matches
from wfmodel.checks.resolved_finding import Reported
from wfmodel.cli.check_configuration import CheckConfiguration, read_configuration
from wfmodel.cli.check_file import check_safely
from wfmodel.cli.fault import said_of
from wfmodel.cli.file_answer import FileQuestion, UnfitQuestionError
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.lsp.checker import Checked, Told
from wfmodel.model.boundary import declared_root


class EditorCheck:
    """``lsp.checker.Checker``."""

    def check(self, file: Path, folder: Path, effort: Effort, told: Told) -> Checked:
        """Findings of a file that may hold a definition, chosen as the settings say."""
        found, complaint = _configured(folder)
        settings, name = found.settings, found.name_of(str(file))
        if any(
            matches(each, pattern) for pattern in settings.exclude for each in (name, str(file))
        ):
            told(())
            return Checked(complaint=complaint)
        root = declared_root()
        question = FileQuestion(
            choreography=settings.choreography,
            root=None if root is None else str(root),
            found=True,
        )
        try:
            answer = check_safely(str(file), question, effort, told)
        except UnfitQuestionError as error:
            return Checked(complaint=complaint or str(error))
        try:
            shown, _ = Policy.of(settings, catalogue()).apply(name, answer.findings)
            new = _beyond_baseline(settings, found, shown)
        except (ValueError, OSError) as error:
            return Checked(answer.findings, complaint or str(error))
        return Checked(tuple(new), complaint)

    def page(self, code: str) -> str:
        """The page of a code, as ``wfmodel rules --explain`` shows it."""
        try:
            return catalogue().find(code).page
        except ValueError:
            return ""

    def fault(self, error: BaseException) -> str:
        """As of any command."""
        return said_of(error, ["lsp"])


def _configured(folder: Path) -> tuple[CheckConfiguration, str]:
    """The settings for a folder; none, and why, where they say what they cannot say."""
    try:
        return read_configuration(None, folder), ""
    except (ValueError, OSError) as error:
        return CheckConfiguration(), str(error)


def _beyond_baseline(
    settings: Settings, found: CheckConfiguration, shown: list[Reported]
) -> list[Reported]:
    """What the baseline does not hold; its files are named from the base, or the settings' folder.

    One that is not written yet holds nothing.
    """
    if settings.baseline is None or not Path(settings.baseline).exists():
        return shown
    named = {id(each): replace(each, file=_name(each.file, settings, found)) for each in shown}
    new = beyond(read_baseline(Path(settings.baseline)), named.values())
    left = [id(each) for each in new]
    return [each for each in shown if id(named[id(each)]) in left]


def _name(file: str, settings: Settings, found: CheckConfiguration) -> str:
    if settings.relative_to is None:
        return found.name_of(file)
    base = os.path.realpath(settings.relative_to)  # of links in a circle pathlib makes a fault
    return str(Path(file).relative_to(base)) if Path(file).is_relative_to(base) else file
