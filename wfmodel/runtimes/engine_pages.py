"""Pages about engines, made from their files: one each, and a table of all.

``wfmodel runtimes airflow`` prints what docs/runtimes/airflow.md shows.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.runtimes.engine_parameters import (
    ENGINES,
    KnownEngine,
    Parameter,
    engine_named,
    in_words,
)
from wfmodel.runtimes.knob_rule import KnobRule

MADE = "Made from `wfmodel/runtimes/engines` by `python -m tests.generated --write`."


def engine_page(name: str) -> str:
    """Markdown: what it covers, its parameters, what follows from them, and what does not."""
    return "\n".join(_lines(name, engine_named(name)))


def _lines(name: str, engine: KnownEngine) -> Iterator[str]:
    yield from (f"# {engine.title}", "", f"`runtime: {name}`; version {engine.version}.", "")
    yield from ("## What it covers", "", *_points(engine.covers), "")
    yield from ("## What it leaves out", "", *_points(engine.leaves_out), "")
    yield from ("## Knobs that follow", "", "| knob | is | value | because |", "|---|---|---|---|")
    values = default_knobs(engine)
    for knob, rule in engine.knobs.items():
        value = values.get(knob, "as given")
        yield f"| `{knob}` | {rule_words(rule, '`')} | {value} | {rule.why} |"
    used = engine.used
    yield from ("", "## Parameters that can be set", "")
    if used:
        yield from _head("here")
    else:
        yield "None: no knob follows from a setting of this engine."
    for each, known in used.items():
        yield _parameter_row(each, known, ", ".join(f"`{knob}`" for knob in engine.uses(each)))
    rest = {each: known for each, known in engine.parameters.items() if each not in used}
    if not rest:
        return
    yield from ("", "## Parameters that cannot be set here", "")
    yield from _head("instead")
    for each, known in rest.items():
        instead = known.elsewhere or f"not covered: the model lacks {known.missing}"
        yield _parameter_row(each, known, instead)
    yield ""


def _head(column: str) -> tuple[str, str]:
    return f"| parameter | default | what it does there | {column} | source |", "|" + "---|" * 5


def _parameter_row(name: str, known: Parameter, said: str) -> str:
    default = "required" if known.required else known.shown(known.default)
    return f"| `{name}` | {default} | {known.does} | {said} | [manual]({known.source}) |"


def _points(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"- {' '.join(item.split())}" for item in items)


def rule_words(rule: KnobRule, quote: str = "") -> str:
    """The parameters that a knob follows from."""
    names = [f"{quote}{name}{quote}" for name in rule.names]
    if rule.values is not None:
        words = ", ".join(f"{word}: {value}" for word, value in rule.values.items())
        return f"{names[0]} ({words})"
    if rule.least:
        return f"the least of {' and '.join(names)}"
    return " + ".join(names) or "fixed"


def default_knobs(engine: KnownEngine) -> dict[str, str]:
    """What each knob is by the engine's defaults; nothing where a parameter has none."""
    read = {each: known.read(known.default) for each, known in engine.used.items()}
    found = {}
    for knob, rule in engine.knobs.items():
        value = rule.value(read)
        if isinstance(value, bool):
            found[knob] = str(value).lower()
        elif value is not None:
            found[knob] = in_words(value)
    return found


def engines_page() -> str:
    """Markdown: all of them, in a table."""
    rows = (f"| [`{name}`]({name}.md) | {_row(name)} |" for name in ENGINES)
    return "\n".join(
        [
            "# Runtimes: engines by name",
            "",
            f"{MADE} How to use them: [scenarios.md](../scenarios.md#runtime).",
            "",
            "| `runtime:` | engine | version | knobs that follow |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _row(name: str) -> str:
    engine = engine_named(name)
    knobs = dict.fromkeys(f"`{knob.split('.')[0]}`" for knob in engine.knobs)
    return f"{engine.title} | {engine.version} | {', '.join(knobs)}"
