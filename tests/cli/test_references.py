"""What a stranger's checkout leads to, in every command: inside only, nothing of what is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_command_line import ROOT, call
from wfmodel.checks.policy import Settings
from wfmodel.cli import editor_check
from wfmodel.cli.check_configuration import CheckConfiguration

pytestmark = pytest.mark.long


SECRET = "hush-4711"
TOKEN = f'{SECRET}: "not closed\n'
SCENARIO = (
    "question: q\nworkflow: {}\nsetting: {{arrivals: {{every: 1s}}, horizon: 10s}}\n# states:\n"
)
CHOREOGRAPHY = """\
choreography: c
workflow: {}
events: {{greeted: {{outside: publishes}}}}
services:
  s:
    initial: idle
    states:
      idle: {{on: {{greeted: {{to: done}}}}}}
      done: {{}}
"""
FLOW = """\
name: f
initial: a
states:
  a: {kind: task, service: s, next: done}
  done: {kind: final}
"""
MISSPELT = FLOW.replace("next: done", "next: dnoe")
COMMANDS = [
    ("check", "--no-cache"),
    ("check", "--format", "full"),
    ("check", "--format", "json"),
    ("draw",),
    ("explore",),
    ("hunt",),
    ("export", "--format", "tla", "--design", "choreography"),
    ("simulate",),
    ("exact",),
    ("rare",),
    ("compare",),
    ("sweep",),
    ("explorer", "--output", "page.html", "--explore", "0"),
    ("report", "--output", "page.html"),
]


@pytest.fixture(autouse=True)
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout, beside files that are not its own; the working directory is in it."""
    top = tmp_path / "repo"
    (top / "flows").mkdir(parents=True)
    (top / ".git").mkdir()
    (top / ".git/config").write_text(TOKEN)
    (tmp_path / "token").write_text(TOKEN)
    (top / "w.yaml").write_text(FLOW)
    monkeypatch.chdir(top)
    return top


def hostile(top: Path) -> list[Path]:
    """Files of a pull request that lead out of it, in every way that a file can."""
    flows = top / "flows"
    outside = ("../../token", str(top.parent / "token"), "../.git/config", "../gone/token", "link")
    (flows / "link").symlink_to("../../token")
    (top / "gone").symlink_to("..")
    made = []
    for number, name in enumerate(outside):
        for kind, text in (("s", SCENARIO), ("c", CHOREOGRAPHY)):
            made.append(flows / f"{kind}{number}.yaml")
            made[-1].write_text(text.format(json.dumps(name)))
    notes = SCENARIO.format("../w.yaml") + "annotations: ../../token\n"
    (flows / "notes.yaml").write_text(notes)
    (flows / "linked.yaml").symlink_to("../../token")
    machine = {"StartAt": "a", "States": {"a": {"Type": "Succeed"}}}
    (flows / "asl.json").write_text(json.dumps(machine))
    (flows / "asl.annotations.yaml").symlink_to("../../token")
    (flows / "side.yaml").write_text(FLOW)
    (flows / "side.suppressions.yaml").symlink_to("../../token")
    return [*made, *(flows / name for name in ("notes.yaml", "linked.yaml", "asl.json"))]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_what_is_outside(capsys, top, command):
    for path in hostile(top):
        name = str(path.relative_to(top))
        code, out, err = call(capsys, *command[:1], name, *command[1:])
        assert SECRET not in out + err, name
        assert "Traceback" not in err
        assert code in (1, 2), name
        if path.name.startswith("s") and command[0] != "draw":
            assert code == 2
            assert "is not read: it is" in " ".join((out + err).split())


def test_a_whole_checkout_is_checked_without_showing_it(capsys, top):
    hostile(top)
    for extra in ((), ("--fix",), ("--format", "sarif"), ("--write-baseline",)):
        code, out, err = call(capsys, "check", ".", "--no-cache", *extra)
        assert SECRET not in out + err
        assert code == 2
        assert "Traceback" not in err
    code, out, _ = call(capsys, "check", ".", "--no-cache")
    for name in ("linked.yaml", "asl.annotations.yaml", "side.suppressions.yaml"):
        assert f"flows/{name}:1:1 L101 cannot be read: it is outside of {top}" in out
    assert (top.parent / "token").read_text() == TOKEN


