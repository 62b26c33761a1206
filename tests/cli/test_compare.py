"""``wfmodel compare``: narrow, one metric alone, and for other programs."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.cli.test_command_line import ROOT, call
from wfmodel.wording.figures import SCALED, number

SCENARIO = """
question: Which?
workflow: workflow.yaml
setting:
  arrivals: {every: {distribution: exponential, mean: 2s}}
  horizon: 40s
  faults: [{kind: crash, every: 20s, lasts: 5s}]
replications: 3
what_ifs: 0
"""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    order = (ROOT / "models/order-fulfilment/workflow.yaml").read_text(encoding="utf-8")
    (tmp_path / "workflow.yaml").write_text(order, encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    return str(tmp_path / "scenario.yaml")


def test_it_fits_eighty_columns_and_says_what_decides_first(capsys, scenario):
    code, out, _ = call(capsys, "compare", scenario, "--jobs", "1")
    assert code == 0
    assert max(map(cell_len, out.splitlines())) <= 80
    assert out.index("Fulfilment (committed)") < out.index("Stale answers where one")
    assert "without faults" in out
    assert "one in twenty differs by chance" in out
    assert out.index("Wrong answers") < out.index("uncorrected") < out.index("Undone cleanly")


def test_one_metric_alone(capsys, scenario):
    args = ("compare", scenario, "--jobs", "1", "--metric", "fault_delay")
    code, out, _ = call(capsys, *args, "--explore", "0")
    assert (code, "Delay by faults" in out, "Undone cleanly" in out) == (0, True, False)
    code, _, err = call(capsys, "compare", scenario, "--metric", "fault_dely")
    assert (code, "did you mean 'fault_delay'?" in err) == (2, True)


def test_for_other_programs(capsys, scenario):
    args = ("compare", scenario, "--jobs", "1", "--metric", "committed", "--explore", "0")
    code, out, _ = call(capsys, *args, "--format", "json")
    data = json.loads(out)["metrics"]
    assert (code, list(data)) == (0, ["committed"])
    assert data["committed"]["difference"]["smallest_relevant"] > 0
    _, out, _ = call(capsys, *args, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["variant"] for row in rows] == ["orchestration", "choreography", "difference"]
    found = data["committed"]["estimates"]["orchestration"]["mean"]
    assert float(rows[0]["mean"]) == found
    assert 0.8 < float(rows[0]["without_faults"]) <= 1
    _, out, _ = call(capsys, *args, "--format", "md")
    assert out.splitlines()[2].startswith("| metric | of |")
    assert "orchestration" in out.splitlines()[4]


def test_every_form_says_the_same_and_why_something_is_not_known(capsys, scenario):
    rows = same_in_every_form(capsys, scenario)
    assert rows["latency_p99", "orchestration"]["method"] == "none"  # of sixty instances
    assert "it takes" in rows["latency_p99", "orchestration"]["reason"]


def same_in_every_form(capsys, scenario: str, *more: str) -> dict[tuple[str, str], dict[str, str]]:
    """Hold JSON, CSV and Markdown to each other, number by number; the rows of CSV."""
    args = ("compare", scenario, "--jobs", "1", "--explore", "0", *more)
    _, out, _ = call(capsys, *args, "--format", "json")
    metrics = json.loads(out)["metrics"]
    _, out, _ = call(capsys, *args, "--format", "csv")
    rows = {(row["metric"], row["variant"]): row for row in csv.DictReader(io.StringIO(out))}
    _, out, _ = call(capsys, *args, "--format", "md")
    cells = [[each.strip() for each in line.split("|")[1:-1]] for line in out.splitlines()[4:]]
    asked = [(name, who) for name, found in metrics.items() for who in found["estimates"]]
    asked += [(name, "difference") for name, found in metrics.items() if "difference" in found]
    assert set(rows) == set(asked)
    assert len(cells) == len(rows)
    shown: dict[str, set[str]] = {}
    for _, variant, value, *_ in cells:
        shown.setdefault(variant, set()).add(value)
    for name, variant in asked:
        found, row = metrics[name], rows[name, variant]
        each = found["estimates"].get(variant) or found["difference"]
        for key in ("mean", "low", "high", "replications_needed"):
            known = each.get(key)
            if not (known is None and row[key] in ("inf", "-inf")):
                assert row[key] == ("" if known is None else repr(known)), (name, variant, key)
        assert row["method"] == each["method"]
        mean = math.nan if row["mean"] == "" else float(row["mean"])
        assert bool(row["reason"]) == math.isnan(mean), (name, variant)
        if variant != "difference":
            bare = found["unit"] if found["unit"] in SCALED else ""
            assert number(mean, bare) in shown[variant], (name, variant)
        else:
            assert float(row["smallest_relevant"]) == each["smallest_relevant"]
            assert row["verdict"] == each["verdict"]
    return rows


def test_what_it_rests_on_in_a_line_and_with_places(capsys, scenario):
    args = ("compare", scenario, "--jobs", "1", "--metric", "committed", "--explore", "0")
    _, out, _ = call(capsys, *args)
    assert "--assumptions lists them." in " ".join(out.split())
    assert "without limit" not in out
    _, out, _ = call(capsys, *args, "--assumptions")
    assert max(map(cell_len, out.splitlines())) <= 80
    rows = [" ".join(line.split()) for line in out.splitlines()]
    assert "workers of payment 20 workflow.yaml:11:23" in rows
    assert "workers of notification without limit default" in rows
    _, out, _ = call(capsys, *args, "--format", "json")
    listed = {each["place"]: each for each in json.loads(out)["assumptions"]}
    assert listed["setting.horizon"]["at"].endswith("scenario.yaml:6:12")
