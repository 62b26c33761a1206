"""``wfmodel simulate``: one run, with its history or without."""

from __future__ import annotations

import pytest
import yaml

from tests.cli.test_command_line import ORDER, ROOT, call
from wfmodel import load
from wfmodel.designs import Knobs, choreograph, save_history
from wfmodel.designs.trace_script import parse_schedule
from wfmodel.simulation.replay import replay

SCENARIO = str(ROOT / "models/order-fulfilment/scenario.yaml")


def test_without_a_history_it_shows_the_same(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    pytest.importorskip("numba", reason="the compiled kernel needs numba")
    code, whole, _ = call(capsys, "simulate", SCENARIO, "--replication", "3")
    assert code == 0
    code, online, _ = call(capsys, "simulate", SCENARIO, "--replication", "3", "--no-history")
    assert code == 0
    assert online.splitlines()[0].split() == whole.splitlines()[0].split()
    own = [line for line in online.splitlines() if "measured from a history only" in line]
    for named in ("promise minute", "cost of an instance ", "cost of an instance that failed"):
        assert any(line.strip().startswith(named) for line in own), named
    assert words_of(online) - words_of("\n".join(own)) <= words_of(whole)
    assert len(words_of(online)) > 50
    code, online, _ = call(capsys, "simulate", ORDER, "--no-history")
    _, whole, _ = call(capsys, "simulate", ORDER)
    assert code == 0
    assert words_of(online) <= words_of(whole)


def words_of(table: str) -> set[tuple[str, ...]]:
    """Its rows, without percentiles: they come from buckets."""
    return {tuple(line.split()) for line in table.splitlines() if ", p" not in line}


def test_an_instance_that_went_wrong_is_found_by_how_it_did(capsys):
    code, out, _ = call(capsys, "simulate", SCENARIO, "--worst", "dangling-compensation")
    assert (code, "instance 146" in out) == (0, True)
    code, out, _ = call(capsys, "simulate", SCENARIO, "--worst", "delayed")
    assert code == 0
    code, _, err = call(capsys, "simulate", SCENARIO, "--worst", "lost")
    assert code == 2
    there = "dangling-compensation, delayed, orphaned-effect"
    assert f"no instance of this run is 'lost'; there are: {there}" in err


@pytest.mark.parametrize("needing", [["--save", "x"], ["--instance", "1"], ["--follow", "x"]])
def test_what_needs_the_history_is_refused(capsys, needing):
    code, _, err = call(capsys, "simulate", SCENARIO, "--no-history", *needing)
    assert code == 2
    assert f"{needing[0]} does not go with --no-history: no history is kept" in err


def test_without_a_file_it_says_so(capsys):
    code, _, err = call(capsys, "simulate", "--no-history")
    assert (code, "give a scenario or workflow" in err) == (2, True)


def test_without_numba_it_says_what_is_missing(capsys, monkeypatch):
    from wfmodel.native import words

    monkeypatch.setattr(words, "OBSTACLE", "it needs numba; pip install 'wfmodel[fast]'")
    code, _, err = call(capsys, "simulate", SCENARIO, "--no-history")
    assert code == 2
    assert "--no-history: engine 'compiled' cannot run this: it needs numba" in err


def test_a_kept_replay_is_shown_though_nobody_said_how_long_it_could_go_on(capsys, tmp_path):
    told = """
inventory: receives start
inventory: commits
inventory: finishes reserve-stock: done
inventory: commits
inventory: crashes
inventory: restarts
"""
    flow = load(ROOT / "models/order-fulfilment/workflow.yaml").workflow
    system = choreograph(flow, Knobs(publishing="dual-write"))
    save_history(replay(system, parse_schedule(told)), tmp_path / "kept.jsonl")
    code, out, err = call(capsys, "simulate", "--follow", str(tmp_path / "kept.jsonl"))
    assert (code, err) == (0, "")
    assert "global agreement" in out


def test_a_kept_history_shows_what_the_run_showed(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    kept = str(tmp_path / "kept.jsonl")
    code, run, _ = call(capsys, "simulate", SCENARIO, "--save", kept)
    assert code == 0
    code, again, _ = call(capsys, "simulate", "--follow", kept)
    assert code == 0
    assert words_of(again) <= words_of(run)  # nobody knows its twin
    assert len(words_of(again)) > 50
    for option in ("--seed", "--replication"):
        code, _, err = call(capsys, "simulate", "--follow", kept, option, "3")
        assert code == 2
        assert f"{option} does not go with --follow" in err


def test_a_scenario_that_asks_for_much_is_not_refused(capsys, tmp_path):
    pytest.importorskip("numba", reason="the compiled kernel needs numba")
    scenario = yaml.safe_load((ROOT / "models/order-fulfilment/scenario.yaml").read_text())
    scenario["workflow"] = ORDER
    scenario["setting"]["horizon"] = "5h"
    path = tmp_path / "long.yaml"
    path.write_text(yaml.safe_dump(scenario))
    code, out, _ = call(capsys, "simulate", str(path), "--no-history", "--root", "/")
    assert code == 0
    assert "instances" in out.splitlines()[0]


def test_an_imported_dag_is_shown_as_airflows_tables_have_it(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    model = ROOT / "models/airflow-tables"
    code, out, _ = call(capsys, "simulate", str(model / "scenario.yaml"), "--airflow")
    assert code == 0
    rows = [words[1:] for line in out.splitlines() if len(words := line.split()) in (3, 4)]
    calm = ["scheduled", "queued", "running", "success"]
    tasks = [
        [task, "1", state] for task in ("extract", "transform", "load", "publish") for state in calm
    ]
    started = [["dag_run", "queued"], ["dag_run", "running"]]
    assert rows[1:] == [*started, *tasks, ["alert", "skipped"], ["dag_run", "success"]]
    code, out, _ = call(
        capsys, "simulate", str(model / "workflow.json"), "--airflow", "--instance", "2"
    )
    assert (code, " ".join(out.split()).count("instance 2")) == (0, 1)
    code, _, err = call(capsys, "simulate", ORDER, "--airflow")
    assert (code, "holds no serialised DAG of Airflow" in err) == (2, True)