def test_what_is_in_the_checkout_is_led_to(capsys, top):
    (top / "flows/s.yaml").write_text(SCENARIO.format("../w.yaml"))
    assert call(capsys, "simulate", "flows/s.yaml")[0] == 0
    (top / "flows/s.yaml").write_text(SCENARIO.format('"-"'))  # not standard input
    (top / "flows/-").write_text(FLOW)
    assert call(capsys, "simulate", "flows/s.yaml")[0] == 0


def test_a_declared_root_says_what_is_led_to(capsys, top):
    shutil.copy("w.yaml", top.parent / "w.yaml")
    (top / "flows/s.yaml").write_text(SCENARIO.format("../../w.yaml"))
    for command in ("check", "simulate"):
        assert call(capsys, command, "flows/s.yaml")[0] == 2
        assert call(capsys, command, "flows/s.yaml", "--root", "..")[0] == 0
        assert call(capsys, command, "flows/s.yaml")[0] == 2, "of one command only"
    (top / "flows/s.yaml").write_text(SCENARIO.format("../w.yaml"))
    assert call(capsys, "check", "flows/s.yaml", "--root", "flows")[0] == 2
    code, _, err = call(capsys, "check", "flows/s.yaml", "--root", "none")
    assert (code, err) == (2, "wfmodel: error: --root: there is no directory none\n")


def test_workers_know_the_declared_root(capsys, top):
    shutil.copy("w.yaml", top.parent / "w.yaml")
    for number in range(20):
        (top / f"flows/s{number}.yaml").write_text(SCENARIO.format("../../w.yaml"))
    many = ("check", "flows", "--jobs", "2", "--no-cache")
    assert call(capsys, *many)[0] == 2
    assert call(capsys, *many, "--root", "..")[0] == 0


def test_a_configuration_leads_nowhere_else(capsys, top):
    victim = top.parent / "victim"
    victim.write_text("mine")
    for name in ("../victim", str(victim), ".git/config"):
        (top / "wfmodel.toml").write_text(f"baseline = {json.dumps(name)}\n")
        for extra in ((), ("--write-baseline",)):
            code, out, err = call(capsys, "check", "w.yaml", *extra)
            assert (code, out) == (2, "")
            assert f"wfmodel.toml: baseline {name!r} is not used: it is" in err
    assert victim.read_text() == "mine"
    assert (top / ".git/config").read_text() == TOKEN


@pytest.mark.skipif(os.name != "posix", reason="needs FIFOs")
def test_a_directory_with_a_fifo_is_checked(capsys, top):
    os.mkfifo(top / "flows/workflow.yaml")
    os.mkfifo(top / "flows/side.annotations.yaml")
    code, out, _ = call(capsys, "check", ".", "--no-cache")
    assert code == 2
    assert out == "flows/workflow.yaml:1:1 L101 cannot be read: not a regular file\n"
    for option in ("--baseline", "--config"):
        assert call(capsys, "check", "w.yaml", option, "flows/workflow.yaml")[0] == 2
    for command in ("draw", "simulate", "explore", "compare"):
        assert call(capsys, command, "flows/workflow.yaml")[0] == 2


def test_a_fix_leaves_what_a_link_leads_out_to(capsys, top):
    outside, inside = top.parent / "out.yaml", top / "w.yaml"
    outside.write_text(MISSPELT)
    inside.write_text(MISSPELT)
    inside.chmod(0o640)
    (top / "flows/out.yaml").symlink_to("../../out.yaml")
    (top / "flows/in.yaml").symlink_to("../w.yaml")
    call(capsys, "check", "flows", "--fix", "--no-cache")
    assert outside.read_text() == MISSPELT
    assert inside.read_text() == FLOW
    assert inside.stat().st_mode & 0o777 == 0o640
    assert (top / "flows/in.yaml").is_symlink()


