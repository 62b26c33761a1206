"""Imports point one way, down the table in tests/layers.py; and files stay small."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from pathlib import Path

import networkx as nx
import pytest
from hypothesis.internal.conjecture.providers import HypothesisProvider

from tests.layers import APART, LAYERS, PACKAGE, PAGE, ROOT, page, place_of

BY_KEYWORD = {"FaultBudget"}
"""Classes of many alike numbers: a further one in their midst must not shift the others."""

ONLY_THERE = {
    "typer": {"cli"},
    "rich": {"cli"},
    "jinja2": {"reports"},
    "simpy": {"simulation"},
    "lsprotocol": {"lsp"},
    "networkx": {"surface"},
    "pygraphviz": {"diagrams"},
    "matplotlib": {"diagrams", "display", "reports", "showing"},  # the types alone, in two
    "pygls": {"lsp"},
}
"""Libraries that belong to one layer."""

ABOVE = {"__init__", "__main__"}
"""Modules beside the packages that may import anything: the public names, and ``python -m``."""

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


def height(package: str) -> int:
    """How high a package stands; what is not listed, above all."""
    return LAYERS[package].height if package in LAYERS else 99


def violations(package: str, imported: set[str]) -> list[str]:
    """What a file of a package must not import."""
    wrong = []
    for name in sorted(imported):
        parts = name.split(".")
        if parts[0] == "wfmodel":
            other = parts[1] if len(parts) > 1 else "wfmodel"
            upwards = other != package and height(other) >= height(package)
            if upwards or (package, other) in APART:
                wrong.append(f"{package} imports {name}")
        elif parts[0] in ONLY_THERE and package not in ONLY_THERE[parts[0]]:
            wrong.append(f"{package} imports {name}")
    return wrong


def files() -> list[Path]:
    return sorted(
        path for path in PACKAGE.rglob("*.py") if path.stem not in ABOVE or path.parent != PACKAGE
    )


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_keeps_to_its_layer_and_its_size(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    package = path.relative_to(PACKAGE).with_suffix("").parts[0]
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
    modules = {path.stem for path in PACKAGE.glob("*.py")} - ABOVE
    assert packages | modules == set(LAYERS)


@pytest.mark.parametrize("package", LAYERS)
def test_what_is_to_be_read_first_is_there(package):
    assert place_of(package).is_file()
    assert not LAYERS[package].first or (PACKAGE / package / LAYERS[package].first).is_file()


def test_the_map_of_the_code_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.generated --write"


@pytest.mark.parametrize(
    ("package", "text"),
    [
        ("model", "from wfmodel.designs.knobs import Knobs"),
        ("model", "def draw():\n    from matplotlib.figure import Figure"),
        ("simulation", "def f():\n    from wfmodel.exploration import explore"),
        ("exploration", "import wfmodel.simulation.world"),
        ("checks", "from wfmodel.importers import load_any"),
        ("metrics", "from wfmodel.cli import main"),
        ("checks", "from wfmodel.designs.knobs import Knobs"),
        ("wording", "from wfmodel.simulation import Arrivals"),
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


# ------------------------------------------------------------------------------------- circles


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(tree: ast.AST, modules: Collection[str]) -> set[str]:
    """Modules of ours that a file imports: at its head, in functions, and for types only."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in modules else node.module for name in names}
    return found & set(modules)


def circles(texts: Mapping[str, str]) -> list[list[str]]:
    """Sets of modules each of which comes to each other by imports."""
    graph = nx.DiGraph()
    for name, text in texts.items():
        graph.add_edges_from((name, other) for other in imported_by(ast.parse(text), texts))
    return [sorted(each) for each in nx.strongly_connected_components(graph) if len(each) > 1]


def test_no_imports_go_round_in_a_circle():
    paths = sorted(PACKAGE.rglob("*.py"))
    assert circles({module_of(path): path.read_text(encoding="utf-8") for path in paths}) == []


@pytest.mark.parametrize(
    "back",
    [
        "from a.one import x",
        "from a import one",
        "def f():\n    from a.one import x",
        "if TYPE_CHECKING:\n    import a.one",
    ],
)
def test_a_planted_circle_is_caught(back):
    texts = {"a": "", "a.one": "from a.two import y", "a.two": back, "a.three": "import a.one"}
    assert circles(texts) == [["a.one", "a.two"]]


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
