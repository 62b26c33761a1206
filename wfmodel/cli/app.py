"""The command ``wfmodel``. A subcommand's module is imported only when it is called.

How a command ends, and with which exit code, is in ``ending``.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from wfmodel.cli.ending import exit_with
from wfmodel.cli.shell_completion import Shell, completion_script, options_of
from wfmodel.cli.terminal import drawing, hand_out, say
from wfmodel.model.boundary import declare_root

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
    exit_with(lambda: _run(arguments), arguments)


def _run(arguments: list[str] | None) -> int:
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.Exit as request:
        code = request.exit_code
    return code if isinstance(code, int) else 0
