"""Every scenario of models/, few replications: nothing breaks, is too wide, or says two numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

import wfmodel.experiments
from tests.cli.test_command_line import ROOT, call
from tests.cli.test_compare import same_in_every_form
from wfmodel.metrics import METRICS

pytestmark = pytest.mark.long

SCENARIOS = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "models").rglob("scenario.yaml")
)
FEW = ("--replications", "2")


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for in four forms runs once."""
    kept: list[Any] = []
    run = wfmodel.experiments.run

    def remembered(*args: Any, **how: Any) -> Any:
        if not kept:
            kept.append(run(*args, **how))
        return kept[0]

    monkeypatch.setattr(wfmodel.experiments, "run", remembered)


def fits(text: str) -> bool:
    return max(map(cell_len, text.splitlines())) <= 80


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_compare_in_every_form(capsys, monkeypatch, scenario):
    monkeypatch.chdir(ROOT)
    rows = same_in_every_form(capsys, scenario, *FEW)
    assert set(METRICS) <= {metric for metric, _ in rows}
    args = ("compare", scenario, "--jobs", "1", "--explore", "0", *FEW)
    code, out, err = call(capsys, *args)
    assert (code, "Traceback" in err, fits(out)) == (0, False, True)
    told = " ".join(out.split())
    for name in METRICS:  # long titles are broken between words
        words = METRICS[name].title.split(",")[0].split()
        assert all(word.lower() in told.lower() for word in words), name
    code, out, _ = call(capsys, *args, "--metric", "lost", "--metric", "messages")
    assert (code, fits(out), "Messages" in out) == (0, True, True)
    assert "Fulfilment" not in out.split("replications, seed")[0]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_simulate_tells_the_worst_of_each_kind_that_there_is(capsys, monkeypatch, scenario):
    monkeypatch.chdir(ROOT)
    code, out, err = call(capsys, "simulate", scenario)
    assert (code, "Traceback" in err, fits(out)) == (0, False, True)
    for worst in ("lost", "delayed", "dangling-compensation"):
        code, out, err = call(capsys, "simulate", scenario, "--worst", worst)
        assert code in (0, 2), worst
        assert (out if code == 0 else err).strip(), worst
        assert "Traceback" not in err
    code, _, err = call(capsys, "simulate", scenario, "--worst", "lots")
    assert (code, "no instance of this run is 'lots'" in err) == (2, True)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("command", ["exact", "rare"])
def test_what_exponential_times_can_say_or_why_not(capsys, monkeypatch, scenario, command):
    monkeypatch.chdir(ROOT)
    limits = {"exact": ("--states", "2000"), "rare": ("--states", "2000", "--walks", "10")}
    code, out, err = call(capsys, command, scenario, *limits[command])
    assert code in (0, 2)
    assert "Traceback" not in err
    if code == 2:
        assert err.startswith("wfmodel: error: "), err
    else:
        assert fits(out)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_explore_as_text_and_for_programs(capsys, monkeypatch, scenario):
    monkeypatch.chdir(ROOT)
    args = ("explore", scenario, "--crash", "0", "--limit", "2000")
    code, out, err = call(capsys, *args)
    assert (code in (0, 1, 2), "Traceback" in err) == (True, False)
    again, data, _ = call(capsys, *args, "--format", "json")
    assert again == code
    if code != 2:
        assert out.strip()
        assert json.loads(data)


def test_a_report_and_a_sweep(capsys, monkeypatch, tmp_path: Path):
    monkeypatch.chdir(ROOT)
    for scenario in SCENARIOS[::8]:
        for name in ("report.html", "report.md"):
            args = ("report", scenario, "-o", str(tmp_path / name), "--quick", *FEW)
            code, _, err = call(capsys, *args, "--jobs", "1")
            assert (code, "Traceback" in err) == (0, False)
    code, out, _ = call(capsys, "sweep", "models/order-fulfilment/sweep.yaml", "--plan")
    assert (code, fits(out)) == (0, True)
