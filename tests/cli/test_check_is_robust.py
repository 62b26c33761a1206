"""What must not lose a finding or harm a file: odd text, damaged caches, hasty baselines, pipes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_check_for_ci import ISLAND, cache_file, codes
from tests.cli.test_command_line import call

BOM = "\ufeff"
MISSPELT = """\
name: o
initial: a
states:
  a: {kind: task, service: s, next: dnoe}
  done: {kind: final}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "users"))


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.write_bytes(text.encode("utf-8"))
    return path


def test_a_fix_lands_where_its_finding_is_whatever_characters_come_before():
    for before in ("a\u2028b", "a\u2029b", "a\x85b", "\U0001f600", "a\rb"):
        text = MISSPELT.replace("states", f'description: "{before}"\nstates')
        path = write("w.yaml", text)
        subprocess.run([sys.executable, "-m", "wfmodel", "check", "w.yaml", "--fix"], check=False)
        assert path.read_bytes().decode("utf-8") == text.replace("dnoe", "done")


@pytest.mark.parametrize("before", ["a\u2028b", "a\x85b", "\U0001f600"])
def test_the_same_in_json(capsys, before):
    text = (
        f'{{"name": "o", "description": "{before}", "initial": "a", "states": {{\n'
        ' "a": {"kind": "task", "service": "s", "next": "dnoe"}, "done": {"kind": "final"}}}'
    )
    path = write("w.json", text)
    code, out, _ = call(capsys, "check", "w.json", "--format", "full")
    assert code == 1
    assert "w.json:2:48" in out  # lines end at line feeds only
    assert '  2 |  "a": {"kind"' in out
    assert call(capsys, "check", "w.json", "--fix")[0] == 0
    assert path.read_bytes().decode("utf-8") == text.replace("dnoe", "done")


def test_a_byte_order_mark_and_windows_line_ends_stay(capsys):
    text = BOM + MISSPELT.replace("name:", "nmae:").replace("\n", "\r\n")
    path = write("w.yaml", text)
    assert call(capsys, "check", "w.yaml", "--fix")[0] == 0
    expected = text.replace("nmae", "name").replace("dnoe", "done")
    assert path.read_bytes().decode("utf-8") == expected
    assert call(capsys, "check", "w.yaml", "--fix")[2].endswith("no findings in 1 file\n")


def test_lines_of_yaml_are_counted_as_editors_count_them(capsys):
    write("w.yaml", ISLAND.replace("states", 'description: "a\u2028b\x85c"\nstates'))
    assert call(capsys, "check", "w.yaml")[1].startswith("w.yaml:6:3 S110")


def test_what_only_looks_like_a_comment_suppresses_nothing_and_is_not_deleted(capsys):
    mark = "# wfmodel: ignore[S110] x"
    texts = {
        "a.yaml": ISLAND.replace("states", f'description: "{mark}"\nstates'),
        "b.yaml": ISLAND.replace("states", f"description: |\n  {mark}\nstates"),
        "c.yaml": ISLAND.replace("island", f"'{mark}'"),
        "e.json": json.dumps(
            {"name": "o", "description": mark, "initial": "a", "states": {"a": {"kind": "final"}}}
        ),
    }
    for name, text in texts.items():
        write(name, text)
        _, out, _ = call(capsys, "check", name, "--fix")
        assert "U1" not in out
        assert codes(out) == ([] if name == "e.json" else ["S110"])
        assert Path(name).read_text(encoding="utf-8") == text


def test_an_idle_suppression_that_has_its_line_for_itself_goes_with_it(capsys):
    clean = ISLAND.replace("  island: {kind: final}\n", "")
    path = write("w.yaml", clean.replace("  go:", "  # wfmodel: ignore[S110] once\n  go:"))
    assert call(capsys, "check", "w.yaml", "--fix")[0] == 0
    assert path.read_text(encoding="utf-8") == clean


