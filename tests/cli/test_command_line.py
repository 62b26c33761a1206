"""What a user meets: help, exit codes, one-line errors, and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import wfmodel
from wfmodel.cli import main
from wfmodel.cli.app import COMMANDS

ROOT = Path(__file__).parents[2]
ORDER = str(ROOT / "models/order-fulfilment/workflow.yaml")
BROKEN = str(ROOT / "models/broken-compensation/workflow.yaml")
TRAVEL = str(ROOT / "models/travel-booking/workflow.asl.json")


def call(capsys, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


def test_memory_that_ends_is_one_line(capsys, monkeypatch):
    def ends(*_: object) -> None:
        raise MemoryError("no room for 2 GiB")

    monkeypatch.setattr("wfmodel.cli.draw.load_or_refuse", ends)
    code, out, err = call(capsys, "draw", "models/order-fulfilment/workflow.yaml")
    assert (code, out, err) == (2, "", "wfmodel: error: out of memory: no room for 2 GiB\n")


def test_version_and_help(capsys):
    assert call(capsys, "--version")[:2] == (0, f"wfmodel {wfmodel.__version__}\n")
    code, out, _ = call(capsys, "--help")
    assert code == 0
    assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(capsys, command):
    code, out, _ = call(capsys, command, "--help")
    assert code == 0
    assert "Usage" in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", ORDER], 0),
        (["check", TRAVEL], 0),
        (["check", BROKEN], 1),
        (["check", BROKEN, "--exit-zero"], 0),
        (["check", "/no/such/file.yaml"], 2),
        (["check", BROKEN, "--select", "nonsense"], 2),
        (["draw", "/no/such/file.yaml"], 2),
        (["draw", ORDER, "--format", "svg"], 2),
        (["draw", ORDER, "-o", "picture.bmp"], 2),
        (["draw", ORDER, "-o", "/no/such/folder/picture.svg"], 2),
        (["simulate", "/no/such/file.yaml"], 2),
        (["compare", ORDER], 2),
        (["compare", "/no/such/file.yaml"], 2),
        (["report", "/no/such/file.yaml"], 2),
        (["simulate", ORDER, "--seed", "seven"], 2),
        (["chekc", ORDER], 2),
        (["check", "--nonsense"], 2),
    ],
)
def test_exit_codes(capsys, arguments, code):
    found, _, err = call(capsys, *arguments)
    assert found == code, err
    assert "Traceback" not in err
    if code == 2:
        assert err.strip()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", ORDER, "--isolated", "--config", ORDER], "--config does not go with --isol"),
        (["check", ORDER, "--no-cache", "--cache-dir", "x"], "--cache-dir does not go with --no-c"),
        (
            ["check", ORDER, "--stdin-filename", "x.yaml"],
            "--stdin-filename needs - (standard input)",
        ),
        (["check", "-", "--fix"], "--fix mends files in place: - (standard input) is none"),
        (
            ["explore", ORDER, "--instances=2", "--property=at_most: 1 lost", "--checkpoint=k"],
            "--checkpoint does not go with --instances where every claim is 'at_most'",
        ),
        (["rules", "--json", "--explain", "W2"], "--json does not go with --explain"),
        (["exact", ORDER, "--jobs", "2"], "--jobs needs --simulate"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(capsys, arguments, says):
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1


FILES = ["check --output-file", "draw --output", "compare --json", "report --output"]
FILES += ["simulate --save", "sweep --csv", "sweep --json", "explore --checkpoint"]
FOLDERS = ["explore --out", "hunt --out", "export --format=tla --out", "sweep --out"]
FOLDERS += ["sweep --plots"]


@pytest.mark.parametrize("call_of", FILES + FOLDERS)
def test_where_nothing_can_be_written_is_said_before_anything_is_done(capsys, tmp_path, call_of):
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "no/x")
    wrong = {
        tmp_path: "it is a directory",
        tmp_path / "link": f"there is no directory {tmp_path / 'no'}",
        tmp_path / "no/x": f"there is no directory {tmp_path / 'no'}",
    }
    if call_of in FOLDERS:
        wrong = {
            tmp_path / "file": "it is a file",
            tmp_path / "file/x": f"{tmp_path / 'file'} is a file",
            tmp_path / "link": "it is a link to nothing",
            tmp_path / "link/x": f"{tmp_path / 'link'} is a link to nothing",
        }
    command, *options = call_of.split()
    for path, why in wrong.items():
        code, out, err = call(capsys, command, "/no/such/file.yaml", *options, str(path))
        assert (code, out) == (2, "")
        to = "to " if call_of in FOLDERS else ""
        assert err == f"wfmodel: error: {options[-1]}: cannot write {to}{path}: {why}\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "link"]


@pytest.mark.parametrize("command", ["draw", "report"])
def test_an_ending_that_tells_no_format_is_refused_and_a_format_may_be_named(
    capsys, tmp_path, command
):
    out = str(tmp_path / "page.foo")
    code, _, err = call(capsys, command, "/no/such/file.yaml", "--output", out)
    assert code == 2
    assert "cannot tell a format from 'page.foo'; give --format (" in err
    form = "svg" if command == "draw" else "html"
    _, _, err = call(capsys, command, "/no/such/file.yaml", "--output", out, "--format", form)
    assert "L101" in err  # it got as far as the file


def test_findings_are_lines_with_places(capsys):
    _, out, err = call(capsys, "check", BROKEN)
    lines = out.strip().splitlines()
    assert len(lines) == 5
    assert all(line.startswith(f"{BROKEN}:") for line in lines)
    assert [line.split()[1] for line in lines] == ["W2", "W8", "W3", "W6", "W3"]
    assert "1 file" in err


def test_findings_as_json(capsys):
    code, out, _ = call(capsys, "check", BROKEN, "--format", "json")
    assert code == 1
    data = json.loads(out)
    text = json.dumps(data)
    assert "W6" in text
    assert "cancel-hotel" in text


def test_draw_writes_mermaid_and_pictures(capsys, tmp_path):
    code, out, _ = call(capsys, "draw", ORDER)
    assert code == 0
    assert out.startswith("stateDiagram-v2")
    for ending, magic in ((".svg", b"<?xml"), (".png", b"\x89PNG")):
        one, other = tmp_path / f"one{ending}", tmp_path / f"other{ending}"
        for path in (one, other):
            assert call(capsys, "draw", ORDER, "-o", str(path))[0] == 0
        assert one.read_bytes().startswith(magic)
        assert one.read_bytes() == other.read_bytes()


def test_schema_prints_what_the_package_holds(capsys):
    _, out, _ = call(capsys, "schema")
    _, path, _ = call(capsys, "schema", "--path")
    assert json.loads(out) == json.loads(Path(path.strip()).read_text(encoding="utf-8"))


def test_a_reader_that_has_gone_is_no_error():
    command = f"{sys.executable} -m wfmodel rules | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert "Traceback" not in done.stderr


def test_standard_input_is_checked(monkeypatch, capsys):
    text = Path(BROKEN).read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "wfmodel", "check", "-"],
        input=text,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith(b"<stdin>:")


def test_a_scenario_is_checked_as_a_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    scenario = Path(__file__).parents[2] / "models" / "order-fulfilment" / "scenario.yaml"
    with pytest.raises(SystemExit) as ended:
        main(["check", str(scenario)])
    assert ended.value.code == 0
    broken = scenario.read_text(encoding="utf-8").replace('target: "*"', "target: paymnt", 1)
    workflow = scenario.with_name("workflow.yaml").read_text(encoding="utf-8")
    (tmp_path / "workflow.yaml").write_text(workflow, encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(broken, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path / "scenario.yaml")])
    assert ended.value.code == 1
    assert "E103 unknown participant 'paymnt'; did you mean 'payment'?" in capsys.readouterr().out


def test_without_arguments_there_is_help_and_no_error(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "error" not in capsys.readouterr().err
