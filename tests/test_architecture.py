"""Imports point one way, down the drawing in docs/design.md; and files stay small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis.internal.conjecture.providers import HypothesisProvider

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "wfmodel"

BY_KEYWORD = {"FaultBudget"}
"""Classes of many alike numbers: a further one in their midst must not shift the others."""

LAYERS = {
    "escaping": -2,
    "native": -1,
    "model": 0,
    "importers": 1,
    "checks": 1,
    "designs": 1,
    "semantics": 2,
    "exploration": 3,
    "markov": 3,
    "simulation": 3,
    "metrics": 3,
    "experiments": 4,
    "reports": 5,
    "testing": 5,
    "surface": 5,
    "cli": 6,
}
"""Package to layer. A package imports lower layers and itself, nothing else of ours."""

ONLY_THERE = {
    "typer": {"cli"},
    "rich": {"cli"},
    "jinja2": {"reports"},
    "simpy": {"simulation"},
    "networkx": {"surface"},
}
"""Libraries that belong to one layer."""

MOST_LINES = 400
MOST_FUNCTION_LINES = 60


def imports_of(tree: ast.AST) -> set[str]:
    """Every module that a file imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.add(node.module or "")
    return names


def violations(package: str, imported: set[str]) -> list[str]:
    """What a file of a package must not import."""
    wrong = []
    for name in sorted(imported):
        parts = name.split(".")
        if parts[0] == "wfmodel":
            other = parts[1] if len(parts) > 1 else "wfmodel"
            if other != package and LAYERS.get(other, 99) >= LAYERS[package]:
                wrong.append(f"{package} imports {name}")
        elif parts[0] in ONLY_THERE and package not in ONLY_THERE[parts[0]]:
            wrong.append(f"{package} imports {name}")
    return wrong


def files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_keeps_to_its_layer_and_its_size(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    package = path.relative_to(PACKAGE).parts[0]
    assert violations(package, imports_of(tree)) == []
    assert text.count("\n") <= MOST_LINES
    assert path.stem not in {"utils", "util", "helpers", "common", "misc"}
    assert ast.get_docstring(tree), "a file opens with its law"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= MOST_FUNCTION_LINES, f"{node.name} has {lines} lines"


def writers(tree: ast.AST) -> set[str]:
    """Ways around ``cli/terminal.py``: calls that write to a terminal, consoles of one's own."""
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    around = {"print", "typer.echo", "typer.secho", "Console", "rich.print"} & called
    around |= {"sys.stdout.write", "sys.stderr.write", "sys.stdout.buffer"} & used
    return around | ({"rich.markup", "rich.console.Console"} & imports_of(tree))


@pytest.mark.parametrize("path", sorted((PACKAGE / "cli").glob("*.py")), ids=lambda path: path.stem)
def test_commands_write_through_one_place(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert writers(tree) == set() or path.stem == "terminal"


def test_a_way_around_is_caught():
    assert writers(ast.parse("print(name)")) == {"print"}
    assert writers(ast.parse("typer.echo(name)")) == {"typer.echo"}


def test_every_package_has_a_layer():
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages == set(LAYERS)


@pytest.mark.parametrize(
    ("package", "text"),
    [
        ("model", "from wfmodel.designs.knobs import Knobs"),
        ("simulation", "def f():\n    from wfmodel.exploration import explore"),
        ("exploration", "import wfmodel.simulation.world"),
        ("checks", "from wfmodel.importers import load_any"),
        ("metrics", "from wfmodel.cli import main"),
        ("designs", "import simpy"),
        ("experiments", "from rich.progress import Progress"),
        ("reports", "import wfmodel"),
    ],
)
def test_a_planted_violation_is_caught(package, text):
    assert violations(package, imports_of(ast.parse(text)))


def test_what_is_allowed_is_allowed():
    text = "import simpy\nfrom wfmodel.designs.table import Table\nfrom wfmodel.model import Flow"
    assert violations("simulation", imports_of(ast.parse(text))) == []


def test_examples_do_not_depend_on_what_else_is_imported():
    assert len(HypothesisProvider(None)._local_constants) == 0


def positional(tree: ast.AST) -> list[int]:
    """Lines that build a class by position that is built by keyword."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    named = (call for call in calls if isinstance(call.func, ast.Name) and call.args)
    return [call.lineno for call in named if call.func.id in BY_KEYWORD]


@pytest.mark.parametrize("folder", ["wfmodel", "tests", "benchmarks"])
def test_budgets_are_built_by_keyword(folder):
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.py")}
    mentioned = {path: text for path, text in sources.items() if "FaultBudget(" in text}
    found = {str(path): positional(ast.parse(text)) for path, text in mentioned.items()}
    assert {path: lines for path, lines in found.items() if lines} == {}
    assert positional(ast.parse("FaultBudget(1, losses=1)")) == [1]


CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "time", "time_ns"}
"""Of ``time``: what they tell depends on what else the machine does."""


def clocks(tree: ast.AST) -> set[str]:
    """Clocks of the wall that a file looks at."""
    of_module = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "time"
    }
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
    }
    return (of_module | imported) & CLOCKS


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=str)
def test_no_test_depends_on_how_busy_the_machine_is(path):
    """Work is counted, or processor time measured; what runs for a given time looks at a clock."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert clocks(tree) == set() or path.parent.name in {"fuzz", "campaign"}


def test_a_clock_is_caught():
    assert clocks(ast.parse("begin = time.monotonic()")) == {"monotonic"}
    assert clocks(ast.parse("from time import perf_counter")) == {"perf_counter"}
    assert clocks(ast.parse("begin = time.process_time()")) == set()