@pytest.mark.parametrize(
    ("text", "code"),
    [("a: [", "L105"), ("a: 1\na: 2", "L106"), ("a: !x 1", "L109"), ("\x00", "L103")],
)
def test_a_file_of_which_nothing_was_read_is_never_passed_over(capsys, text, code):
    write("w.yaml", text)
    write("w.suppressions.yaml", f"suppressions: [{{rule: {code}, reason: no}}]\n")
    for options in (["--ignore", code], ["--select", "W2"], ["--exit-zero"], []):
        status, out, _ = call(capsys, "check", "w.yaml", *options)
        assert status == 2
        assert code in codes(out)
    assert call(capsys, "check", "w.yaml", "--write-baseline", "--baseline", "b.json")[0] == 2
    entries = json.loads(Path("b.json").read_text(encoding="utf-8"))["findings"]
    assert {entry["code"] for entry in entries} == {"U101"}  # the suppression that does nothing
    assert call(capsys, "check", "w.yaml", "--baseline", "b.json")[0] == 2


def test_a_machine_in_a_template_that_cannot_be_read_is_not_passed_over(capsys):
    machine = "Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{'}"
    write("t.yaml", f"Resources:\n  M: {{{machine}}}\n")
    status, out, _ = call(capsys, "check", "t.yaml", "--exit-zero")
    assert (status, codes(out)) == (2, ["L105"])


def test_a_selection_does_not_hide_why_no_rule_could_look(capsys):
    write("w.yaml", ISLAND.replace("{kind: final}", "{kind: fnal}", 1))
    status, out, _ = call(capsys, "check", "w.yaml", "--select", "W2")
    assert status == 1
    assert codes(out) == ["L112"]


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 1, "findings": 5}',
        '{"version": 1, "findings": [{"fingerprint": "a", "count": true}]}',
        '{"version": 1, "findings": [7]}',
        "[" * 100_000,
        "9" * 5000,
        r'{"version": 1, "findings": [{"fingerprint": "\ud800"}]}',
        '{"version": 1, "findings": [{"fingerprint": "\ud800"}]}',
    ],
)
def test_a_baseline_that_is_none_is_named(capsys, text):
    write("w.yaml", ISLAND)
    Path("b.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    status, _, err = call(capsys, "check", "w.yaml", "--baseline", "b.json")
    assert status == 2
    assert "b.json is not a baseline" in err


def test_a_cache_that_cannot_be_used_costs_time_only(capsys):
    write("w.yaml", ISLAND)
    status, out, err = call(capsys, "check", "w.yaml", "--cache-dir", "w.yaml")
    assert (status, codes(out)) == (1, ["S110"])
    assert "warning: cache folder 'w.yaml' cannot be used: it is a file\n" in err
    status, out, err = call(capsys, "check", "w.yaml", "--cache-dir", "w.yaml/cache")
    assert (status, codes(out)) == (1, ["S110"])
    assert err.splitlines()[0].endswith("w.yaml is a file")
    assert "Errno" not in err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--config", "none.toml"], "--config: cannot read none.toml: there is no such file"),
        (["--config", "."], "--config: cannot read .: it is a directory"),
        (["--baseline", "."], "--baseline: cannot read .: it is a directory"),
        (
            ["--write-baseline", "--baseline", "no/b.json"],
            "--baseline: cannot write no/b.json: there is no directory no",
        ),
        (["--config", "set.toml"], "baseline in set.toml: cannot read there: it is a directory"),
    ],
)
def test_a_file_of_settings_that_is_not_there_is_named_with_its_option(capsys, options, says):
    write("w.yaml", ISLAND)
    write("set.toml", "baseline = 'there'\n")
    Path("there").mkdir()
    assert call(capsys, "check", "w.yaml", *options) == (2, "", f"wfmodel: error: {says}\n")


@pytest.mark.parametrize("damage", ["not JSON", "[1]", "[0, [{}]]", '[0, [{"severity": "loud"}]]'])
def test_a_damaged_answer_is_asked_for_again(capsys, damage):
    write("w.yaml", ISLAND)
    before = call(capsys, "check", "w.yaml")
    with sqlite3.connect(cache_file()) as store:
        store.execute("update answers set answer = ?", (damage,))
    assert call(capsys, "check", "w.yaml") == before


