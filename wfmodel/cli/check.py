"""``wfmodel check``: arguments and exit codes, nothing more.

Exit codes: 0 nothing found, 1 errors or warnings found, 2 something could not be checked, 3 wfmodel
itself failed at a file (the others are reported all the same).
"""

from __future__ import annotations

import typer

from wfmodel.cli import options
from wfmodel.cli.check_output import Destination, destinations
from wfmodel.cli.check_run import run_check
from wfmodel.cli.finding_format import FindingFormat
from wfmodel.cli.option_conflicts import never_with, refuse_systems


def check(
    context: typer.Context,
    paths: options.Paths = None,
    form: options.OutputFormat = FindingFormat.CONCISE,
    output_file: options.OutputFile = None,
    output: options.Output = None,
    statistics: options.Statistics = False,
    relative_to: options.RelativeTo = None,
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
    since: options.Since = None,
    fix: options.Fix = False,
    watch: options.Watch = False,
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
    never_with(context, "output", "form", "output_file", why="it says both")
    never_with(context, "watch", "write_baseline", "list_files", "stdin_filename", why="it goes on")
    never_with(context, "write_baseline", "since", why="a baseline holds what is there now")
    refuse_systems(paths or ())
    outputs = destinations(output) if output else (Destination(form, output_file),)
    raise typer.Exit(run_check(context.params, outputs))
