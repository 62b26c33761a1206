"""The page about CI is true: its commands, settings, hook and action work in a fresh repository.

Every block of shell on the page is run, in its order, in one repository with a commit that was
there before; the hook is played as pre-commit would, the action as its script says.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "continuous-integration.md").read_text(encoding="utf-8")
SOUND = """\
name: order
initial: go
states:
  go: {kind: final}
"""
LONELY = SOUND + "  island: {kind: final}\n"
TEMPLATE = """\
Resources:
  Pay:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A team's repository, with one old finding, and where it was cloned from."""
    folder = tmp_path / "repository"
    (folder / "workflows").mkdir(parents=True)
    (folder / "workflows" / "order.yaml").write_text(LONELY, encoding="utf-8")
    (folder / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    run(folder, "git init --quiet --initial-branch=main && git add . && git commit -qm first")
    run(folder, "git clone --quiet --bare . ../origin && git remote add origin ../origin")
    run(folder, "git fetch --quiet")
    return folder


def run(folder: Path, script: str, fails: int = 0, **more: str) -> str:
    """What a script writes, errors included; it ends with this code."""
    own = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(folder.parent / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{who}_NAME": "team" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "team@example.org" for who in ("AUTHOR", "COMMITTER")},
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, **own, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == fails, done.stdout
    return done.stdout


def test_the_set_up_of_a_team_works_as_it_stands(repository):
    said = [run(repository, block) for block in blocks("sh")]
    assert said[0].splitlines()[:2] == ["template.yaml", "workflows/order.yaml"]
    assert "docs/rules/unreachable-state.md" in said[0]
    assert (repository / "wfmodel-baseline.json").is_file()
    log = json.loads((repository / "wfmodel.sarif").read_text(encoding="utf-8"))
    assert log["runs"][0]["results"] == []
    new = repository / "workflows" / "new.yaml"
    new.write_text(LONELY, encoding="utf-8")
    for command in ("wfmodel check .", "wfmodel check . --since origin/main"):
        assert "workflows/new.yaml:5:3 S110" in run(repository, command, fails=1)
    inner = run(repository / "workflows", "wfmodel check .. --output json=-", fails=1)
    [finding] = json.loads(inner[: inner.rindex("}") + 1])["findings"]
    assert finding["file"] == "workflows/new.yaml"


def test_every_command_of_the_page_is_one(repository):
    """Those that stand in jobs and in running text have options that exist."""
    known = set(re.findall(r"--[a-z][a-z-]+", run(repository, "wfmodel check --help")))
    known |= {"--path", "--root"}
    of_others = {"--depth", "--no-verify", "--fail-on"}
    given = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)) - of_others
    assert given - known == {"--quiet", "--config-file"} & given


def hooks() -> dict[str, dict[str, str]]:
    listed = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return {hook["id"]: hook for hook in listed}


def test_the_hook_of_the_page_checks_what_is_committed(repository):
    [example] = [yaml.safe_load(text) for text in blocks("yml") if text.startswith("repos:")]
    [hook] = example["repos"][0]["hooks"]
    known = hooks()[hook["id"]]
    names = run(repository, "git ls-files").splitlines()
    taken = [n for n in names if re.search(known["files"], n)]
    taken = [n for n in taken if not re.search(known["exclude"], n)]
    assert taken == ["workflows/order.yaml"]
    said = run(repository, " ".join((known["entry"], *known["args"], *taken)), fails=1)
    assert "workflows/order.yaml:5:3 S110" in said
    whole = hooks()["wfmodel-check-repository"]
    assert "workflows/order.yaml:5:3 S110" in run(repository, whole["entry"], fails=1)


def action_script() -> tuple[str, dict[str, str]]:
    """What the action's step runs, and the inputs that it has when nobody gives any."""
    text = (ROOT / ".github/actions/check/action.yml").read_text(encoding="utf-8")
    action = yaml.safe_load(text)
    [step] = [each for each in action["runs"]["steps"] if each.get("name") == "Check"]
    named = {name.upper(): value["default"] for name, value in action["inputs"].items()}
    return step["run"], named


def test_the_action_of_the_page_writes_annotations_and_sarif(repository):
    [job] = [yaml.safe_load(text) for text in blocks("yml") if "security-events" in text]
    [given] = [step["with"] for step in job["steps"] if "actions/check@" in step["uses"]]
    script, inputs = action_script()
    inputs |= {name.upper(): value for name, value in given.items()}
    assert "order.yaml" in run(repository, script, fails=1, **inputs | {"ARGUMENTS": ""})
    new = repository / "workflows" / "new.yaml"
    new.write_text(LONELY, encoding="utf-8")
    run(repository, "git add . && git commit -qm second")
    said = run(repository, script, fails=1, **inputs)
    lines = [line for line in said.splitlines() if line.startswith("::error ")]
    assert len(lines) == 1
    assert "file=workflows/new.yaml,line=5" in lines[0]
    log = json.loads((repository / inputs["SARIF"]).read_text(encoding="utf-8"))
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["S110"]


OPTIONS = ("--exclude=order-workflow.yaml", "--output=concise=../out-workflow.yaml")


def test_a_file_that_is_called_like_an_option_is_none(repository):
    """Neither to the hook, nor to the action where its paths are a pattern."""
    for name in ("order-workflow.yaml", *OPTIONS):
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text(LONELY, encoding="utf-8")
    known = hooks()["wfmodel-check"]
    assert all(re.search(known["files"], name) for name in OPTIONS)
    words = (known["entry"], *known["args"], "order-workflow.yaml", *OPTIONS)
    script, inputs = action_script()
    outputs = [
        run(repository, " ".join(words), fails=1),
        run(repository, script, fails=1, **inputs | {"PATHS": "*.yaml */*.yaml"}),
    ]
    for said in outputs:
        assert all(name in said.replace("%3D", "=") for name in ("order-workflow.yaml", *OPTIONS))
    assert not (repository.parent / "out-workflow.yaml").exists()


def test_the_job_of_the_page_for_other_services_runs(repository):
    [job] = [yaml.safe_load(text) for text in blocks("yml") if text.startswith("check workflows:")]
    run(repository, job["check workflows"]["script"], fails=1)
    report = job["check workflows"]["artifacts"]["reports"]["codequality"]
    [issue] = json.loads((repository / report).read_text(encoding="utf-8"))
    assert issue["location"]["path"] == "workflows/order.yaml"


def test_accepting_a_finding_as_the_page_does(repository):
    path = repository / "workflows" / "order.yaml"
    path.write_text(LONELY.replace("final}\n  is", "final}\n  # wfmodel: ignore[S110] later\n  is"))
    assert "1 suppressed" in run(repository, "wfmodel check .")