@pytest.mark.parametrize("links", [{"a": "a"}, {"a": "b", "b": "a"}])
def test_links_in_a_circle_are_an_error_of_one_line(capsys, top, monkeypatch, links):
    monkeypatch.chdir(top / "flows")
    for name, to in links.items():
        Path(name).symlink_to(to)
    Path("wfmodel.toml").write_text("baseline = 'a'\nrelative-to = 'a'\n", encoding="utf-8")
    for command in (
        ["check", "side.yaml", "--no-cache", "--write-baseline"],
        ["check", "side.yaml", "--no-cache", "--isolated", "--output-file=a"],
        ["draw", "side.yaml", "--format=dot", "--output=a"],
        ["draw", "a"],
        ["hunt", "side.yaml", "--out=a"],
    ):
        code, out, err = call(capsys, *command)
        assert (code, err.count("\n")) == (2, 1), (command, out, err)
        assert Path("a").is_symlink()
    asked = Settings(relative_to=str(Path("a").absolute()))
    assert editor_check._name("side.yaml", asked, CheckConfiguration()) == "side.yaml"


def test_nothing_is_written_or_taken_away_through_a_folder_that_is_a_link(capsys, top):
    """A pull request can bring the folder that a command writes to by default."""
    outside = top.parent / "outside"
    (outside / ".git").mkdir(parents=True)
    kept = {outside / name for name in ("victim", ".unfinished-mine", ".git")}
    for path in kept - {outside / ".git"}:
        path.write_text("mine")
    (top / "wfmodel-demo").symlink_to(outside)
    (top / "bad.yaml").write_text(MISSPELT)
    swept = SCENARIO.format("w.yaml") + (
        "replications: 1\nexperiment: {factors: {n: {path: setting.horizon, levels: [5s, 6s]}},"
        " responses: [lost], plan: {kind: grid}}\n"
    )
    (top / "s.yaml").write_text(swept)
    (top / "kept").mkdir()
    (top / "kept/.lock").symlink_to(outside / "victim")
    (top / "cells").mkdir()
    (top / "cells/cells").symlink_to(outside)
    out = "wfmodel-demo"
    for command in (
        ("demo",),
        ("init", out),
        ("draw", "w.yaml", "--output", f"{out}/w.svg"),
        ("hunt", "w.yaml", "--examples", "1", "--out", out),
        ("explore", "w.yaml", "--stories", "--out", out),
        ("export", "w.yaml", "--format", "tla", "--out", out),
        ("sweep", "s.yaml", "--workers", "1", "--out", out),
        ("sweep", "s.yaml", "--workers", "1", "--out", "kept"),
        ("sweep", "s.yaml", "--workers", "1", "--out", "cells"),
        ("check", "bad.yaml", "--no-cache", "--output", f"json={out}/found.json"),
        ("check", "bad.yaml", "--write-baseline", "--baseline", f"{out}/b.json"),
    ):
        code, _, err = call(capsys, *command)
        assert code == 2, command
        assert "outside of" in err, command
    assert {*outside.iterdir()} == kept
    assert (outside / "victim").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (("check", "bad.yaml", "--fix"), "bad.yaml"),
        (("check", "bad.yaml", "--write-baseline"), "wfmodel-baseline.json"),
        (("check", "bad.yaml", "--output-file", "found.txt"), "found.txt"),
        (("draw", "w.yaml", "--output", "w.mmd"), "w.mmd"),
        (("draw", "w.yaml", "--output", "w.svg"), "w.svg"),
        (
            ("export", "w.yaml", "--format", "promela", "--design", "choreography", "--out", "."),
            "f_choreography.pml",
        ),
        (("simulate", "w.yaml", "--save", "run"), "run"),
        (("compare", "s.yaml", "--json", "c.json"), "c.json"),
        (("report", "s.yaml", "--output", "r.html"), "r.html"),
        (("report", "s.yaml", "--output", "r.md"), "r.md"),
        (("explore", "w.yaml", "--design", "choreography", "--checkpoint", "k"), "k"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_full_disk_leaves_what_was_there(capsys, monkeypatch, top, arguments, file):
    (top / "bad.yaml").write_text(MISSPELT)
    (top / "s.yaml").write_text(SCENARIO.format("w.yaml") + "replications: 2\n")
    (top / file).exists() or (top / file).write_text("old")
    if file == "k":
        (top / file).unlink()
        call(capsys, *arguments)
    before, names = (top / file).read_bytes(), {path.name for path in top.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wfmodel.model.files.os.fsync", full)
    code, _, err = call(capsys, *arguments)
    assert code == 2
    assert err.rstrip().splitlines()[-1].startswith("wfmodel: error: ")
    assert file in err or "r_files" in err
    assert err.rstrip().endswith("No space left on device")
    assert (top / file).read_bytes() == before
    made = {path.name for path in top.iterdir()} - names
    assert made <= {".wfmodel_cache", "r_files"}


def program(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wfmodel", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        **more,
    )  # type: ignore[call-overload, no-any-return]


ODD = "name: ü→\ninitial: ä\nstates:\n  ä: {kind: task, service: s, next: dnö→}\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize(
    "arguments", ["check odd.yaml", "check odd.yaml --format full", "draw w.yaml"]
)
def test_a_stream_of_another_encoding_is_no_error(top, arguments, encoding):
    (top / "odd.yaml").write_text(ODD, encoding="utf-8")
    (top / "w.yaml").write_text(FLOW.replace("done", "→"), encoding="utf-8")
    ran = program(*arguments.split(), env={**os.environ, "PYTHONIOENCODING": f"{encoding}:strict"})
    assert ran.returncode == int(arguments.startswith("check"))
    assert "Traceback" not in ran.stderr
    if arguments.startswith("draw"):
        assert ("→" in ran.stdout) == (encoding == "utf-8")


@pytest.mark.skipif(os.name != "posix", reason="a shell's redirections")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", "| head -c 1"])
@pytest.mark.parametrize("command", ["rules", "check w.yaml", "schema", "draw w.yaml"])
def test_closed_streams_are_no_error(top, command, closed):
    line = f"{sys.executable} -m wfmodel {command} {closed}"
    ran = subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr
    assert (top / "w.yaml").read_text() == FLOW


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_an_error(top):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "wfmodel", "rules"]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (2, "wfmodel: error: No space left on device\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tool = 1\n", "tool must be a table; got 1"),
        ("tool = [1]\n", "tool must be a table; got [1]"),
        ("[tool]\nwfmodel = 'x'\n", "tool.wfmodel must be a table; got 'x'"),
        ("[tool] = 1\n", "(at line 1, column 8)"),
        (f"a = {'[' * 5000}\n", ""),
    ],
)
def test_a_pyproject_that_is_none_is_one_line(capsys, top, text, said):
    (top / "pyproject.toml").write_text(text)
    code, out, err = call(capsys, "check", "w.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("wfmodel check: ")
    assert "pyproject.toml: " in err
    assert said in err
    assert err.count("\n") == 1


def test_python_takes_a_root_too(top):
    from wfmodel.checks.choreography.choreography_check import check_choreography_file
    from wfmodel.experiments import load_scenario

    shutil.copy("w.yaml", top.parent / "w.yaml")
    scenario, choreography = top / "flows/s.yaml", top / "flows/c.yaml"
    scenario.write_text(SCENARIO.format("../../w.yaml"))
    choreography.write_text(CHOREOGRAPHY.format("../../w.yaml"))
    assert load_scenario(scenario).workflow is None
    assert load_scenario(scenario, root=top.parent).workflow is not None
    assert any("not read" in each.message for each in check_choreography_file(choreography))
    found = check_choreography_file(choreography, root=top.parent)
    assert not any("not read" in each.message for each in found)


def test_the_corpus_leaks_nothing(capsys, tmp_path):
    corpus = Path(os.environ.get("WFMODEL_CORPUS", ROOT.parent / "shared"))
    cases = corpus / "cases/robustness/leak"
    if not cases.is_dir():
        pytest.skip("the corpus is not there")
    folder = tmp_path / "repo/in"
    shutil.copytree(cases, folder)
    (tmp_path / "out").mkdir()
    for name in ("token", "config.json"):
        (tmp_path / "out" / name).write_text(TOKEN)
    code, out, err = call(capsys, "check", str(folder), "--no-cache")
    assert code == 2
    assert SECRET not in out + err
    assert out.count("is not read: it is outside") == 2
