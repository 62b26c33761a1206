"""The command ``wfmodel``. A subcommand's module is imported only when it is called.

Exit codes: 0 done, 1 findings (``check``), 2 could not run (a library of an extra is missing,
too), 3 a fault of the program, 130
interrupted. What went wrong is one line on standard error, never a traceback: of a fault of the
program the line names a file with the details (``fault``).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from wfmodel.cli.shell_completion import Shell, completion_script, options_of
from wfmodel.cli.streams import discard, make_usable
from wfmodel.cli.terminal import drawing, guarded, hand_out, say
from wfmodel.extras import MissingExtraError, foreseen
from wfmodel.model.boundary import declare_root
from wfmodel.native.lost import WorkersLostError

COMMANDS: Final = {
    "demo": "Copy a model, run it orchestrated and choreographed under the same faults, write the"
    " report.",
    "init": "Write a workflow and a scenario to begin with; what is there already is left alone.",
    "check": "Find defects in workflow definitions, each with its place and the run that shows it.",
    "rules": "List everything that check can find, or explain one rule.",
    "runtimes": "List the engines that a scenario can name, or explain one.",
    "draw": "Draw a workflow's state diagram.",
    "schema": "Print the JSON Schema of workflow files, or of another kind of file.",
    "serialise": "Write the serialised form of an Airflow DAG, which the other commands read.",
    "lsp": "Answer an editor on standard input and output (Language Server Protocol).",
    "explore": "Search every order of events, and every way to spend the faults.",
    "hunt": "Draw fault schedules, run them in the simulator, and shrink one that goes wrong.",
    "export": "Write each design under a budget of faults as Promela or TLA+;"
    " docs/exporting.md says more.",
    "simulate": "Simulate one variant once.",
    "exact": "Solve a scenario exactly, as a Markov chain of one instance.",
    "rare": "Estimate how likely a rare end of one instance is, with a 95 % interval.",
    "compare": "Compare the variants of a scenario: estimates, paired differences, verdicts.",
    "sweep": "Run the experiment of a scenario: many cells, each replicated as precisely as asked.",
    "explorer": "Write a page on which instances and stories are stepped through by hand.",
    "report": "Write a report of a scenario: the answer, its evidence, and what would reverse it.",
    "diff": "Say what changed between two reports: values, verdicts, what can happen, findings.",
}
"""Subcommands, each a function in the module of its name; and how its help begins, so that the
list of all can be shown without importing any (a test compares them)."""

COULD_NOT_RUN: Final = 2
INTERRUPTED: Final = 130


class _Command(TyperCommand):
    """A command whose help is drawn in colours."""

    def format_help(self, *about: Any) -> None:  # noqa: ANN401 - typer's own context
        with drawing():
            super().format_help(*about)


class _Lazy(TyperGroup):
    """A group that knows its commands by name and imports them one by one."""

    def format_help(self, *about: Any) -> None:  # noqa: ANN401 - typer's own context
        with drawing():
            super().format_help(*about)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer's own context
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """A row of the list of commands; ``resolve_command`` gives what can be called."""
        says = COMMANDS.get(cmd_name)
        return None if says is None else TyperCommand(cmd_name, help=says)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - as above
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise TyperException(_no_command(args[0]))
        name, known, rest = super().resolve_command(ctx, args)
        return name, known and _imported(str(name)), rest


def _no_command(name: str) -> str:
    from wfmodel.model.spelling import hint  # most runs name one that there is

    if name == "help":
        return "wfmodel --help lists the commands, wfmodel COMMAND --help says more of one"
    return f"no command {name!r}{hint(name, COMMANDS)} (wfmodel --help lists them)"


def _imported(name: str) -> Any:  # noqa: ANN401 - typer's own command
    from wfmodel.cli.roots import READ_NOTHING, with_root

    one: Callable[..., None] = getattr(import_module(f"wfmodel.cli.{name}"), name)
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command(name, cls=_Command)(one if name in READ_NOTHING else with_root(one))
    return typer.main.get_command(single)


app = typer.Typer(
    cls=_Lazy,
    name="wfmodel",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata  # slow to import

        say(f"wfmodel {metadata.version('wfmodel')}")
        raise typer.Exit


def _completion(shell: Shell | None) -> None:
    if shell is None:
        return
    options = {}
    for name in COMMANDS:
        try:
            options[name] = tuple(options_of(_imported(name)))
        except ModuleNotFoundError:  # an extra is missing: its name is completed, no more
            options[name] = ()
    hand_out(completion_script(shell, COMMANDS, options), end="")
    raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it and exit.")
    ] = False,
    print_completion: Annotated[
        Shell | None,
        typer.Option(
            "--print-completion",
            callback=_completion,
            is_eager=True,
            help="Print what makes this shell complete commands and options, and exit.",
        ),
    ] = None,
) -> None:
    """Declare a distributed workflow once; check it, run it both ways, compare."""
    declare_root(None)  # of a command before this one in the same process


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    make_usable()
    with guarded():
        _ended(arguments)


def _ended(arguments: list[str] | None) -> NoReturn:
    try:
        code = _run(arguments)
    except BrokenPipeError:
        _nobody_reads()
    except (KeyboardInterrupt, typer.Abort):
        _fail("interrupted", INTERRUPTED)
    except TyperException as error:
        if not error.format_message():  # called without arguments: the help has been shown
            sys.exit(COULD_NOT_RUN)
        _fail(error.format_message().replace(": Value error, ", ": "), COULD_NOT_RUN)
    except MemoryError as error:
        _fail(f"out of memory{f': {error}' if str(error) else ''}", COULD_NOT_RUN)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{error.strerror or error}", COULD_NOT_RUN)
    except WorkersLostError as error:
        _fail(str(error), COULD_NOT_RUN)
    except MissingExtraError as error:
        _fail(str(error), COULD_NOT_RUN)
    except SystemExit as request:
        if isinstance(request.__context__, BrokenPipeError):  # typer answers it by exit code 1
            _nobody_reads()
        raise
    except BaseException as error:
        from wfmodel.cli.fault import CODE, said_of  # most runs have none

        _fail(said_of(error, arguments), CODE)
    sys.exit(code)


def _run(arguments: list[str] | None) -> int:
    """The command's exit code; what it said has been written, or why not is raised here."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.Exit as request:
        code = request.exit_code
    except ModuleNotFoundError as error:
        raise foreseen(error) or error from None
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _nobody_reads() -> NoReturn:
    """The reader has gone (``wfmodel rules | head``): nothing is wrong, and nobody to tell."""
    discard()
    sys.exit(0)


def _fail(message: str, code: int) -> NoReturn:
    with suppress(OSError):  # nobody is there to be told; the code says it
        say(f"wfmodel: error: {message}", err=True)
    sys.exit(code)
