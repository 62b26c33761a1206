"""What CI meets: formats, configuration, baseline, cache, many files at once."""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import jsonschema
import pytest

from tests.cli.test_command_line import BROKEN, ORDER, ROOT, call
from wfmodel.checks.policy import EventsCarry
from wfmodel.designs import EventContent

SARIF = Path(__file__).parent / "data" / "sarif-schema-2.1.0.json"
STRUCTURE = str(ROOT / "models/broken-structure/workflow.yaml")

ISLAND = """\
name: order
initial: go
states:
  go: {kind: final}
  island: {kind: final}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No configuration and no cache but the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "users"))


def cache_file() -> Path:
    """Where answers are."""
    return Path(os.environ["XDG_CACHE_HOME"]) / "wfmodel" / "check" / "wfmodel-answers.sqlite"


def codes(out: str) -> list[str]:
    return [line.split()[1] for line in out.splitlines()]


def test_sarif_is_valid_and_says_place_rule_run_and_fingerprint(capsys):
    code, out, _ = call(capsys, "check", BROKEN, STRUCTURE, "--format", "sarif", "--level", "info")
    assert code == 1
    log = json.loads(out)
    jsonschema.validate(log, json.loads(SARIF.read_text(encoding="utf-8")))
    [run] = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert re.fullmatch(r"[0-9a-f]{32}", result["partialFingerprints"]["wfmodel/v1"])
    driver = run["tool"]["driver"]
    home = driver["informationUri"]
    assert {rule["helpUri"].startswith(f"{home}/blob/v") for rule in driver["rules"]} == {True}
    w2 = next(result for result in run["results"] if result["ruleId"] == "W2")
    [place] = w2["locations"]
    assert place["physicalLocation"]["region"]["startLine"] == 8
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "/states/book-flight"
    words = w2["codeFlows"][0]["threadFlows"][0]["locations"]
    assert words[0]["location"]["message"]["text"].startswith("book-flight")


def test_fingerprints_outlive_edits_elsewhere(capsys, tmp_path: Path):
    def fingerprints() -> list[str]:
        _, out, _ = call(capsys, "check", "w.yaml", "--format", "json")
        return [finding["fingerprint"] for finding in json.loads(out)["findings"]]

    (tmp_path / "w.yaml").write_text(ISLAND, encoding="utf-8")
    before = fingerprints()
    (tmp_path / "w.yaml").write_text("# a comment\n\n" + ISLAND, encoding="utf-8")
    assert fingerprints() == before


def test_junit_fails_the_broken_file_only(capsys):
    _, out, _ = call(capsys, "check", ORDER, BROKEN, "--format", "junit")
    [suite] = ElementTree.fromstring(out)
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    clean, broken = suite
    assert [case.get("name") for case in suite] == [ORDER, BROKEN]
    assert len(clean) == 0
    assert [failure.tag for failure in broken] == ["failure"] * 5


def test_github_annotations_are_one_escaped_line_each(capsys, tmp_path: Path):
    evil = ISLAND.replace("island", '"is%0A::stop-commands::x,land"')
    (tmp_path / "w.yaml").write_text(evil, encoding="utf-8")
    _, out, _ = call(capsys, "check", "w.yaml", "--format", "github")
    [line] = out.splitlines()
    assert line.startswith("::error title=S110 unreachable-state,file=w.yaml,line=5,col=3,")
    assert "%0A::stop" not in line
    assert "%250A::stop" in line


def test_gitlab_report(capsys):
    _, out, _ = call(capsys, "check", BROKEN, "--format", "gitlab")
    issues = json.loads(out)
    assert [issue["check_name"] for issue in issues] == ["W2", "W8", "W3", "W6", "W3"]
    assert len({issue["fingerprint"] for issue in issues}) == 5
    assert issues[0]["location"]["lines"]["begin"] == 8
    assert {issue["severity"] for issue in issues} <= {"critical", "major", "info"}


def test_output_can_go_to_a_file(capsys, tmp_path: Path):
    code, out, _ = call(capsys, "check", BROKEN, "--format", "sarif", "--output-file", "f.sarif")
    assert (code, out) == (1, "")
    assert json.loads((tmp_path / "f.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_several_outputs_in_one_run(capsys, tmp_path: Path):
    code, out, _ = call(
        capsys,
        "check",
        BROKEN,
        "--output",
        "sarif=f.sarif",
        "--output=text=-",
        "--output=json=f.json",
    )
    assert code == 1
    _, alone, _ = call(capsys, "check", BROKEN)
    assert out == alone
    [run] = json.loads((tmp_path / "f.sarif").read_text(encoding="utf-8"))["runs"]
    found = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["findings"]
    assert len(run["results"]) == len(found) == len(out.splitlines())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["sarif"], "FORMAT=FILE, or FORMAT=- ; got 'sarif'"),
        (["sarfi=x"], "there is no format 'sarfi'; did you mean 'sarif'?"),
        (["json=-", "text=-"], "two formats for '-'"),
        (["json=nowhere/x"], "cannot write nowhere/x"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_the_work(capsys, given, said):
    code, out, err = call(capsys, "check", BROKEN, *(f"--output={each}" for each in given))
    assert (code, out) == (2, "")
    assert said in err


def test_statistics_count_rules_and_lead_to_their_pages(capsys):
    code, out, err = call(capsys, "check", BROKEN, "--statistics", "--format=json")
    assert code == 1
    found = json.loads(out)["findings"]
    counts = [line.split() for line in err.splitlines() if "docs/rules/" in line]
    assert [(int(count), rule) for count, rule, *_ in counts] == [
        (2, "W3"), (1, "W2"), (1, "W6"), (1, "W8"),
    ]  # fmt: skip
    pages = {finding["code"]: finding["page"] for finding in found}
    assert {rule: page for _, rule, _, page in counts} == pages


def test_files_are_named_as_from_the_folder_that_is_chosen(capsys, tmp_path: Path, monkeypatch):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "w.yaml").write_text(ISLAND, encoding="utf-8")
    (tmp_path / "wfmodel.toml").write_text("relative-to = '.'\n", encoding="utf-8")

    def said(*words: str) -> tuple[str, str]:
        [finding] = json.loads(call(capsys, "check", *words, "--format=json")[1])["findings"]
        return finding["file"], finding["fingerprint"]

    expected = said(".")
    assert expected[0] == "a/b/w.yaml"
    monkeypatch.chdir(inner)
    assert said("w.yaml") == said(str(inner / "w.yaml")) == said("../../a") == expected
    assert said("w.yaml", "--relative-to=..")[0] == "b/w.yaml"
    (inner / "t.yaml").write_text(
        "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n"
        "    Properties: {DefinitionString: !Ref X}\n",
        encoding="utf-8",
    )
    assert "not read: a/b/t.yaml:4:" in call(capsys, "check", ".")[2]
    assert said("w.yaml", "--relative-to=../../../x")[0] == "w.yaml"


def test_a_baseline_need_not_be_there_yet(capsys, tmp_path: Path):
    (tmp_path / "w.yaml").write_text(ISLAND, encoding="utf-8")
    (tmp_path / "wfmodel.toml").write_text("baseline = 'known.json'\n", encoding="utf-8")
    code, out, err = call(capsys, "check", "w.yaml")
    assert (code, codes(out)) == (1, ["S110"])
    assert "known.json is not there yet; everything counts" in err
    assert call(capsys, "check", "w.yaml", "--write-baseline")[0] == 0
    assert call(capsys, "check", "w.yaml")[:2] == (0, "")


def test_configuration_in_pyproject(capsys, tmp_path: Path):
    (tmp_path / "legacy").mkdir()
    for name in ("w.yaml", "legacy/w.yaml"):
        (tmp_path / name).write_text(ISLAND, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        "[tool.wfmodel.severity]\nunreachable-state = 'warning'\n"
        "[[tool.wfmodel.per-path]]\npath = 'legacy/'\nignore = ['S110']\n",
        encoding="utf-8",
    )
    code, out, err = call(capsys, "check", ".")
    assert code == 1
    assert [line.split(":")[0] for line in out.splitlines()] == ["w.yaml"]
    assert "1 warning in 2 files" in err
    assert len(call(capsys, "check", ".", "--isolated")[1].splitlines()) == 2


def test_wfmodel_toml_of_an_upper_folder(capsys, tmp_path: Path, monkeypatch):
    (tmp_path / "wfmodel.toml").write_text("ignore = ['unreachable-state']\n", encoding="utf-8")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "w.yaml").write_text(ISLAND, encoding="utf-8")
    monkeypatch.chdir(inner)
    assert call(capsys, "check", "w.yaml")[0] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ignroe = ['W2']", "unknown key 'ignroe'; did you mean 'ignore'?"),
        ("ignore = ['W99']", "there is no rule 'W99'"),
        ("ignore = [,]", "line 1"),
        ("max-steps = " + "9" * 5000, "wfmodel.toml: "),
        ("select = 0x" + "f" * 5000, "wfmodel.toml: select: "),
        ("level = 'loud'", "level: "),
        ("[severity]\nW2 = 'fatal'", "severity.W2"),
        ("[[per-path]]\nignore = ['W2']", "per-path.0"),
    ],
)
def test_a_wrong_configuration_is_named(capsys, tmp_path: Path, text: str, said: str):
    (tmp_path / "wfmodel.toml").write_text(text, encoding="utf-8")
    code, _, err = call(capsys, "check", ORDER)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_selection_reaches_every_family(capsys, tmp_path: Path):
    (tmp_path / "w.yaml").write_text(ISLAND.replace("name: order", "nmae: order"), encoding="utf-8")
    assert codes(call(capsys, "check", "w.yaml")[1]) == ["L110", "L111"]
    assert codes(call(capsys, "check", "w.yaml", "--ignore", "unknown-key")[1]) == ["L111"]
    assert codes(call(capsys, "check", "w.yaml", "--select", "L110")[1]) == ["L110", "L111"]
    assert codes(call(capsys, "check", BROKEN, "--select", "W")[1]) == [
        "W2",
        "W8",
        "W3",
        "W6",
        "W3",
    ]
    assert call(capsys, "check", "--explain", "A101")[0] == 0
    assert "C101" in call(capsys, "rules")[1]


def test_what_could_not_be_read_is_never_ignored(capsys):
    assert call(capsys, "check", "/no/such.yaml", "--ignore", "L")[0] == 2


def test_a_baseline_lets_an_old_repository_start(capsys, tmp_path: Path):
    (tmp_path / "w.yaml").write_text(ISLAND, encoding="utf-8")
    code, out, err = call(capsys, "check", "w.yaml", "--write-baseline", "--baseline", "b.json")
    assert (code, out) == (0, "")
    assert "b.json: 1 finding" in err
    assert call(capsys, "check", "w.yaml", "--baseline", "b.json")[0] == 0
    text = "# moved\n" + ISLAND + "  atoll: {kind: final}\n"
    (tmp_path / "w.yaml").write_text(text, encoding="utf-8")
    code, out, err = call(capsys, "check", "w.yaml", "--baseline", "b.json")
    assert code == 1
    assert "atoll" in out
    assert "island" not in out
    assert "1 in the baseline" in err
    (tmp_path / "b.json").write_text("[]", encoding="utf-8")
    assert call(capsys, "check", "w.yaml", "--baseline", "b.json")[0] == 2
    assert call(capsys, "check", "w.yaml", "--baseline", ".")[0] == 2


def test_the_cache_answers_the_same_and_knows_what_changed(capsys, tmp_path: Path):
    files = [tmp_path / f"{number}.yaml" for number in range(5)]
    for file in files:
        file.write_text(ISLAND, encoding="utf-8")
    cold = call(capsys, "check", ".", "--format", "json")
    warm = call(capsys, "check", ".", "--format", "json")
    assert cold == warm == call(capsys, "check", ".", "--format", "json", "--no-cache")
    files[3].write_text(ISLAND.replace("island", "atoll"), encoding="utf-8")
    changed = json.loads(call(capsys, "check", ".", "--format", "json")[1])["findings"]
    assert [finding["pointer"] for finding in changed] == [
        *["/states/island"] * 3,
        "/states/atoll",
        "/states/island",
    ]
    side = "suppressions: [{rule: S110, at: /states/island, reason: later}]\n"
    (tmp_path / "0.suppressions.yaml").write_text(side, encoding="utf-8")
    assert len(call(capsys, "check", ".")[1].splitlines()) == 4


def test_the_cache_is_used(capsys, tmp_path: Path):
    (tmp_path / "w.yaml").write_text(ISLAND, encoding="utf-8")
    call(capsys, "check", "w.yaml")
    with sqlite3.connect(cache_file()) as store:
        store.execute("update answers set answer = replace(answer, 'island', 'planted')")
    assert "planted" in call(capsys, "check", "w.yaml")[1]


def test_a_broken_cache_is_begun_anew(capsys, tmp_path: Path):
    (tmp_path / "w.yaml").write_text(ISLAND, encoding="utf-8")
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "wfmodel-answers.sqlite").write_bytes(b"no database" * 100)
    assert call(capsys, "check", "w.yaml", "--cache-dir", "cache")[0] == 1


def test_many_files_in_parallel_come_in_the_same_order(capsys, tmp_path: Path):
    rng = random.Random(7)
    for number in range(40):
        text = ISLAND if rng.random() < 0.5 else ISLAND.replace("island", f"s{number}")
        (tmp_path / f"{number:02}.yaml").write_text(text, encoding="utf-8")
    alone = call(capsys, "check", ".", "--no-cache", "--jobs", "1")
    assert call(capsys, "check", ".", "--no-cache", "--jobs", "2") == alone
    assert len(alone[1].splitlines()) == 40


def test_exclude_leaves_out_what_a_directory_holds_but_not_what_is_named(capsys, tmp_path: Path):
    (tmp_path / "a.yaml").write_text(ISLAND, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(ISLAND, encoding="utf-8")
    out = call(capsys, "check", ".", "--exclude", "b.*")[1]
    assert [line.split(":")[0] for line in out.splitlines()] == ["a.yaml"]
    assert call(capsys, "check", "b.yaml", "--exclude", "b.*")[0] == 1


def test_fix_mends_the_file_and_reports_the_rest(capsys, tmp_path: Path):
    text = ISLAND.replace("{kind: final}", "{kind: task, service: s, next: iland}", 1)
    (tmp_path / "w.yaml").write_text(text, encoding="utf-8")
    assert call(capsys, "check", "w.yaml")[0] == 1
    code, out, err = call(capsys, "check", "w.yaml", "--fix")
    assert (code, out) == (0, "")
    assert "1 fixed" in err
    assert "next: island" in (tmp_path / "w.yaml").read_text(encoding="utf-8")


MISSPELT = """\
{"Coment": "x", "StartAt": "Pay", "States": {
  "Pay": {"Type": "Tsak", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:pay",
    "timeoutSeconds": 5, "Retry": [{"ErrorEquls": ["States.ALL"]}], "Next": "Shipp Order"},
  "Ship Order": {"Type": "Pass", "Ende": true}}}
