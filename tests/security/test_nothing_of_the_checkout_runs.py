"""Commands run in a checkout whose every name is hostile; nothing of it is imported or obeyed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.long


ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "order-fulfilment"
SWEPT = """\
question: q
workflow: workflow.yaml
variants: {orchestration: {design: orchestration}, choreography: {design: choreography}}
knobs: {redelivery_timeout: 1s}
replications: 2
setting: {arrivals: {every: 1s, most: 3}, horizon: 10s}
experiment:
  factors:
    redelivery: {path: knobs.redelivery_timeout, levels: [1s, 2s]}
  responses: [latency_p95]
  plan: {kind: grid}
"""
MODULES = sorted(
    {name for name in sys.stdlib_module_names if not name.startswith("__")}
    | {name for name in packages_distributions() if name.isidentifier()}
    | {"sitecustomize", "usercustomize", "wfmodel", "conftest", "distributed", "dask"}
)
"""All that anything could mean to import, installed or not."""
FOLDERS = ("wfmodel", "multiprocessing", "numpy")
TRAP = """\
import os
with open(os.environ["TRAP"], "a") as trap:
    trap.write(__name__ + "\\n")
raise SystemExit(9)
"""

PATIENCE_S = 3000
"""Nothing is waited for so long but where something is wrong."""
REFUSED = {"exact", "rare", "serialise", "init"}
"""They end with what cannot be done here: too many states for so little, a DAG file is a program, a
scenario is there."""
SCRIPT = """\
import sys
from wfmodel.cli import main
if __name__ == "__main__":
    sys.exit(main())
"""
"""As pip writes it."""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in MODULES:
        if name in FOLDERS:
            (folder / name).mkdir()
            (folder / name / "__init__.py").write_text(TRAP)
            (folder / name / "spawn.py").write_text(TRAP)
        (folder / f"{name}.py").write_text(TRAP)
    for name in ("workflow.yaml", "scenario.yaml"):
        (folder / name).write_bytes((MODEL / name).read_bytes())
    (folder / "sweep.yaml").write_text(SWEPT)
    (folder / "dag.py").write_text(TRAP)
    (folder / "trap.pth").write_text("import sitecustomize\n")
    found = folder / "wfmodel-99.dist-info"
    found.mkdir()
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: wfmodel\nVersion: 99\n")
    (found / "entry_points.txt").write_text("[hypothesis]\nx = sitecustomize\n")
    twenty = folder / "many"
    twenty.mkdir()
    for number in range(20):
        (twenty / f"w{number}.yaml").write_bytes((MODEL / "workflow.yaml").read_bytes())
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "wfmodel").write_text(SCRIPT)
    monkeypatch.setenv("TRAP", str(tmp_path / "ran"))
    return folder


def script(*arguments: str, at: Path, **surroundings: str) -> subprocess.CompletedProcess[str]:
    """The installed command: its search path begins with its own folder."""
    return subprocess.run(
        [sys.executable, str(at.parent / "bin" / "wfmodel"), *arguments],
        cwd=at,
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


def sprung(folder: Path) -> str:
    trap = folder.parent / "ran"
    return trap.read_text() if trap.exists() else ""


@pytest.mark.parametrize(
    "command",
    [
        "check many --no-cache --isolated --jobs 2",
        "sweep sweep.yaml --workers 2",
        "compare scenario.yaml --replications 4 --jobs 2",
        "report sweep.yaml --replications 2 --jobs 2 -o r.html",
        "draw workflow.yaml -o w.svg",
        "hunt workflow.yaml --examples 2",
        "explore workflow.yaml",
        "hunt workflow.yaml --walks 2",
        "simulate workflow.yaml --save h --traces otlp=t.json",
        "exact sweep.yaml --stages 1 --states 50",
        "rare sweep.yaml --stages 1 --walks 10 --repetitions 2 --look 100",
        "export workflow.yaml --format tla --design choreography --limit 5000 --out o",
        "explorer scenario.yaml --explore 0 --instances 2",
        "init --for workflow.yaml",
        "serialise dag.py",
        "runtimes airflow",
        "rules",
        "schema",
        "lsp",
        "--version",
        "--print-completion bash",
    ],
)
def test_no_module_of_the_working_directory_is_imported(checkout, command):
    done = script(*command.split(), at=checkout)
    assert sprung(checkout) == ""
    assert done.returncode in (0, 1) or command.split()[0] in REFUSED, done.stderr
    assert "Traceback" not in done.stderr
    assert "99" not in done.stdout or command != "--version"
    assert not (checkout / ".hypothesis").exists()


def test_an_empty_entry_of_the_search_path_does_not_mean_the_checkout_to_workers(checkout):
    # Python's own start, and ours: what is imported, and what is looked for in vain.
    began = """
