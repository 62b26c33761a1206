"""What is installed: the package alone runs without any extra, and an extra's absence is one line.

The children block imports as if the libraries were not installed; ``make package`` installs the
wheel for real.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from wfmodel.cli.app import COMMANDS
from wfmodel.extras import EXTRAS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ORDER = "models/order-fulfilment"
BLOCK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
"""
COMMAND = "from wfmodel.cli import main; main({arguments!r})"


def without(libraries: set[str], program: str) -> subprocess.CompletedProcess[str]:
    """A program in a child process, as if the libraries were not installed."""
    return subprocess.run(
        [sys.executable, "-c", BLOCK.format(blocked=libraries) + program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", each, maxsplit=1)[0].lower() for each in requirements}


def test_the_package_alone_reads_checks_draws_and_builds():
    program = """
import wfmodel, wfmodel.model, wfmodel.checks, wfmodel.importers, wfmodel.wording
from wfmodel.diagrams import dot, mermaid
order = wfmodel.load("models/order-fulfilment/workflow.yaml").workflow
assert wfmodel.check(order) == ()
assert wfmodel.build(order, "choreography").participants
assert mermaid(order) and dot(order)
assert set(order._repr_mimebundle_()) == {"text/plain"}
wfmodel.load("models/travel-booking/workflow.asl.json")
"""
    done = without(set(EXTRAS), program)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["check", ORDER], ["draw", f"{ORDER}/workflow.yaml", "--format", "dot"],
     ["rules"], ["schema"]],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_commands_that_need_no_extra(arguments):
    done = without(set(EXTRAS), COMMAND.format(arguments=arguments))
    assert done.returncode == 0, done.stderr
    assert done.stdout or "no findings in" in done.stderr


def test_a_comparison_needs_nothing_beyond_its_extra(tmp_path):
    arguments = ["compare", f"{ORDER}/scenario.yaml", "--replications", "2", "--jobs", "1"]
    others = {library for library, extra in EXTRAS.items() if extra != "sim"}
    done = without(others, COMMAND.format(arguments=[*arguments, "--explore", "0"]))
    assert done.returncode == 0, done.stderr


def test_a_scenario_is_refused_by_name():
    named = without(
        set(EXTRAS), COMMAND.format(arguments=["check", f"{ORDER}/scenario.yaml", "--no-cache"])
    )
    assert (named.returncode, named.stderr.count("\n")) == (2, 1)
    assert "pip install 'wfmodel[sim]'" in named.stderr


NEEDING = {
    "numpy": ["exact", f"{ORDER}/scenario.yaml"],
    "scipy": ["compare", f"{ORDER}/scenario.yaml"],
    "simpy": ["simulate", f"{ORDER}/scenario.yaml"],
    "matplotlib": ["draw", f"{ORDER}/workflow.yaml", "-o", "{folder}/x.png"],
    "pygraphviz": ["draw", f"{ORDER}/workflow.yaml", "-o", "{folder}/x.svg"],
    "jinja2": ["report", f"{ORDER}/scenario.yaml", "-o", "{folder}/x.html"],
    "hypothesis": ["hunt", f"{ORDER}/scenario.yaml"],
    "filelock": ["sweep", f"{ORDER}/sweep.yaml", "--out", "{folder}/results"],
}


@pytest.mark.parametrize("library", NEEDING)
def test_what_is_missing_is_said_in_one_line(library, tmp_path):
    arguments = [part.format(folder=tmp_path) for part in NEEDING[library]]
    done = without({library}, COMMAND.format(arguments=arguments))
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith(f"pip install 'wfmodel[{EXTRAS[library]}]'\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("library", "program"),
    [
        ("numpy", "import wfmodel; wfmodel.simulate"),
        ("numpy", "from wfmodel.exploration import explore"),
        ("matplotlib", "import wfmodel; wfmodel.draw(None)"),
        ("jinja2", "import wfmodel.reports"),
        ("transitions", "from wfmodel.model import to_transitions"),
        ("networkx", f"import wfmodel; wfmodel.to_networkx(wfmodel.load('{ORDER}/workflow.yaml')"
                     ".workflow)"),
        ("hypothesis", "import wfmodel.testing"),
    ],
)  # fmt: skip
def test_python_is_told_the_same(library, program):
    last = without({library}, program).stderr.strip().splitlines()[-1]
    said = f"{library} is not installed: pip install 'wfmodel[{EXTRAS[library]}]'"
    assert last == f"wfmodel.extras.MissingExtraError: {said}"


def test_another_library_that_is_missing_is_a_fault_of_the_program():
    done = without({"yaml"}, COMMAND.format(arguments=["check", f"{ORDER}/workflow.yaml"]))
    assert done.returncode == 3


def test_the_table_of_extras_is_that_of_the_project():
    optional = PROJECT["optional-dependencies"]
    distributions = packages_distributions()
    for library, extra in EXTRAS.items():
        named = {each.lower() for each in distributions.get(library, [library])}
        if library != "llvmlite":  # numba brings it
            assert named & names(optional[extra]), library
    users = set(EXTRAS.values()) | {"notebooks"}
    assert optional["all"] == [f"wfmodel[{','.join(sorted(users))}]"]
    assert not names(PROJECT["dependencies"]) & set(EXTRAS)


def test_the_help_of_every_command_begins_as_the_list_says():
    from importlib import import_module

    for name, says in COMMANDS.items():
        first = getattr(import_module(f"wfmodel.cli.{name}"), name).__doc__.split("\n\n")[0]
        assert " ".join(first.split()) == says


def test_the_wheel_holds_the_package_and_nothing_else(tmp_path):
    [file] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path))
    held = set(zipfile.ZipFile(file).namelist())
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "wfmodel").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    models = {
        f"wfmodel/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "models").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    about = held - package - models
    assert models <= held, "wfmodel demo copies them"
    assert package <= held
    assert {name.partition("/")[0] for name in about} == {f"wfmodel-{PROJECT['version']}.dist-info"}
    assert any(name.endswith("licenses/LICENSE") for name in about)
    assert {"wfmodel/py.typed", "wfmodel/model/workflow.schema.json"} <= package
