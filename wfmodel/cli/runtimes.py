"""``wfmodel runtimes``: the engines that a scenario can name, and what is known of each."""

from __future__ import annotations

from typing import Annotated

import typer

from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.terminal import add_row, console, say, say_lines, table
from wfmodel.runtimes import ENGINES, KnownEngine, Parameter, engine_named
from wfmodel.runtimes.engine_pages import default_knobs, rule_words


def runtimes(
    engine: Annotated[
        str | None, typer.Argument(metavar="[ENGINE]", help="Explain this one.")
    ] = None,
) -> None:
    """List the engines that a scenario can name, or explain one."""
    if engine is None:
        shown = table("runtime", "engine", "version", "knobs that follow")
        for name in ENGINES:
            known = engine_named(name)
            knobs = dict.fromkeys(knob.partition(".")[0] for knob in known.knobs)
            add_row(shown, name, known.title, known.version, ", ".join(knobs))
        console(width=None).print(shown)
        return
    with in_one_line(ValueError):
        _explain(engine, engine_named(engine))


def _explain(name: str, engine: KnownEngine) -> None:
    say(f"{engine.title}, {engine.version} (runtime: {name})")
    for title, points in (("covers", engine.covers), ("leaves out", engine.leaves_out)):
        say("")
        say(f"{title}:")
        for point in points:
            say_lines(f"  - {' '.join(point.split())}")
    say("")
    shown = table("knob", "value", "from")
    values = default_knobs(engine)
    for knob, rule in engine.knobs.items():
        why = "" if not rule.why else f": {rule.why}"
        add_row(shown, knob, values.get(knob, "as given"), rule_words(rule) + why)
    console().print(shown)
    used = {name: each for name, each in engine.parameters.items() if engine.uses(name)}
    rest = {name: each for name, each in engine.parameters.items() if name not in used}
    for title, group in (("can be set", used), ("cannot be set here", rest)):
        if group:
            say("")
            say(f"{title}:")
        for each, parameter in group.items():
            default = "required" if parameter.required else parameter.shown(parameter.default)
            words = f" ({' or '.join(engine.words(each))})" if engine.words(each) else ""
            say(f"  {each}: {default}{words}")
            say(f"    {parameter.does}")
            say(f"    {_here(engine, each, parameter)}")
    say("")
    for page in dict.fromkeys(each.source.split("#")[0] for each in engine.parameters.values()):
        say(f"source: {page}")


def _here(engine: KnownEngine, name: str, parameter: Parameter) -> str:
    if engine.uses(name):
        return f"here: {', '.join(engine.uses(name))}"
    if parameter.elsewhere:
        return f"instead: {parameter.elsewhere.replace('`', '')}"
    return f"not covered: the model lacks {parameter.missing}"
