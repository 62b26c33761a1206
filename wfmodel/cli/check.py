"""``wfmodel check``: arguments and exit codes, nothing more.

Exit codes: 0 nothing found, 1 errors or warnings found, 2 something could not be checked, 3 wfmodel
itself failed at a file (the others are reported all the same).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import typer

from wfmodel.checks.baseline import baseline_text, beyond, read_baseline
from wfmodel.checks.effort import MOST_SECONDS, MOST_STEPS
from wfmodel.checks.file_selection import Files, Selection, select_files
from wfmodel.checks.fixing import fixed_bytes
from wfmodel.checks.formats.text import concise, full
from wfmodel.checks.policy import FAULT, NOTHING_READ, Policy, Settings, matches
from wfmodel.cli import options
from wfmodel.cli.check_configuration import CheckConfiguration, read_configuration
from wfmodel.cli.check_many import answers, collect_rarely, workers
from wfmodel.cli.check_report import Report
from wfmodel.cli.file_answer import FileQuestion
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.cli.option_conflicts import never_with
from wfmodel.cli.own_folder import own_folder
from wfmodel.cli.paths import check_file, check_readable
from wfmodel.cli.terminal import command_runner, hand_out, say
from wfmodel.model.boundary import declared_root
from wfmodel.model.files import read_file, write_file
from wfmodel.model.findings import Severity
from wfmodel.model.reading import STDIN

P = ParamSpec("P")
T = TypeVar("T")

MOST_ROUNDS: Final = 10
"""Fixes are made again until none is left, but not for ever."""

BASELINE: Final = "wfmodel-baseline.json"


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
    include: options.Include = None,
    no_gitignore: options.NoGitignore = False,
    config: options.Config = None,
    isolated: options.Isolated = False,
    baseline: options.Baseline = None,
    write_baseline: options.WriteBaseline = False,
    fix: options.Fix = False,
    annotations: options.Annotations = None,
    choreography: options.Choreography = None,
    design: options.OfDesign = None,
    stdin_filename: options.StdinFilename = None,
    jobs: options.Jobs = None,
    cache_dir: options.CacheDir = None,
    no_cache: options.NoCache = False,
    max_steps: options.MaxSteps = None,
    max_seconds: options.MaxSeconds = None,
    by_content: options.ByContent = False,
    list_files: options.ListFiles = False,
    fail_on_unread: options.FailOnUnread = False,
    fail_on_empty: options.FailOnEmpty = False,
    exit_zero: options.ExitZero = False,
    explain: options.Explain = None,
) -> None:
    """Find defects in workflow definitions, each with its place and the run that shows it.

    Exit code 0: nothing found; 1: errors or warnings; 2: something could not be checked;
    3: wfmodel itself failed at a file.
    """
    never_with(context, "isolated", "config", why="it reads none")
    never_with(context, "no_cache", "cache_dir")
    given = _given(context.params)
    found = CheckConfiguration() if isolated else _or_refused(read_configuration, config)
    wanted = _Wanted(
        _merged(given, found.settings),
        tuple(paths or ()),
        annotations,
        stdin_filename,
        design,
        None if no_cache else _cache(cache_dir, found),
        workers(jobs),
        None if baseline is not None else found.file,
        write_baseline,
        fix,
        by_content,
    )
    if list_files:
        return _list(_or_refused(_files, wanted, found))
    report = _or_refused(_reported, wanted, found)
    _write(_text(report, output), output_file, output)
    raise typer.Exit(_told(report, lenient=exit_zero or write_baseline))


def _list(chosen: Files) -> None:
    """The files that would be looked into."""
    for file in chosen.files:
        say(file)


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
    fix: bool
    by_content: bool


def _or_refused(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a piece of work gives; what was wrong with what it was given, in one line."""
    try:
        return work(*args, **kwargs)
    except ValueError as error:
        say(f"wfmodel check: {error}", err=True)
        raise typer.Exit(2) from None


def _reported(wanted: _Wanted, found: CheckConfiguration) -> Report:
    settings = wanted.settings
    named = _baseline_of(settings, wanted.baseline_configured_in, wanted.write_baseline)
    chosen = _files(wanted, found)
    files = tuple(chosen.files)
    question = _about(files, _question(wanted))
    asked = _Asked(files, chosen.found, question, wanted.cache, wanted.jobs, found)
    report = _checked(asked, Policy.of(settings, catalogue()), wanted.fix)
    report.passed_by, report.empty = chosen.passed_by, chosen.empty
    report.fails_on_unread = bool(settings.fail_on_unread)
    report.fails_on_empty = bool(settings.fail_on_empty)
    _against_baseline(report, named, wanted.write_baseline)
    return report


def _given(params: Mapping[str, Any]) -> Settings:
    """What the command line says of what a configuration can say, too."""
    level = params["level"]
    return Settings(
        select=names(params["select"]),
        extend_select=names(params["extend_select"]),
        ignore=names(params["ignore"]),
        level=None if level is None else Severity(level),
        exclude=tuple(params["exclude"] or ()),
        include=tuple(params["include"] or ()),
        baseline=params["baseline"],
        choreography=params["choreography"],
        max_steps=params["max_steps"],
        max_seconds=params["max_seconds"],
        gitignore=False if params["no_gitignore"] else None,
        fail_on_unread=params["fail_on_unread"] or None,
        fail_on_empty=params["fail_on_empty"] or None,
    )


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
        max_steps=given.max_steps or read.max_steps,
        max_seconds=given.max_seconds or read.max_seconds,
        include=(*read.include, *given.include),
        gitignore=read.gitignore if given.gitignore is None else given.gitignore,
        fail_on_unread=given.fail_on_unread or read.fail_on_unread,
        fail_on_empty=given.fail_on_empty or read.fail_on_empty,
    )


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
        report.add(name, shown, hidden, answer.coverage)
        report.suppressed += answer.suppressed
    return report


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


def _against_baseline(report: Report, baseline: Path | None, write: bool) -> None:
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


def _text(report: Report, output: options.FindingFormat) -> Iterator[str]:
    match output:
        case options.FindingFormat.CONCISE:
            yield from concise(report.findings)
        case options.FindingFormat.FULL:
            yield from full(report.findings)
        case options.FindingFormat.JSON:
            from wfmodel.checks.formats.json_object import as_json

            yield as_json(report.findings)
        case options.FindingFormat.SARIF:
            from importlib import metadata

            from wfmodel.checks.formats.sarif import as_sarif

            described = {entry.code: entry for entry in catalogue().entries}
            yield as_sarif(report.findings, described, metadata.version("wfmodel"))
        case options.FindingFormat.JUNIT:
            from wfmodel.checks.formats.junit import as_junit

            yield as_junit(report.findings, report.files)
        case options.FindingFormat.GITHUB:
            from wfmodel.checks.formats.github import as_github

            yield from as_github(report.findings)
        case options.FindingFormat.GITLAB:
            from wfmodel.checks.formats.gitlab import as_gitlab

            yield as_gitlab(report.findings)


def _write(lines: Iterator[str], file: Path | None, output: options.FindingFormat) -> None:
    if file is None:
        write = command_runner if output is options.FindingFormat.GITHUB else hand_out
        for line in lines:
            write(line)
    else:
        write_file(file, "".join(f"{line}\n" for line in lines))
