"""``wfmodel sweep`` as a user meets it: the plan, the run, the files, the errors in one line."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.test_command_line import call
from wfmodel.experiments.factorial.cell_store import read_results

ROOT = Path(__file__).parents[2]
SMALL = """
question: Which matters more?
workflow: workflow.yaml
primary: [latency_mean]
setting:
  arrivals: {every: 2s, most: 4}
  horizon: 20s
  convergence: 1m
  faults:
    - {kind: crash, every: {distribution: exponential, mean: 20s}, lasts: 2s}
experiment:
  factors:
    crashes: {path: setting.faults.0.every, low: 5s, high: 40s, scale: log}
    delay: {path: knobs.relay_delay, levels: [0s, 500ms]}
  responses: [latency_mean, lost]
  plan: {kind: PLAN, points: 8, levels: 2}
  replications: 2
  threshold: {factor: crashes, response: latency_mean, points: 2, first: 4, most: 4}
"""


@pytest.fixture
def write(tmp_path):
    """A scenario's file, with something changed."""
    shutil.copy(ROOT / "models/order-fulfilment/workflow.yaml", tmp_path)

    def make(plan: str = "grid", **changes: str) -> str:
        text = SMALL.replace("PLAN", plan)
        for old, new in changes.values():
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "scenario.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return make


def test_the_plan_is_shown_and_nothing_is_run(capsys, write, tmp_path):
    code, out, err = call(capsys, "sweep", write(), "--plan")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "4 points, 4 cells, 16 runs."
    assert "500 ms" in out.replace("\u00a0", " ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("plan", ["grid", "one-at-a-time", "latin-hypercube"])
def test_a_sweep_with_all_its_files(capsys, write, tmp_path, plan):
    file = write(plan)
    arguments = ["sweep", file, "--workers", "1", "--out", str(tmp_path / "out")]
    written = ["--csv", str(tmp_path / "a.csv"), "--json", str(tmp_path / "a.json")]
    code, out, err = call(capsys, *arguments, *written, "--plots", str(tmp_path / "plots"))
    assert (code, err) == (0, "")
    count = {"grid": 4, "one-at-a-time": 5, "latin-hypercube": 8}[plan]
    assert f"{count} points" in out
    found, _ = read_results(tmp_path / "out" / "results.parquet")
    lines = list(csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8")))
    data = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert len(found) == len(data["points"]) == count
    assert len(lines) == count * 6  # two responses of two variants and their difference
    assert float(lines[0]["mean"]) == found[0][1].rows[0].estimate.mean
    assert data["points"][0]["rows"][0]["values"] == list(found[0][1].rows[0].values)
    drawn = sorted((tmp_path / "plots").iterdir())
    assert drawn
    assert all(path.read_text(encoding="utf-8").startswith("<svg") for path in drawn)


def test_it_goes_on_when_it_is_asked_to(capsys, write, tmp_path):
    arguments = ["sweep", write(), "--workers", "1", "--out", str(tmp_path / "out")]
    assert call(capsys, *arguments)[0] == 0
    code, _, err = call(capsys, *arguments)
    assert code == 2
    assert "a sweep has been begun here; --resume goes on with it" in err
    code, out, _ = call(capsys, *arguments, "--resume")
    assert code == 0
    assert "4 cells, 4 of them finished before" in out


def test_a_threshold_is_searched(capsys, write, tmp_path):
    result = tmp_path / "threshold.json"
    code, out, err = call(
        capsys, "sweep", write(), "--threshold", "--workers", "1", "--json", str(result),
        "--plots", str(tmp_path / "plots"), "--plot-format", "png",
    )  # fmt: skip
    assert (code, err) == (0, "")
    data = json.loads(result.read_text(encoding="utf-8"))
    assert data["between"] is None  # four pairs decide nothing
    assert "No crossing shown in crashes" in out
    [plot] = (tmp_path / "plots").iterdir()
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("[latency_mean, lost]", "[latncy_mean]"),
            "E105 unknown metric 'latncy_mean'; did you",
        ),
        (("faults.0.every", "faults.0.evry"), "E107 path 'setting.faults.0.evry': unknown part"),
        (("[0s, 500ms]", "[0s, soon]"), "E107 path 'knobs.relay_delay': a duration is a number"),
        (("low: 5s", "low: 5d"), "low must be less than high; got '5d' and '40s'"),
        (("factor: crashes", "factor: crash"), "no factor 'crash'; there are crashes, delay"),
        (("replications: 2", "replicas: 2"), "unknown key 'replicas'; did you mean 'replications'"),
    ],
)
def test_what_is_wrong_with_an_experiment_is_found_at_its_place(capsys, write, change, message):
    code, out, err = call(capsys, "sweep", write(change=change))
    assert (code, out) == (2, "")
    assert message in err
    assert "scenario.yaml:" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resume"], "--resume needs --out"),
        (["--workers", "2", "--dask", "tcp://a:1"], "--workers does not go with --dask: a cluster"),
        (["--threshold", "--csv", "a.csv"], "--csv does not go with --threshold: it writes --json"),
        (["--threshold", "--plan"], "--threshold does not go with --plan"),
        (["--plot-format", "png"], "--plot-format needs --plots"),
        (["--workers", "0"], "--workers"),
    ],
)
def test_options_that_do_not_go_together(capsys, write, arguments, message):
    code, _, err = call(capsys, "sweep", write(), *arguments)
    assert code == 2
    assert message in err


def test_a_scenario_without_an_experiment(capsys):
    scenario = str(ROOT / "models/order-fulfilment/scenario.yaml")
    code, _, err = call(capsys, "sweep", scenario)
    told = "the scenario declares no experiment: give it the key 'experiment'"
    assert (code, err) == (2, f"wfmodel: error: {told}\n")


@pytest.mark.parametrize("missing", ["pyarrow", "filelock"])
def test_without_the_extra_it_says_what_to_install(capsys, write, tmp_path, monkeypatch, missing):
    monkeypatch.setitem(__import__("sys").modules, missing, None)
    code, _, err = call(capsys, "sweep", write(), "--workers", "1", "--out", str(tmp_path / "o"))
    assert code == 2
    assert "pip install 'wfmodel[sweeps]'" in err
    assert call(capsys, "sweep", write(), "--workers", "1")[0] == 0  # nothing to keep: no need


def test_without_dask_it_says_what_to_install(capsys, write, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    code, _, err = call(capsys, "sweep", write(), "--dask", "tcp://127.0.0.1:8786")
    assert code == 2
    assert "pip install 'wfmodel[dask]'" in err


def test_a_dask_cluster_that_is_not_there_is_one_line(capsys, write, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("wfmodel.experiments.factorial.dask_cluster.CONNECT_S", 0.2)
    code, out, err = call(capsys, "sweep", write(), "--dask", "tcp://127.0.0.1:1")
    assert (code, out) == (2, "")
    [line] = err.splitlines()
    assert line.startswith("wfmodel: error: no Dask scheduler at tcp://127.0.0.1:1: no answer")
