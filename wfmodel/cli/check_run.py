"""What ``wfmodel check`` does, whoever has read its command line.

Exit codes: 0 nothing found, 1 errors or warnings found, 2 something could not be checked, 3 wfmodel
itself failed at a file (the others are reported all the same).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from wfmodel.checks.baseline import beyond
from wfmodel.checks.effort import MOST_SECONDS, MOST_STEPS
from wfmodel.checks.file_selection import Files, Selection, select_files
from wfmodel.checks.fixing import fixed_bytes
from wfmodel.checks.policy import Policy, Settings, matches
from wfmodel.checks.resolved_finding import Reported
from wfmodel.cli.check_baseline import against_baseline, baseline_of
from wfmodel.cli.check_configuration import (
    CheckConfiguration,
    merged,
    read_configuration,
    settings_of,
)
from wfmodel.cli.check_many import answers, collect_rarely, workers
from wfmodel.cli.check_output import Destination, write_out
from wfmodel.cli.check_report import Report
from wfmodel.cli.file_answer import FileCoverage, FileQuestion
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.cli.own_folder import CACHE_DIR, own_folder
from wfmodel.cli.terminal import say
from wfmodel.model.boundary import declared_root
from wfmodel.model.files import read_file, write_file
from wfmodel.model.reading import STDIN

if TYPE_CHECKING:
    from wfmodel.cli.check_since import Since  # it knows git

P = ParamSpec("P")
T = TypeVar("T")

MOST_ROUNDS: Final = 10
"""Fixes are made again until none is left, but not for ever."""


def run_check(given: Mapping[str, Any], outputs: Sequence[Destination]) -> int:
    """The check that a command line asks for, told; the exit code.

    ``given`` has every parameter of the command, by name.
    """
    isolated, config = given["isolated"], given["config"]
    found = CheckConfiguration() if isolated else _or_refused(read_configuration, config)
    if config is None:
        found = _within_bounds(found)
    wanted = _Wanted(
        merged(settings_of(given), found.settings),
        tuple(given["paths"] or ()),
        given["annotations"],
        given["stdin_filename"],
        given["design"],
        None if given["no_cache"] else _cache(given["cache_dir"], found),
        workers(given["jobs"]),
        None if given["baseline"] is not None else found.file,
        given["write_baseline"],
        given["since"],
        given["fix"],
        given["by_content"],
    )
    if given["list_files"]:
        for file in _or_refused(_files, wanted, found).files:
            say(file)
        return 0
    if given["watch"]:
        _watch(wanted, found, lambda: _tell(wanted, found, given, outputs))
        return 0
    return _tell(wanted, found, given, outputs)


def _tell(
    wanted: _Wanted,
    found: CheckConfiguration,
    given: Mapping[str, Any],
    outputs: Sequence[Destination],
) -> int:
    """One check, written out; its exit code."""
    report = _or_refused(_reported, wanted, found)
    for each in outputs:
        write_out(report, each)
    if given["statistics"]:
        for line in report.statistics():
            say(line, err=True)
    return _told(report, lenient=given["exit_zero"] or given["write_baseline"])


def _watch(wanted: _Wanted, found: CheckConfiguration, check: Callable[[], int]) -> None:
    from wfmodel.cli.check_watching import state_of, watch

    def look() -> Mapping[str, tuple[int, int]]:
        return state_of(_or_refused(_files, wanted, found).files)

    def once() -> None:
        check()
        say("watching for changes; Ctrl-C ends", err=True)

    watch(once, look)


def _told(report: Report, *, lenient: bool) -> int:
    """The exit code, once the summary is written."""
    for line in (*report.coverage(), report.summary()):
        say(line, err=True)
    code = report.exit_code()
    return 0 if code == 1 and lenient else code


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the command line and the configuration say together."""

    settings: Settings
    paths: tuple[str, ...]
    annotations: str | None
    stdin_name: str | None
    design: str | None
    cache: str | None
    jobs: int
    baseline_configured_in: Path | None
    write_baseline: bool
    since: str | None
    fix: bool
    by_content: bool


