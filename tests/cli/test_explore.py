"""``wfmodel explore``: answers, exit codes, stories, files, and one line for what is wrong."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.cli.test_command_line import ORDER, ROOT, call

LOST = str(ROOT / "models/stories/lost-transactions/scenario.yaml")
CHOREOGRAPHY = (ORDER, "--design", "choreography", "--crash", "1")
FORGETFUL = (*CHOREOGRAPHY, "--knob", "persistence=memory")


def test_what_holds_exits_with_0_and_says_within_which_bounds(capsys):
    code, out, _ = call(capsys, "explore", *CHOREOGRAPHY)
    assert code == 0
    assert "choreography: 1 crash" in out
    assert "time-outs fire for nothing only when nothing else can move" in " ".join(out.split())
    assert "never lost" in out
    assert "violated" not in out


def test_what_is_broken_exits_with_1_and_tells_its_story(capsys):
    code, out, _ = call(capsys, "explore", *FORGETFUL, "--stories")
    assert code == 1
    assert "2. inventory crashes" in out
    assert "In the end: inventory unknown" in out


def test_what_cannot_be_decided_exits_with_2(capsys):
    code, out, _ = call(capsys, "explore", *CHOREOGRAPHY, "--limit", "100")
    assert code == 2
    assert "undecided" in out
    assert "limit of 100 states" in " ".join(out.split())


def test_json_has_everything(capsys):
    code, out, _ = call(capsys, "explore", *FORGETFUL, "--format", "json")
    [found] = json.loads(out)
    assert code == 1
    assert found["bounds"]["complete"] is True
    lost = next(p for p in found["properties"] if p["claim"] == "never_ends: lost")
    assert lost["answer"] == "violated"
    assert lost["schedule"][-2:] == ["inventory: crashes", "inventory: restarts"]


def test_both_designs_are_explored(capsys):
    claim = ("--property", "never: payment.status == 'failed'")
    _, out, _ = call(capsys, "explore", ORDER, *claim, "--format", "json", "--limit", "3000")
    assert [each["variant"] for each in json.loads(out)] == ["orchestration", "choreography"]


def test_a_scenario_names_its_variants(capsys):
    asked = ("--property", "never_ends: lost", "--format", "json", "--limit", "300")
    _, out, _ = call(capsys, "explore", LOST, "--design", "memory", "--crash", "1", *asked)
    [found] = json.loads(out)
    assert found["variant"] == "memory"
    assert found["properties"][0]["answer"] == "violated"


def test_counterexamples_become_files_and_a_test_that_fails_as_long_as_they_happen(
    capsys, tmp_path: Path
):
    out = tmp_path / "found"
    asked = ("--property", "never_ends: lost", "--out", str(out))
    assert call(capsys, "explore", *FORGETFUL, *asked)[0] == 1
    stem = "choreography-never-lost"
    test = f"test_{stem.replace('-', '_')}.py"
    names = {f"{stem}.txt", f"{stem}.mmd", f"{stem}.svg", f"{stem}.schedule", test}
    assert {path.name for path in out.iterdir()} == names
    assert (out / f"{stem}.mmd").read_text().startswith("sequenceDiagram\n")
    assert ElementTree.parse(out / f"{stem}.svg").getroot().tag.endswith("svg")
    kept = out / test
    fails = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", kept],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert fails.returncode == 1, fails.stdout
    kept.write_text(kept.read_text().replace("persistence='memory'", "persistence='database'"))
    passes = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", kept],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert passes.returncode == 0, passes.stdout


def test_a_file_of_properties(capsys, tmp_path: Path):
    file = tmp_path / "claims.yaml"
    file.write_text(
        "properties:\n"
        "  - name: no charge without stock\n"
        "    never: truth['charge-card'] == 1 and truth['reserve-stock'] == 0\n"
        "  - eventually: at_rest\n"
    )
    code, out, err = call(capsys, "explore", *CHOREOGRAPHY, "--properties", str(file))
    assert code in (0, 1), err
    assert "eventually at_rest" in out


def test_a_mistake_in_a_file_of_properties_has_a_place(capsys, tmp_path: Path):
    file = tmp_path / "claims.yaml"
    file.write_text("properties:\n  - eventually: at_rest\n  - never: paymnt.status == 'failed'\n")
    code, _, err = call(capsys, "explore", *CHOREOGRAPHY, "--properties", str(file))
    assert code == 2
    assert f"{file}:3:12 E110 unknown participant 'paymnt'; did you mean 'payment'?" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["/no/such/file.yaml"], "cannot be read"),
        ([ORDER, "--design", "hybrid"], "there are orchestration, choreography, both"),
        ([ORDER, "--knob", "persistance=memory"], "did you mean 'persistence'?"),
        ([ORDER, "--knob", "persistence"], "NAME=VALUE"),
        ([ORDER, "--knob", "dual_write_order=publish-first"], "dual_write_order"),
        ([ORDER, "--property", "never lost"], "unknown property"),
        ([ORDER, "--crash", "-1"], "crash"),
    ],
)
def test_a_mistake_is_one_line(capsys, arguments, says):
    code, _, err = call(capsys, "explore", *arguments)
    assert code == 2
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize("page", ["README.md", "docs/exploring.md"])
def test_what_a_page_shows_is_what_it_says(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    [shown] = [b for b in re.findall(r"```console\n(.*?)```", text, re.S) if " explore " in b]
    command, *lines = shown.strip().splitlines()
    words = shlex.split(command.removeprefix("$ "))
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert [line.rstrip() for line in done.stdout.rstrip().splitlines()] == lines
    assert done.returncode == 1
