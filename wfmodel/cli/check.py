"""``wfmodel check``: arguments and exit codes, nothing more.

Exit codes: 0 nothing found, 1 errors or warnings found, 2 something could not be checked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Final

import typer

from wfmodel.checks.baseline import baseline_text, beyond, read_baseline
from wfmodel.checks.file_selection import files_to_check
from wfmodel.checks.fixing import fixed_bytes
from wfmodel.checks.formats.github import as_github
from wfmodel.checks.formats.gitlab import as_gitlab
from wfmodel.checks.formats.json_object import as_json
from wfmodel.checks.formats.junit import as_junit
from wfmodel.checks.formats.sarif import as_sarif
from wfmodel.checks.formats.text import concise, full
from wfmodel.checks.policy import NOTHING_READ, Policy, Settings, matches
from wfmodel.checks.resolved_finding import Reported
from wfmodel.cli import options
from wfmodel.cli.check_configuration import CheckConfiguration, read_configuration
from wfmodel.cli.check_many import answers, collect_rarely, workers
from wfmodel.cli.file_answer import FileQuestion
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.cli.option_conflicts import never_with
from wfmodel.cli.own_folder import own_folder
from wfmodel.cli.paths import check_file, check_readable
from wfmodel.cli.rules import show_page
from wfmodel.cli.terminal import command_runner, hand_out, say
from wfmodel.model.boundary import declared_root
from wfmodel.model.files import read_file, write_file
from wfmodel.model.findings import Severity
from wfmodel.model.reading import STDIN

MOST_ROUNDS: Final = 10
"""Fixes are made again until none is left, but not for ever."""

BASELINE: Final = "wfmodel-baseline.json"


@dataclass
class _Report:
    """What was found so far, file by file."""

    findings: list[Reported] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    hidden: int = 0
    suppressed: int = 0
    known: int = 0
    fixed: int = 0

    def exit_code(self) -> int:
        if any(finding.code in NOTHING_READ for finding in self.findings):
            return 2
        return int(any(finding.severity is not Severity.INFO for finding in self.findings))

    def summary(self) -> str:
        counts = [
            f"{count} {severity}{'' if count == 1 or severity is Severity.INFO else 's'}"
            for severity in reversed(Severity)
            if (count := sum(finding.severity is severity for finding in self.findings))
        ][::-1]
        files = f"{len(self.files)} file{'' if len(self.files) == 1 else 's'}"
        notes = [f"{self.fixed} fixed"] if self.fixed else []
        notes += [f"{self.suppressed} suppressed"] if self.suppressed else []
        notes += [f"{self.known} in the baseline"] if self.known else []
        notes += [f"{self.hidden} not shown (--level info)"] if self.hidden else []
        rest = "".join(f"; {note}" for note in notes)
        return f"{', '.join(counts) or 'no findings'} in {files}{rest}"


def check(
    context: typer.Context,
    paths: options.Paths = None,
    output: options.OutputFormat = options.FindingFormat.CONCISE,
    output_file: options.OutputFile = None,
    select: options.Select = None,
    extend_select: options.ExtendSelect = None,
    ignore: options.Ignore = None,
    level: options.Level = None,
    exclude: options.Exclude = None,
    config: options.Config = None,
    isolated: options.Isolated = False,
    baseline: options.Baseline = None,
    write_baseline: options.WriteBaseline = False,
    fix: options.Fix = False,
    annotations: options.Annotations = None,
    choreography: options.Choreography = None,
    stdin_filename: options.StdinFilename = None,
    jobs: options.Jobs = None,
    cache_dir: options.CacheDir = None,
    no_cache: options.NoCache = False,
    exit_zero: options.ExitZero = False,
    explain: options.Explain = None,
) -> None:
    """Find defects in workflow definitions, each with its place and the run that shows it.

    Exit code 0: nothing found; 1: errors or warnings; 2: something could not be checked.
    """
    if explain is not None:
        show_page(explain)
        return
    never_with(context, "isolated", "config", why="it reads none")
    never_with(context, "no_cache", "cache_dir")
    given = Settings(
        select=names(select),
        extend_select=names(extend_select),
        ignore=names(ignore),
        level=level,
        exclude=tuple(exclude or ()),
        baseline=baseline,
        choreography=choreography,
    )
    try:
        found = CheckConfiguration() if isolated else read_configuration(config)
        settings = _merged(given, found.settings)
        named = _baseline_of(settings, None if baseline is not None else found.file, write_baseline)
        files = _files(paths or (), settings.exclude, found)
        cache = None if no_cache else _cache(cache_dir, found)
        question = _about(files, FileQuestion(annotations, settings.choreography, stdin_filename))
        asked = _Asked(files, question, cache, workers(jobs), found)
        report = _checked(asked, Policy.of(settings, catalogue()), fix)
        _against_baseline(report, named, write_baseline)
    except ValueError as error:
        say(f"wfmodel check: {error}", err=True)
        raise typer.Exit(2) from None
    _write(_text(report, output), output_file, output)
    say(report.summary(), err=True)
    code = report.exit_code()
    raise typer.Exit(0 if code == 1 and (exit_zero or write_baseline) else code)


def _merged(given: Settings, read: Settings) -> Settings:
    """The command line over the configuration: select and single values replace, lists add."""
    return replace(
        read,
        select=given.select or read.select,
        extend_select=(*read.extend_select, *given.extend_select),
        ignore=(*read.ignore, *given.ignore),
        level=given.level or read.level,
        exclude=(*read.exclude, *given.exclude),
        baseline=given.baseline or read.baseline,
        choreography=given.choreography or read.choreography,
    )


def _cache(given: str | None, found: CheckConfiguration) -> str | None:
    """The cache's folder. A configuration may come with a checkout: it names none."""
    if found.settings.cache_dir is not None:
        said = f"cache-dir in {found.file} is not followed: a checkout names no place to write to"
        rather = f"give --cache-dir or set {options.CACHE_DIR}"
        say(f"wfmodel check: warning: {said}; {rather}", err=True)
    own = own_folder()
    default = None if own is None else str(own / "check")
    return given or os.environ.get(options.CACHE_DIR) or default


