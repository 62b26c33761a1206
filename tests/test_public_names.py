"""The surface is small, complete, documented, and comes lazily.

What may be there: what a program does to a workflow (load, check, inspect, draw, mermaid), to a
system (build and its two short forms, explore, simulate, measure, histories' two), to a scenario
(load_scenario, compare, explorer, sweep, threshold, exact, rare), to any of them (to_networkx), the
two types that one declares in Python, and the one error that one catches. Whatever is only handed
to these stays in its package.
"""

from __future__ import annotations

import inspect
import pydoc
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

import pytest

import wfmodel
from wfmodel.lazy import _homes

SCREEN = (24, 300)
"""Lines of a help page, and characters of its longest."""


@pytest.mark.parametrize("name", wfmodel.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(wfmodel, name)
    assert value.__doc__
    assert value.__module__.startswith("wfmodel.")


def test_the_table_and_the_list_agree():
    assert sorted(_homes("wfmodel")) == wfmodel.__all__ == sorted(wfmodel.__all__)
    assert len(wfmodel.__all__) <= 24


@pytest.mark.parametrize("name", wfmodel.__all__)
def test_help_on_a_function_fits_a_screen(name):
    value = getattr(wfmodel, name)
    if inspect.isclass(value):
        pytest.skip("a class: its help lists what it has")
    page = pydoc.plain(pydoc.render_doc(value)).splitlines()
    assert len(page) <= SCREEN[0]
    assert max(map(len, page)) <= SCREEN[1]


def test_a_function_says_what_it_raises():
    from_files = ("compare", "exact", "load_scenario", "rare", "sweep", "threshold")
    refusing = ("build", "explore", "load", "load_history", "simulate", *from_files)
    assert [each for each in refusing if "Raises:" not in getattr(wfmodel, each).__doc__] == []


def test_the_version_is_that_of_what_is_installed():
    assert wfmodel.__version__ == version("wfmodel")
    assert "__version__" in dir(wfmodel)


def test_a_checkout_that_is_not_installed_has_a_version_too(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    assert wfmodel._version() == "0+unknown"


def test_types_are_shipped():
    assert files("wfmodel").joinpath("py.typed").read_text() == ""


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        _ = wfmodel.chek


def test_importing_the_package_imports_nothing_heavy():
    heavy = ("scipy", "numpy", "matplotlib", "networkx", "pydantic", "importlib.metadata")
    program = f"import sys, wfmodel; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("slow", ["numba", "scipy.stats", "pandas", "matplotlib"])
def test_experiments_are_imported_without_what_is_slow(slow):
    """Every worker process waits for these imports; numba alone takes half a second."""
    told = f"import sys, wfmodel.experiments; sys.exit({slow!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0