def test_a_cache_damaged_within_is_lived_with(capsys):
    for number in range(60):
        write(f"{number}.yaml", ISLAND.replace("island", f"island{number}"))
    before = call(capsys, "check", ".", "--jobs", "1")
    file = cache_file()
    raw = bytearray(file.read_bytes())
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    file.write_bytes(raw)
    status, out, _ = call(capsys, "check", ".", "--jobs", "1")
    assert (status, out) == before[:2]


def test_two_runs_at_once_share_a_cache():
    for number in range(20):
        write(f"{number}.yaml", ISLAND)
    command = [sys.executable, "-m", "wfmodel", "check", ".", "--jobs", "1"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    outs = [run.communicate()[0] for run in runs]
    assert outs[0] == outs[1] == outs[2]
    assert outs[0].count(b"S110") == 20


def through_stdin(text: str, *options: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "wfmodel", "check", "-", *options],
        input=text.encode("utf-8"),
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_standard_input_can_be_given_a_name():
    side = "suppressions: [{rule: S110, at: /states/island, reason: later}]\n"
    write("flow.suppressions.yaml", side)
    write("wfmodel.toml", "[[per-path]]\npath = 'old/*'\nignore = ['S110']\n")
    assert through_stdin(ISLAND)[1].startswith("<stdin>:5:3 S110")
    assert through_stdin(ISLAND, "--stdin-filename", "w.yaml")[1].startswith("w.yaml:5:3 S110")
    assert through_stdin(ISLAND, "--stdin-filename", "flow.yaml")[0] == 0
    assert through_stdin(ISLAND, "--stdin-filename", "old/w.yaml")[0] == 0
    status, out, _ = through_stdin("", "--stdin-filename", "w.yaml")
    assert (status, out) == (2, "w.yaml:1:1 L104 the file is empty\n")
    assert "<testcase" in through_stdin(ISLAND, "--format", "junit")[1]


def test_sarif_names_files_as_uris(capsys, tmp_path: Path):
    for name in ("a b%é.yaml", "c:d.yaml"):
        write(name, ISLAND)
        _, out, _ = call(capsys, "check", name, "--format", "sarif")
        [result] = json.loads(out)["runs"][0]["results"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == {"a b%é.yaml": "a%20b%25%C3%A9.yaml", "c:d.yaml": "c%3Ad.yaml"}[name]
    _, out, _ = call(capsys, "check", str(tmp_path / "a b%é.yaml"), "--format", "sarif")
    assert json.loads(out)["runs"][0]["results"]


def test_side_files_in_a_folder_are_no_definitions(capsys):
    write("w.yaml", ISLAND)
    write("w.suppressions.yaml", "# states:\nsuppressions: [{rule: S110, reason: later}]\n")
    status, _, err = call(capsys, "check", ".")
    assert status == 0
    assert "in 1 file;" in err


def test_patterns_of_a_configuration_are_relative_to_its_folder(capsys, monkeypatch):
    write("wfmodel.toml", "exclude = ['old/gone/']\n[[per-path]]\npath = 'old/*'\nignore = ['S']\n")
    Path("old/gone").mkdir(parents=True)
    write("old/w.yaml", ISLAND)
    write("old/gone/w.yaml", ISLAND)
    write("w.yaml", ISLAND)
    assert codes(call(capsys, "check", ".")[1]) == ["S110"]
    monkeypatch.chdir("old")
    status, out, err = call(capsys, "check", ".")
    assert (status, out) == (0, "")
    assert "in 1 file" in err
    assert call(capsys, "check", "../w.yaml")[0] == 1


def test_a_baseline_holds_however_files_are_named(capsys, tmp_path: Path):
    write("w.yaml", ISLAND)
    call(capsys, "check", ".", "--write-baseline", "--baseline", "b.json")
    for name in ("w.yaml", "./w.yaml", str(tmp_path / "w.yaml"), "."):
        assert call(capsys, "check", name, "--baseline", "b.json")[0] == 0


def test_json_can_be_written_whatever_a_file_is_called():
    name = os.fsdecode(b"caf\xe9.yaml")
    try:
        Path(name).write_bytes(ISLAND.encode())
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    command = [sys.executable, "-m", "wfmodel", "check", name, "--format", "json"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert done.returncode == 1
    assert json.loads(done.stdout)["findings"][0]["file"] == name