def names(given: list[str] | None) -> tuple[str, ...]:
    """Comma-separated or repeated."""
    return tuple(name for text in given or () for name in text.split(",") if name.strip())


def _files(paths: Iterable[str], exclude: Sequence[str], found: CheckConfiguration) -> list[str]:
    """All files; those that are named themselves are never left out."""
    named = {path for path in paths if path == STDIN or Path(path).is_file()}
    files = [
        file
        for file in files_to_check(paths)
        if file in named
        or not any(matches(name, each) for each in exclude for name in (file, found.name_of(file)))
    ]
    if not files:
        raise ValueError("nothing to check: name a file, a directory, or - for standard input")
    return files


def _about(files: Sequence[str], question: FileQuestion) -> FileQuestion:
    """The question, with the root, whose options about one file must have one to be about."""
    if question.stdin_name is not None and STDIN not in files:
        raise ValueError("--stdin-filename needs - (standard input) among the paths")
    if question.annotations is not None and len(files) > 1:
        raise ValueError("--annotations belongs to one definition; several are named")
    root = declared_root()
    return question if root is None else replace(question, root=str(root))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which files, what of them, and how."""

    files: Sequence[str]
    question: FileQuestion
    cache: str | None
    jobs: int
    configuration: CheckConfiguration

    def name_of(self, file: str) -> str:
        """A file's name as settings for paths mean it."""
        name = self.question.stdin_name if file == STDIN else None
        return self.configuration.name_of(name or file)


def _checked(asked: _Asked, policy: Policy, fix: bool) -> _Report:
    if fix and all(file == STDIN for file in asked.files):
        raise ValueError("--fix mends files in place: - (standard input) is none")
    collect_rarely()
    report = _Report()
    for _ in range(MOST_ROUNDS if fix else 0):  # one fix can make another possible
        made = _fix(asked, policy)
        report.fixed += made
        if not made:
            break
    for answer in answers(asked.files, asked.question, cache=asked.cache, jobs=asked.jobs):
        named = asked.question.stdin_name if answer.file == STDIN else None
        shown, hidden = policy.apply(asked.name_of(answer.file), answer.findings)
        report.files.append(named or ("<stdin>" if answer.file == STDIN else answer.file))
        report.findings += shown
        report.hidden += hidden
        report.suppressed += answer.suppressed
    return report


def _fix(asked: _Asked, policy: Policy) -> int:
    """Mend files in place; what came from standard input, or stands in a side file, stays."""
    count, files = 0, [file for file in asked.files if file != STDIN]
    for answer in answers(files, asked.question, cache=None, jobs=asked.jobs):
        shown, _ = policy.apply(asked.name_of(answer.file), answer.findings)
        certain = [f for f in shown if f.changes and f.file == answer.file]
        if certain:
            path = Path(answer.file)
            mended, made = fixed_bytes(read_file(path), certain)
            write_file(path, mended)
            count += made
    return count


def _baseline_of(settings: Settings, configured_in: Path | None, write: bool) -> Path | None:
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
    check_readable(Path(settings.baseline), what)
    return Path(settings.baseline)


def _against_baseline(report: _Report, baseline: Path | None, write: bool) -> None:
    if baseline is None:
        return
    if write:
        _write_baseline(report, baseline)
    else:
        _drop_known(report, baseline)


def _write_baseline(report: _Report, path: Path) -> None:
    accepted = [each for each in report.findings if each.code not in NOTHING_READ]
    write_file(path, baseline_text(accepted))
    count = len(accepted)
    say(f"{path}: {count} finding{'' if count == 1 else 's'}", err=True)
    unread = [each for each in report.findings if each.code in NOTHING_READ]
    report.known, report.findings = count, unread


def _drop_known(report: _Report, path: Path) -> None:
    new = beyond(read_baseline(path), report.findings)
    report.known, report.findings = len(report.findings) - len(new), new


def _text(report: _Report, output: options.FindingFormat) -> Iterator[str]:
    match output:
        case options.FindingFormat.CONCISE:
            yield from concise(report.findings)
        case options.FindingFormat.FULL:
            yield from full(report.findings)
        case options.FindingFormat.JSON:
            yield as_json(report.findings)
        case options.FindingFormat.SARIF:
            described = {entry.code: entry for entry in catalogue().entries}
            yield as_sarif(report.findings, described, metadata.version("wfmodel"))
        case options.FindingFormat.JUNIT:
            yield as_junit(report.findings, report.files)
        case options.FindingFormat.GITHUB:
            yield from as_github(report.findings)
        case options.FindingFormat.GITLAB:
            yield as_gitlab(report.findings)


def _write(lines: Iterator[str], file: Path | None, output: options.FindingFormat) -> None:
    if file is None:
        write = command_runner if output is options.FindingFormat.GITHUB else hand_out
        for line in lines:
            write(line)
    else:
        write_file(file, "".join(f"{line}\n" for line in lines))
