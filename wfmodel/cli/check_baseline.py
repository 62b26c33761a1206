"""The baseline of a check: found, written, and left out of what is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from wfmodel.checks.baseline import baseline_text, beyond, read_baseline
from wfmodel.checks.policy import FAULT, NOTHING_READ, Settings
from wfmodel.cli.check_report import Report
from wfmodel.cli.terminal import say
from wfmodel.cli.usable_paths import check_file, check_readable
from wfmodel.model.files import write_file

BASELINE: Final = "wfmodel-baseline.json"


def baseline_of(settings: Settings, configured_in: Path | None, write: bool) -> Path | None:
    """The file of the baseline, which can be read, or written; None: there is none.

    Raises:
        TyperException: it cannot be.
    """
    what = "--baseline" if configured_in is None else f"baseline in {configured_in}"
    if write:
        path = Path(settings.baseline or BASELINE)
        check_file(path, what)
        return path
    if settings.baseline is None:
        return None
    path = Path(settings.baseline)
    if not path.exists():
        say(f"{what}: {path} is not there yet; everything counts", err=True)
        return None
    check_readable(path, what)
    return path


def against_baseline(report: Report, baseline: Path | None, write: bool) -> None:
    """Write what was found to the baseline, or leave out of the report what stands in it."""
    if baseline is None:
        return
    if write:
        _write_baseline(report, baseline)
    else:
        _drop_known(report, baseline)


def _write_baseline(report: Report, path: Path) -> None:
    unread = NOTHING_READ | {FAULT}
    accepted = [each for each in report.findings if each.code not in unread]
    write_file(path, baseline_text(accepted))
    count = len(accepted)
    say(f"{path}: {count} finding{'' if count == 1 else 's'}", err=True)
    rest = [each for each in report.findings if each.code in unread]
    report.known, report.findings = count, rest


def _drop_known(report: Report, path: Path) -> None:
    new = beyond(read_baseline(path), report.findings)
    report.known, report.findings = len(report.findings) - len(new), new
