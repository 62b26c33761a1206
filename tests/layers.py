"""The packages and who stands on whom: held by ``test_architecture``, shown by docs/code.md."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "wfmodel"
PAGE = ROOT / "docs" / "code.md"


@dataclass(frozen=True, slots=True)
class Layer:
    """A package: how high it stands, what it holds, and the file to read first."""

    height: int
    holds: str
    first: str


LAYERS = {
    "cli": Layer(12, "arguments, exit codes, and what is asked in which order", "app.py"),
    "showing": Layer(11, "objects at the prompt, in a notebook, as frames and plots", "card.py"),
    "reports": Layer(10, "a result as a page; computes nothing", "page.py"),
    "lsp": Layer(
        10, "the language server: what an editor asks of an open text", "language_server.py"
    ),
    "traces": Layer(10, "a history as other tools read it", "trace_formats.py"),
    "surface": Layer(10, "what `import wfmodel` offers beyond single packages", "asking.py"),
    "testing": Layer(
        10, "for users' own tests: strategies, your code beside the model's", "beside.py"
    ),
    "experiments": Layer(
        9, "a question, many runs, an interval: comparisons, sweeps, hunts", "scenario.py"
    ),
    "runtimes": Layer(
        8, "engines by name: their parameters, and the knobs that follow", "engine_parameters.py"
    ),
    "importers": Layer(8, "other formats, read to the same Workflow", "any_format.py"),
    "checks": Layer(8, "rules over a Workflow, and the analyses they ask", "rule.py"),
    "exploration": Layer(
        8,
        "which step next: all of them, untimed; commands run `exploration/packed/searching.py`",
        "exhaustive_search.py",
    ),
    "markov": Layer(8, "which step next, and at what rate", "chain.py"),
    "simulation": Layer(
        8,
        "which step next, and when, by draws; says again, with time, what a step does",
        "reactions.py",
    ),
    "metrics": Layer(8, "a number from a history, one cited definition each", "globalstate.py"),
    "semantics": Layer(
        7, "what a step does to a cell, an inbox, the world: untimed, tabulated", "cell_rules.py"
    ),
    "wording": Layer(6, "names, numbers, declarations and events in words", "figures.py"),
    "designs": Layer(
        5, "the waist: a Workflow becomes a System of pure machines", "participant.py"
    ),
    "diagrams": Layer(4, "a workflow, drawn: as a picture and as text", "diagram.py"),
    "model": Layer(3, "what a workflow is: text in, places and findings out", "workflow.py"),
    "native": Layer(2, "what compiled code and safe processes stand on", "words.py"),
    "escaping": Layer(1, "every string of a definition leaves through here", "characters.py"),
    "lazy": Layer(1, "names of a package, imported on first use", ""),
    "extras": Layer(0, "which libraries the package alone does not bring", ""),
    "display": Layer(0, "what an object can be asked to show of itself", ""),
}
"""From the top. A package imports what stands lower, and itself; nothing else of ours."""

WORDS = {
    "cell": "one participant's part of one instance: what it holds, durable and volatile",
    "token": "where an instance is in its workflow; whoever controls the node holds it",
    "epoch": "how often loops were gone round; (node, epoch) names a visit (`designs/messages.py`)",
    "laps": "how often a loop is gone round before an exploration cuts it",
    "slip": "what a token carries of completed steps: what a rollback would undo",
    "home": "where a parallel region's token reports: its fork, its number, who keeps the join",
    "post": "a message that a step hands over for delivery; in runs, to hand it over",
    "parcel": "a message on its way, with what becomes of it",
    "landing": "an effect that takes hold outside, for one visit of a step",
    "stimulus": "an event for a machine, and what it came with",
    "lane": "timers of one constant length, which run out in the order in which they were set",
    "tracks": "the way of each measured instance through a history, as metrics read it",
    "twin": "of a run: the same draws without faults; of code: the same text, compiled",
}
"""What the code calls things, and no glossary for users says."""

APART = {("importers", "designs"), ("checks", "designs"), ("designs", "diagrams")}
"""Packages that know nothing of one that stands lower, either."""


def place_of(name: str) -> Path:
    """Where a package, or a module beside the packages, begins."""
    folder = PACKAGE / name
    return folder / "__init__.py" if folder.is_dir() else PACKAGE / f"{name}.py"


def summary(path: Path) -> str:
    """The first line of a file's docstring."""
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return doc.split("\n\n")[0].replace("\n", " ").split(". ")[0].rstrip(".").replace("``", "`")


def parts_of(name: str) -> list[tuple[str, str]]:
    """Packages inside a package, with what each says of itself."""
    inside = sorted((PACKAGE / name).rglob("*/__init__.py"))
    return [(str(path.parent.relative_to(PACKAGE)), summary(path)) for path in inside]


def _picture() -> list[str]:
    heights = sorted({each.height for each in LAYERS.values()}, reverse=True)
    return [
        f"{height:>2}  {' · '.join(n for n, each in LAYERS.items() if each.height == height)}"
        for height in heights
    ]


def _row(name: str, layer: Layer) -> str:
    first = f"`{layer.first}`" if layer.first else ""
    return f"| `{name}` | {layer.height} | {layer.holds} | {first} |"


def page() -> str:
    """docs/code.md."""
    apart = "; ".join(f"`{one}` does not import `{other}`" for one, other in sorted(APART))
    parts = [part for name in LAYERS for part in parts_of(name)]
    return "\n".join(
        [
            "# A map of the code",
            "",
            "Made from `tests/layers.py` by `python -m tests.generated --write`;"
            " `tests/test_architecture.py`",
            "holds the code to it. Why it is so: [design.md](design.md).",
            "",
            "```",
            *_picture(),
            "```",
            "",
            "A package imports what stands lower, and itself; nothing at its own height, nothing"
            " above. No imports",
            "go round in a circle, not even inside functions or for types.",
            f"Besides, {apart}.",
            "`wfmodel/__init__.py` holds the public names and imports nothing heavy"
            " before one is used.",
            "",
            "| package | height | holds | read first |",
            "|---|---|---|---|",
            *(_row(name, layer) for name, layer in LAYERS.items()),
            "",
            "## In the code",
            "",
            "| word | what it stands for |",
            "|---|---|",
            *(f"| {word} | {meaning} |" for word, meaning in WORDS.items()),
            "",
            "## Packages inside packages",
            "",
            "| package | in its own words |",
            "|---|---|",
            *(f"| `{name}` | {words} |" for name, words in parts),
            "",
        ]
    )
