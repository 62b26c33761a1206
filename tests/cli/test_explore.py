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


def test_several_instances_tell_how_many_at_once(capsys):
    asked = ("--instances", "3", "--property", "at_most: 1 lost")
    code, out, _ = call(capsys, "explore", *FORGETFUL, *asked, "--stories")
    assert code == 1
    text = " ".join(out.split())
    assert "3 instances, 9 timelines of their processes" in text
    assert "at most 1 instance lost violated in 5 steps; 3 of 3 at once" in text
    assert "1. instance 1, inventory receives ‘start’" in text
    assert "4. inventory crashes" in text
    assert "In the end, instance 3: inventory unknown" in text


def test_a_knobs_name_may_be_quoted(capsys):
    few = ("--limit", "10", "--format", "json")
    plain, quoted = (
        call(capsys, "explore", ORDER, "--design", "choreography", *few, "--knob", f"{name}=memory")
        for name in ("persistence", '"persistence"')
    )
    assert plain == quoted
    assert plain[0] < 3


def test_a_bound_per_instance_is_less_than_a_total(capsys):
    once = (ORDER, "--design", "choreography", "--knob", "delivery=at-most-once")
    asked = ("--instances", "3", "--property", "at_most: 2 lost", "--format", "json")
    code, out, _ = call(capsys, "explore", *once, *asked, "--loss", "2")
    [found] = json.loads(out)
    assert (code, found["instances"]) == (0, 3)
    assert found["properties"][0]["detail"].startswith("2 of 3 at once")
    assert call(capsys, "explore", *once, *asked, "--per-instance", "loss=1")[0] == 1


def test_what_is_asked_of_several_instances_unless_said_otherwise(capsys):
    _, out, _ = call(capsys, "explore", *FORGETFUL, "--instances", "2", "--format", "json")
    [found] = json.loads(out)
    claims = [asked["claim"] for asked in found["properties"]]
    assert claims[0] == "at_most: 0 lost"
    assert claims[-3:] == ["no: deadlock", "no: endless-run", "recovers_within: any"]


LOSSY = (ORDER, "--design", "choreography", "--knob", "delivery=at-most-once")


@pytest.mark.parametrize(
    ("asked", "gone"),
    [
        ((*FORGETFUL, "--instances", "2", "--property", "at_most: 0 lost"), "memory"),
        ((*LOSSY, "--loss", "2", "--instances", "2", "--property", "at_most: 1 lost"), "losses=2"),
        ((*LOSSY, "--per-instance", "loss=1", "--property", "never_ends: lost"), "'losses': 1"),
    ],
)
def test_a_test_of_several_instances_fails_as_long_as_it_happens(capsys, tmp_path, asked, gone):
    out = tmp_path / "found"
    assert call(capsys, "explore", *asked, "--out", str(out))[0] == 1
    [kept] = out.glob("test_*.py")
    text = kept.read_text()
    with pytest.raises(AssertionError):
        _play(text)
    less = {"memory": "database", "losses=2": "losses=1", "'losses': 1": "'losses': 0"}[gone]
    assert gone in text
    _play(text.replace(gone, less))


def _play(text: str) -> None:
    names: dict = {}
    exec(compile(text, "kept", "exec"), names)
    [test] = [value for name, value in names.items() if name.startswith("test_")]
    test()


def test_exposure_tells_where_a_crash_does_harm(capsys):
    asked = ("--property", "never_ends: lost", "--exposure")
    _, out, _ = call(capsys, "explore", *FORGETFUL, *asked)
    assert "payment crashes lost 2 of 8: (between steps); charge-card" in " ".join(out.split())
    _, out, _ = call(capsys, "explore", *FORGETFUL, *asked, "--format", "json")
    [found] = json.loads(out)
    by_name = {each["participant"]: each for each in found["exposure"]}
    assert by_name["payment"]["anomalies"]["lost"] == [[], ["charge-card"]]


