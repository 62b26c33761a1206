"""A DAG file is a program: it is run on demand only, and by itself; what it answers is data.

A stand-in for Airflow defines what the child asks for, so that no Airflow is needed here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_command_line import call
from wfmodel.importers.airflow import serialising
from wfmodel.importers.airflow.serialising import DagFileError, serialised_dags

PATIENCE = 1200
"""Tenths of a second, which are waited for only where something is wrong."""
BAG = """
import runpy
class DagBag:
    def __init__(self, file):
        self.import_errors, self.dags = {}, {}
        try:
            self.dags = {dag["dag"]["dag_id"]: dag for dag in runpy.run_path(file)["DAGS"]}
        except Exception as error:
            self.import_errors = {file: f"Traceback\\n{error!r}"}
"""
SERIALISED = """
class DagSerialization:
    to_dict = staticmethod(lambda dag: dag)
"""
DAG = {"__version": 3, "dag": {"dag_id": "one", "fileloc": "/home/me/dag.py", "tasks": []}}


@pytest.fixture
def python(tmp_path):
    """A program that is this Python with a package ``airflow``."""
    packages = tmp_path / "packages"
    for folder, name, text in (
        ("dag_processing", "dagbag", BAG),
        ("serialization", "serialized_objects", SERIALISED),
    ):
        (packages / "airflow" / folder).mkdir(parents=True)
        (packages / "airflow" / folder / f"{name}.py").write_text(text, encoding="utf-8")
    program = tmp_path / "python"
    start = f"import sys; sys.path.insert(0, {str(packages)!r}); sys.argv = sys.argv[1:]"
    code = f"{start}; import runpy; runpy.run_path(sys.argv[0], run_name='__main__')"
    program.write_text(f'#!/bin/sh\nshift\nexec {sys.executable} -c "{code}" "$@"\n')
    program.chmod(0o755)
    return str(program)


def dag_file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "dag.py"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_a_dag_file_defines_comes_back_without_this_machine_s_paths(tmp_path, python):
    found = serialised_dags(dag_file(tmp_path, f"DAGS = [{DAG!r}]"), python=python)
    assert list(found) == ["one"]
    assert json.loads(found["one"])["dag"]["fileloc"] == "dag.py"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("DAGS = []", "it defines no DAG"),
    ],
)
def test_a_dag_file_that_fails_is_one_line(tmp_path, python, text, said):
    with pytest.raises(DagFileError, match=said):
        serialised_dags(dag_file(tmp_path, text), python=python)


def test_without_airflow_the_line_says_so(tmp_path):
    with pytest.raises(DagFileError, match="this Python has no Airflow 3"):
        serialised_dags(dag_file(tmp_path, "DAGS = []"))
    with pytest.raises(DagFileError, match="cannot be started"):
        serialised_dags(dag_file(tmp_path, "DAGS = []"), python="/no/such/python")


def test_a_dag_that_is_too_large_is_refused(tmp_path, python, monkeypatch):
    monkeypatch.setattr(serialising, "MOST_BYTES", 10)
    with pytest.raises(DagFileError, match="larger than"):
        serialised_dags(dag_file(tmp_path, f"DAGS = [{DAG!r}]"), python=python)


def test_nothing_is_run_unless_it_is_asked_for(capsys, tmp_path, python):
    trap = dag_file(tmp_path, f"open({str(tmp_path / 'run')!r}, 'w'); DAGS = [{DAG!r}]")
    code, _, err = call(capsys, "serialise", str(trap), "--python", python)
    assert (code, "only with --run-airflow" in err) == (2, True)
    assert call(capsys, "check", str(trap))[0] != 0
    assert call(capsys, "check", str(tmp_path))[0] == 0
    assert not (tmp_path / "run").exists()
    code, out, _ = call(capsys, "serialise", str(trap), "--python", python, "--run-airflow")
    assert (code, json.loads(out)["dag"]["dag_id"]) == (0, "one")
    assert (tmp_path / "run").exists()


def test_which_of_several_dags_is_asked(capsys, tmp_path, python):
    two = [DAG, {**DAG, "dag": {**DAG["dag"], "dag_id": "two"}}]
    given = ("serialise", str(dag_file(tmp_path, f"DAGS = {two!r}")), "--run-airflow")
    code, _, err = call(capsys, *given, "--python", python)
    assert (code, "there are one, two" in err) == (2, True)
    out = tmp_path / "two.json"
    assert call(capsys, *given, "--python", python, "--dag-id=two", f"--output={out}")[0] == 0
    assert json.loads(out.read_text(encoding="utf-8"))["dag"]["dag_id"] == "two"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux ends it")
def test_a_dag_file_ends_with_the_program_that_waits_for_it(tmp_path, python):
    told = tmp_path / "told"
    text = f"import os, time\nopen({str(told)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    file = dag_file(tmp_path, text)
    code = (
        "from pathlib import Path; from wfmodel.importers.airflow.serialising import *;"
        f" serialised_dags(Path({str(file)!r}), python={python!r})"
    )
    waiting = subprocess.Popen([sys.executable, "-P", "-c", code])
    while not told.exists() or not told.read_text():
        assert waiting.poll() is None
        time.sleep(0.05)
    waiting.kill()
    waiting.wait()
    for _ in range(PATIENCE):
        if not Path(f"/proc/{told.read_text()}").exists():
            return
        time.sleep(0.1)
    pytest.fail("it runs on")