import sys
asked = []
class Asked:
    find_spec = staticmethod(lambda name, *_: asked.append(name))
sys.meta_path.insert(0, Asked)
import wfmodel.native.safety
print(*sys.modules, *asked)
"""
    before = imported_in(checkout, began).split()
    for name in {"sitecustomize", "usercustomize", *before} - set(FOLDERS):
        (checkout / f"{name}.py").unlink(missing_ok=True)
    code = (
        "import sys; from wfmodel.native.safety import safe_search_path as safe; safe();"
        "from wfmodel.cli.app import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, "check", "many", "--no-cache", "--isolated", "--jobs=2"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), "", "."])},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert sprung(checkout) == ""
    assert done.returncode == 0, done.stderr


def test_an_interpreter_that_ignores_its_surroundings_is_refused(checkout):
    command = [sys.executable, "-E", str(checkout.parent / "bin" / "wfmodel")]
    done = subprocess.run(
        [*command, "check", "many"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert sprung(checkout) == ""
    if "No module named" not in done.stderr:  # a package found by PYTHONPATH alone is not there
        assert done.returncode == 2
        assert done.stderr.startswith("wfmodel: error: python -E ignores")
        assert done.stderr.count("\n") == 1


def imported_in(checkout: Path, code: str) -> str:
    """What a fresh interpreter prints that does something in the checkout."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_solvers_machine_code_is_not_taken_from_the_checkout(checkout):
    z3 = pytest.importorskip("z3")
    libraries = {path.name for path in Path(z3.__file__).parent.glob("lib/*z3*")}
    assert libraries
    for name in libraries | {"libz3.so", "libz3.dylib", "libz3.dll"}:
        (checkout / name).write_bytes(b"no library")
    code = """
import ctypes, os
from wfmodel.checks.guards import smt
opened, real = [], ctypes.CDLL
def watched(name, *a, **o):
    opened.append(os.path.realpath(str(name)))
    return real(name, *a, **o)
ctypes.CDLL = watched
smt.Solver((), {})
print(any(os.path.dirname(each) == os.path.realpath('.') for each in opened), len(opened) > 0)
"""
    assert imported_in(checkout, code) == "False True"


def test_numbas_settings_are_not_taken_from_the_checkout(checkout):
    pytest.importorskip("numba")
    (checkout / ".numba_config.yaml").write_text("cache_dir: evil\nopt: 0\n")
    code = """
from wfmodel.native import words
import numba
numba.njit(lambda x: x + 1)(1)
print(repr(numba.config.CACHE_DIR), int(numba.config.OPT))
"""
    assert imported_in(checkout, code) == "'' 3"


@pytest.mark.parametrize("module", ["wfmodel.reports", "wfmodel.diagrams.picture"])
def test_matplotlibs_settings_are_not_taken_from_the_checkout(checkout, module):
    (checkout / "matplotlibrc").write_text("text.usetex: True\n")
    (checkout / "w.yaml").write_bytes((MODEL / "workflow.yaml").read_bytes())
    code = f"""
import wfmodel, {module}
wfmodel.draw(wfmodel.load("w.yaml").workflow)
import matplotlib
print(matplotlib.rcParams["text.usetex"])
"""
    assert imported_in(checkout, code) == "False"


def test_processes_start_in_one_place_only():
    for path in sorted((ROOT / "wfmodel").rglob("*.py")):
        # The second runs a DAG file, on demand only: tests/importers/airflow/test_serialising.py.
        if path.name in ("pools.py", "serialising.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            imports = node.names if isinstance(node, ast.Import | ast.ImportFrom) else ()
            names = [alias.name for alias in imports]
            module = getattr(node, "module", None)
            assert "ProcessPoolExecutor" not in names, path
            own = ("git_tree.py", "layout.py")  # git; Graphviz, outside of the working directory
            started = {"runpy"} if path.name in own else {"subprocess", "runpy"}
            assert not started & {*names, module}, path


@pytest.mark.parametrize("package", ["numba", "z3"])
def test_what_looks_around_is_imported_in_one_place_only(package):
    for path in sorted((ROOT / "wfmodel").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            here = [name for name in names if name.partition(".")[0] == package]
            assert not here or path.name == "compiler.py", path
