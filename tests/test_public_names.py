"""The surface is small, complete, documented, and comes lazily."""

from __future__ import annotations

import subprocess
import sys

import pytest

import wfmodel


@pytest.mark.parametrize("name", wfmodel.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(wfmodel, name)
    assert value.__doc__
    assert value.__module__.startswith("wfmodel.")


def test_the_table_and_the_list_agree():
    assert sorted(wfmodel._HOMES) == wfmodel.__all__ == sorted(wfmodel.__all__)
    assert len(wfmodel.__all__) <= 16


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        _ = wfmodel.chek


def test_importing_the_package_imports_nothing_heavy():
    heavy = ("scipy", "numpy", "matplotlib", "pydantic")
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