def test_exposure_says_so_where_no_crash_does_harm_and_where_it_has_not_seen_all(capsys):
    asked = ("--property", "never_ends: lost", "--exposure")
    code, out, _ = call(capsys, "explore", *CHOREOGRAPHY, *asked)
    assert code == 0
    assert "exposure: no first fault of a process leads to an anomaly" in out
    assert "an instance may end" not in out
    _, out, _ = call(capsys, "explore", *CHOREOGRAPHY, *asked, "--limit", "60")
    assert "exposure: no first fault of a process was seen to lead to an anomaly" in out
    assert "exposure: the search was cut short (limit of 60 states): there may be more" in out


def test_a_file_of_properties(capsys, tmp_path: Path):
    file = tmp_path / "claims.yaml"
    file.write_text(
        "properties:\n"
        "  - name: no charge without stock\n"
        "    never: truth['charge-card'] == 1 and truth['reserve-stock'] == 0\n"
        "  - eventually: at_rest\n"
        "  - at_most: 0 lost\n"
    )
    code, out, err = call(capsys, "explore", *CHOREOGRAPHY, "--properties", str(file))
    assert code in (0, 1), err
    assert "eventually at_rest" in out
    assert "no instance lost" in out


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
        ([ORDER, "--design", "anarchy"], "there are orchestration, choreography, both, hybrid:"),
        ([ORDER, "--design", "hybrid"], "write hybrid:GROUP=STEP,STEP;GROUP=STEP"),
        ([ORDER, "--design", "hybrid:a"], "expected GROUP=STEP,STEP;GROUP=STEP; got 'a'"),
        ([ORDER, "--design", "hybrid:a=shp"], "unknown step 'shp'; did you mean 'ship'?"),
        ([ORDER, "--knob", "persistance=memory"], "did you mean 'persistence'?"),
        ([ORDER, "--knob", "persistence"], "NAME=VALUE"),
        ([ORDER, "--knob", "dual_write_order=publish-first"], "dual_write_order"),
        ([ORDER, "--property", "never lost"], "unknown property"),
        ([ORDER, "--crash", "-1"], "crash"),
        ([ORDER, "--property", "at_most: lost"], "needs a number"),
        ([ORDER, "--property", "at_most: 1 lots"], "did you mean 'lost'?"),
        ([ORDER, "--property", "at_most: 1 where left.losses == 0"], "belong to all instances"),
        ([ORDER, "--instances", "2", "--per-instance", "crash=1"], "strikes every instance"),
        ([ORDER, "--instances", "2", "--per-instance", "loss"], "FAULT=N"),
        ([ORDER, "--per-instance", "loss=21"], "'--per-instance': loss should be less than or"),
        ([ORDER, "--per-instance", f"loss={'9' * 5000}"], "less than or equal to 20"),
        ([ORDER, "--loss", "21"], "'--loss': Input should be less than or equal to 20"),
        ([ORDER, "--exposure", "--loss", "1"], "--exposure needs --crash or --pause"),
        ([ORDER, "--instances", "2", "--restore", "1"], "--restore is explored of one instance"),
        ([ORDER, "--knob", "persistence=memory", "--restore", "1"], "nothing is stored"),
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


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--memory", "inf"], "--memory"),
        (["--property", "at_most: ² lost"], "at_most"),
        (["--property", "never: left.bounds > 0"], "unknown fault 'bounds'"),
        (["--property", "never: truth > 0"], "'truth' is not whole"),
    ],
)
def test_what_cannot_be_asked_is_one_line(capsys, option, said):
    code, _, err = call(capsys, "explore", ORDER, *option)
    assert code == 2
    assert said in err
    assert "invalid literal" not in err


def test_a_witness_of_no_step_is_one(capsys):
    code, out, _ = call(capsys, "explore", ORDER, "--property", "eventually: payment.up")
    assert code == 0
    assert "no run came to an end" not in out