"""


def test_fix_mends_amazon_states_language(capsys, tmp_path: Path):
    file = tmp_path / "w.asl.json"
    file.write_text(MISSPELT, encoding="utf-8")
    code, out, err = call(capsys, "check", "w.asl.json", "--fix")
    assert (code, out) == (0, "")
    assert "6 fixed" in err
    expected = MISSPELT
    for old, new in (
        ("Coment", "Comment"),
        ("Tsak", "Task"),
        ("timeoutSeconds", "TimeoutSeconds"),
        ("ErrorEquls", "ErrorEquals"),
        ("Shipp", "Ship"),
        ("Ende", "End"),
    ):
        expected = expected.replace(old, new)
    assert file.read_text(encoding="utf-8") == expected


def test_fix_mends_machines_of_larger_files_but_no_escaped_text(capsys, tmp_path: Path):
    flow = "{StartAt: Go, States: {Go: {Type: Pass, Next: Shiping}, Shipping: {Type: Succed}}}"
    escaped = json.dumps(json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pas"}}}))
    text = f"""\
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties: {{Definition: {flow}}}
  N:
    Type: AWS::StepFunctions::StateMachine
    Properties: {{DefinitionString: {escaped}}}
"""
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    assert call(capsys, "check", "t.yaml", "--fix")[0] == 1
    mended = text.replace("Shiping", "Shipping").replace("Succed", "Succeed")
    assert (tmp_path / "t.yaml").read_text(encoding="utf-8") == mended


@pytest.mark.parametrize(
    "text",
    [
        '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "Ende": true}}}',
        '{"StartAt": "A", "States": {"A": {"Type": "Waitt", "Nex": "B"}, "B": {"Type": "Fail"}}}'
        .replace("Waitt", "Thing"),
        '{"StartAt": "Step0", "States": {"Step1": {"Type": "Fail"}, "Step2": {"Type": "Fail"}}}',
    ],
)  # fmt: skip
def test_fix_leaves_what_could_mean_something_else(capsys, tmp_path: Path, text: str):
    file = tmp_path / "w.asl.json"
    file.write_text(text, encoding="utf-8")
    assert call(capsys, "check", "w.asl.json", "--fix")[0] == 1
    assert file.read_text(encoding="utf-8") == text


def test_suppressions_are_counted(capsys, tmp_path: Path):
    text = ISLAND.replace(
        "island: {kind: final}", "island: {kind: final}  # wfmodel: ignore[S110] x"
    )
    (tmp_path / "w.yaml").write_text(text, encoding="utf-8")
    code, _, err = call(capsys, "check", "w.yaml")
    assert code == 0
    assert "1 suppressed" in err


def test_the_hook_and_the_action_call_what_exists():
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    action = (ROOT / ".github/actions/check/action.yml").read_text(encoding="utf-8")
    assert "entry: wfmodel check" in hooks
    options = set(re.findall(r"--[a-z-]+", action)) - {"--quiet"}
    source = (ROOT / "wfmodel/cli/check.py").read_text(encoding="utf-8")
    names = set(re.findall(r"^    (\w+): options\.", source, re.M)) | {"format"}
    assert {option[2:].replace("-", "_") for option in options} <= names


def test_a_choreography_is_checked_with_its_workflow(capsys, tmp_path: Path):
    folder = ROOT / "models" / "order-choreography"
    assert call(capsys, "check", str(folder / "choreography.yaml"))[0] == 0
    text = (folder / "choreography.yaml").read_text(encoding="utf-8")
    workflow = (folder / "workflow.yaml").read_text(encoding="utf-8")
    (tmp_path / "workflow.yaml").write_text(workflow, encoding="utf-8")
    (tmp_path / "c.yaml").write_text(text.replace("does: ship", "does: shp"), encoding="utf-8")
    code, out, _ = call(capsys, "check", "c.yaml")
    assert code == 1
    assert "C113" in out
    assert codes(call(capsys, "check", ".")[1])  # a directory scan finds it, too


def test_what_events_carry_is_what_the_designs_say():
    assert set(get_args(EventsCarry)) == {content.value for content in EventContent}