def _or_refused(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a piece of work gives; what was wrong with what it was given, in one line."""
    try:
        return work(*args, **kwargs)
    except ValueError as error:
        say(f"wfmodel check: {error}", err=True)
        raise SystemExit(2) from None


def _reported(wanted: _Wanted, found: CheckConfiguration) -> Report:
    settings = wanted.settings
    named = baseline_of(settings, wanted.baseline_configured_in, wanted.write_baseline)
    chosen = _files(wanted, found)
    files = tuple(chosen.files)
    question = _about(files, _question(wanted))
    base = settings.relative_to
    asked = _Asked(files, chosen.found, question, wanted.cache, wanted.jobs, found, base)
    since = None if wanted.since is None else _since(wanted.since, wanted.paths[0])
    report = _checked(asked, Policy.of(settings, catalogue()), wanted.fix)
    if since is not None:
        _drop_older(report, since, asked)
    report.passed_by, report.empty = chosen.passed_by, chosen.empty
    report.fails_on_unread = bool(settings.fail_on_unread)
    report.fails_on_empty = bool(settings.fail_on_empty)
    against_baseline(report, named, wanted.write_baseline)
    return report


def _question(wanted: _Wanted) -> FileQuestion:
    """What is asked of every file."""
    settings = wanted.settings
    return FileQuestion(
        wanted.annotations,
        settings.choreography,
        wanted.stdin_name,
        design=wanted.design,
        most_steps=settings.max_steps or MOST_STEPS,
        most_seconds=settings.max_seconds or MOST_SECONDS,
    )


def _within_bounds(found: CheckConfiguration) -> CheckConfiguration:
    """What was found may come with a checkout: it bounds a check, and lets none take longer."""
    usual = {"max_steps": MOST_STEPS, "max_seconds": MOST_SECONDS}
    raised = [name for name, most in usual.items() if (getattr(found.settings, name) or 0) > most]
    for name in raised:
        key = name.replace("_", "-")
        said = f"{key} in {found.file} is not followed: a checkout cannot let a check take longer"
        say(f"wfmodel check: warning: {said}; give --{key}, or name the file: --config", err=True)
    held = found.settings
    steps = None if "max_steps" in raised else held.max_steps
    seconds = None if "max_seconds" in raised else held.max_seconds
    return replace(found, settings=replace(held, max_steps=steps, max_seconds=seconds))


def _cache(given: str | None, found: CheckConfiguration) -> str | None:
    """The cache's folder. A configuration may come with a checkout: it names none."""
    if found.settings.cache_dir is not None:
        said = f"cache-dir in {found.file} is not followed: a checkout names no place to write to"
        rather = f"give --cache-dir or set {CACHE_DIR}"
        say(f"wfmodel check: warning: {said}; {rather}", err=True)
    own = own_folder()
    default = None if own is None else str(own / "check")
    return given or os.environ.get(CACHE_DIR) or default


def _files(wanted: _Wanted, found: CheckConfiguration) -> Files:
    """All files; those that are named themselves are never left out."""
    settings = wanted.settings

    def excluded(file: str) -> bool:
        both = (file, found.name_of(file))
        return any(matches(name, each) for each in settings.exclude for name in both)

    if not wanted.paths:
        raise ValueError("nothing to check: name a file, a directory, or - for standard input")
    ignoring = settings.gitignore is not False
    return select_files(
        wanted.paths, Selection(excluded, settings.include, wanted.by_content, ignoring)
    )


def _about(files: Sequence[str], question: FileQuestion) -> FileQuestion:
    """The question, whose options about one file must have one file to be about."""
    if question.stdin_name is not None and STDIN not in files:
        raise ValueError("--stdin-filename needs - (standard input) among the paths")
    if question.annotations is not None and len(files) > 1:
        raise ValueError("--annotations belongs to one definition; several are named")
    if question.design is not None:
        from wfmodel.designs import design_of  # rarely asked for

        design_of(question.design)
    root = declared_root()
    return question if root is None else replace(question, root=str(root))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which files, what of them, and how."""

    files: Sequence[str]
    found: Collection[str]
    question: FileQuestion
    cache: str | None
    jobs: int
    configuration: CheckConfiguration
    base: str | None = None
    """The folder from which files are named in what is shown."""

    def shown(self, found: Iterable[Reported]) -> list[Reported]:
        """Findings whose files are named as the user wants them."""
        if self.base is None:
            return list(found)
        return [replace(each, file=_from(each.file, self.base)) for each in found]

    def covered(self, coverage: FileCoverage) -> FileCoverage:
        """What was covered, files named likewise."""
        if self.base is None:
            return coverage
        base = self.base
        return replace(
            coverage,
            unread=tuple((_from(file, base), why) for file, why in coverage.unread),
            followed=tuple(_from(file, base) for file in coverage.followed),
        )

    def name_of(self, file: str) -> str:
        """A file's name as settings for paths mean it."""
        name = self.question.stdin_name if file == STDIN else None
        return self.configuration.name_of(name or file)


def _checked(asked: _Asked, policy: Policy, fix: bool) -> Report:
    if fix and all(file == STDIN for file in asked.files):
        raise ValueError("--fix mends files in place: - (standard input) is none")
    collect_rarely()
    report = Report()
    for _ in range(MOST_ROUNDS if fix else 0):  # one fix can make another possible
        made = _fix(asked, policy)
        report.fixed += made
        if not made:
            break
    given = answers(
        asked.files, asked.question, cache=asked.cache, jobs=asked.jobs, found=asked.found
    )
    for answer in given:
        named = asked.question.stdin_name if answer.file == STDIN else None
        shown, hidden = policy.apply(asked.name_of(answer.file), answer.findings)
        name = named or ("<stdin>" if answer.file == STDIN else answer.file)
        if shown:
            report.troubled.append(name)
        report.add(name, asked.shown(shown), hidden, asked.covered(answer.coverage))
        report.suppressed += answer.suppressed
    return report


def _from(file: str, base: str) -> str:
    """A file's path from a folder; one that does not lie in it keeps its name."""
    path, folder = Path(os.path.abspath(file)), Path(os.path.abspath(base))  # noqa: PTH100 - no links
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else file


def _fix(asked: _Asked, policy: Policy) -> int:
    """Mend files in place; what came from standard input, or stands in a side file, stays."""
    count, files = 0, [file for file in asked.files if file != STDIN]
    for answer in answers(files, asked.question, cache=None, jobs=asked.jobs, found=asked.found):
        shown, _ = policy.apply(asked.name_of(answer.file), answer.findings)
        certain = [f for f in shown if f.changes and f.file == answer.file]
        if certain:
            path = Path(answer.file)
            mended, made = fixed_bytes(read_file(path), certain)
            write_file(path, mended)
            count += made
    return count


def _since(ref: str, path: str) -> Since:
    from wfmodel.cli.check_since import Since

    return Since.of(ref, path)


def _drop_older(report: Report, since: Since, asked: _Asked) -> None:
    """Only what was not found at the commit stays."""
    found = since.found(report.troubled, asked.question, asked.jobs)
    older = [each for _, findings in found for each in asked.shown(findings)]
    new = beyond(Counter(each.fingerprint for each in older), report.findings)
    report.older, report.findings = len(report.findings) - len(new), new
