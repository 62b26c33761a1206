"""Typical mistakes, and what each gets: one line that names what was meant, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.cli.test_command_line import call
from wfmodel.cli.app import COMMANDS
from wfmodel.cli.demo import models
from wfmodel.cli.shell_completion import Shell

MODEL = Path(__file__).parents[2] / "models" / "order-fulfilment"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A workflow and its scenario, and every mistake that is made inside of a file."""
    monkeypatch.chdir(tmp_path)
    for name in ("workflow.yaml", "scenario.yaml"):
        shutil.copy(MODEL / name, tmp_path)
    for name, (file, right, wrong) in WRITTEN.items():
        text = (tmp_path / file).read_text(encoding="utf-8")
        assert right in text, right
        (tmp_path / name).write_text(text.replace(right, wrong), encoding="utf-8")
    (tmp_path / "empty.yaml").touch()
    (tmp_path / "latin.yaml").write_bytes("description: Prüfung".encode("latin-1"))
    (tmp_path / "list.yaml").write_text("- a", encoding="utf-8")
    (tmp_path / "dag.py").write_text("with DAG('x') as dag:\n    pass\n", encoding="utf-8")
    workflow = yaml.safe_load((tmp_path / "workflow.yaml").read_text(encoding="utf-8"))
    (tmp_path / "made.json").write_text(json.dumps(workflow), encoding="utf-8")
    return tmp_path


WRITTEN = {
    "target.yaml": ("scenario.yaml", 'target: "*"', "target: paymnt"),
    "kind.yaml": ("scenario.yaml", "kind: crash", "kind: crsh"),
    "metric.yaml": ("scenario.yaml", "primary: [committed", "primary: [comitted"),
    "unit.yaml": ("scenario.yaml", "horizon: 10m", "horizon: 10 minutes"),
    "minutes.yaml": ("scenario.yaml", "horizon: 10m", "horizon: 10min"),
    "parts.yaml": ("scenario.yaml", "horizon: 10m", "horizon: 1h30m"),
    "bare.yaml": ("scenario.yaml", "horizon: 10m", "horizon: 600"),
    "negative.yaml": ("scenario.yaml", "mean: 5m", "mean: -5m"),
    "never.yaml": ("scenario.yaml", "replications: 20", "replications: 0"),
    "knob.yaml": ("scenario.yaml", "publishing: outbox", "publishing: outbx"),
    "option.yaml": ("scenario.yaml", "lasts:", "last:"),
    "open.yaml": ("scenario.yaml", "primary: [committed", "primary: ["),
    "indent.yaml": ("workflow.yaml", "    service: payment", "  service: payment"),
    "key.yaml": ("scenario.yaml", "knobs:", "knob:"),
    "share.yaml": ("scenario.yaml", "probability: 0.001", "probability: rarely"),
    "large.yaml": ("scenario.yaml", "probability: 0.001", "probability: 120%"),
    "state.yaml": ("workflow.yaml", "next: ship", "next: shp"),
    "service.yaml": ("workflow.yaml", "service: payment", "service: paymnt"),
    "missing.yaml": ("scenario.yaml", "workflow: workflow.yaml", "workflow: workflo.yaml"),
    "star.yaml": ("scenario.yaml", 'target: "*"', "target: *"),
    "tabs.yaml": ("workflow.yaml", "  reserve-stock:", "\treserve-stock:"),
    "colon.yaml": ("workflow.yaml", "service: payment", "service payment"),
    "event.yaml": ("workflow.yaml", "on: {failure: rollback}", "on: {failur: rollback}"),
}

MISTAKES = [
    ("comprae scenario.yaml", "did you mean 'compare'?"),
    ("help", "wfmodel --help lists the commands"),
    ("--versoin", "--version"),
    ("compare", "Missing argument 'SCENARIO'"),
    ("compare workflow.yaml", "`wfmodel init --for workflow.yaml` writes one"),
    ("report workflow.yaml -o x.html", "this is a workflow; here a scenario is needed"),
    ("draw scenario.yaml", "this is a scenario, not a workflow"),
    ("compare scenario.yml", "did you mean 'scenario.yaml'?"),
    ("compare scenario.yaml --replication 3", "--replications"),
    ("compare scenario.yaml --metric comitted", "did you mean 'committed'?"),
    ("compare target.yaml", "did you mean 'payment'?"),
    ("compare kind.yaml", "did you mean 'crash'?"),
    ("compare metric.yaml", "did you mean 'committed'?"),
    ("compare unit.yaml", "units are ns, us, ms, s, m, h, d"),
    ("compare unit.yaml", "10 minutes'; units are ns, us, ms, s, m, h, d; did you mean '10m'?"),
    ("compare minutes.yaml", "minutes.yaml:40:12 L113 unknown unit 'min' in '10min'"),
    ("compare minutes.yaml", "did you mean '10m'?"),
    ("compare parts.yaml", "got '1h30m'; did you mean '90m'?"),
    ("compare bare.yaml", "a duration needs a unit (ns, us, ms, s, m, h, d); got 600"),
    ("compare negative.yaml", "a duration cannot be negative; got '-5m'"),
    (
        "compare never.yaml",
        "never.yaml:52:15 L113 input should be greater than or equal to 1",
    ),
    ("compare scenario.yaml --replications 0", "should be greater than or equal to 1"),
    ("compare knob.yaml", "did you mean 'outbox'?"),
    ("compare option.yaml", "unknown key 'last'; did you mean 'lasts'?"),
    ("compare open.yaml", "L105 a list or mapping in brackets is not closed"),
    ("check indent.yaml --no-cache", "L105 a second key in one line, or a line that is indented"),
    ("check latin.yaml --no-cache", "1:16 L103 not UTF-8 text: byte 0xfc; save the file as UTF-8"),
    ("check list.yaml --no-cache --format full", "expected a mapping of keys; got a list"),
    ("check made.json --no-cache --format full", "did you mean 'on', which many readers of YAML"),
    ("check dag.py --no-cache", "`wfmodel serialise` writes"),
    ("simulate dag.py", "of an Airflow DAG its serialised form is read"),
    ("simulate .", "cannot be read: a directory, not a file"),
    ("compare .", "cannot be read: a directory, not a file"),
    ("draw workflow.yaml --format jpg", "'--format': 'jpg' is not one of 'mermaid', 'dot'"),
    ("explore workflow.yaml --chrash 1", "--crash"),
    ("diff scenario.yaml workflow.yaml", "scenario.yaml: no data of a report in it"),
    ("compare key.yaml", "did you mean 'knobs'?"),
    ("compare share.yaml", "a probability is a number from 0 to 1, or per cent: 5%"),
    ("compare large.yaml", "less than or equal to 1"),
    ("check state.yaml --no-cache --format full", "did you mean 'ship'?"),
    ("check service.yaml --no-cache --format full", "did you mean 'payment'?"),
    ("check event.yaml --no-cache --format full", "did you mean 'failure'?"),
    ("compare missing.yaml", "did you mean 'workflow.yaml'?"),
    ("compare star.yaml", "a text that begins with * is written in quotation marks"),
    ("compare empty.yaml", "empty.yaml:1:1 L104 the file is empty"),
    ("check empty.yaml --no-cache", "empty.yaml:1:1 L104 the file is empty"),
    ("check tabs.yaml --no-cache", "a tab: YAML is indented with spaces"),
    ("check colon.yaml --no-cache", "could not find expected ':'"),
    ("check workflw.yaml --no-cache", "did you mean 'workflow.yaml'?"),
    ("sweep scenario.yaml", "give it the key 'experiment'"),
    ("init scenario.yaml", "scenario.yaml is a file"),
    ("draw workflow.yaml --focus shp", "did you mean 'ship'?"),
    ("runtimes airflw", "did you mean 'airflow'?"),
    ("simulate scenario.yaml --instance 99999", "there are 328, from 0"),
    ("simulate scenario.yaml --design choregraphy", "did you mean 'choreography'?"),
    ("simulate scenario.yaml --worst delaid", "did you mean 'delayed'?"),
    ("hunt workflow.yaml --anomaly losst", "did you mean 'lost'?"),
    ("rules --explain dead-ends", "did you mean 'dead-end'?"),
    ("report scenario.yaml -o x.pdf", "give --format (html, markdown)"),
    ("demo --model order-fulfillment", "did you mean 'order-fulfilment'?"),
]


@pytest.mark.parametrize(("line", "gets"), MISTAKES, ids=[line for line, _ in MISTAKES])
def test_a_mistake_gets_what_was_meant(line, gets, capsys):
    code, out, err = call(capsys, *line.split())
    assert gets in out + err
    assert code == (1 if "--format full" in line else 2), "2: nothing was checked or run"
    assert "Traceback" not in out + err


def test_per_cent_is_understood(folder, capsys):
    text = Path("scenario.yaml").read_text(encoding="utf-8")
    seen = set()
    for share in ("0.001", "0.1%", '"0.10 %"'):
        Path("asked.yaml").write_text(
            text.replace("probability: 0.001", f"probability: {share}"), encoding="utf-8"
        )
        code, out, _ = call(capsys, "simulate", "asked.yaml")
        assert code == 0
        seen.add(out)
    assert len(seen) == 1


def test_a_scenario_for_a_workflow_is_written_beside_it_and_nothing_else(folder, capsys):
    place = folder / "inside"
    place.mkdir()
    shutil.copy("workflow.yaml", place / "mine.yaml")
    assert call(capsys, "init", "--for", "inside/mine.yaml")[0] == 0
    assert sorted(path.name for path in place.iterdir()) == ["mine.yaml", "scenario.yaml"]
    assert call(capsys, "simulate", "inside/scenario.yaml")[0] == 0
    code, _, err = call(capsys, "init", "--for", "inside/mine.yaml")
    assert (code, "exists" in err) == (2, True)


def test_the_demonstration_is_a_model_with_its_report(folder, capsys, monkeypatch):
    said = []

    def report(scenario, output, **how):
        said.append((scenario, str(output), how["replications"]))

    monkeypatch.setattr("wfmodel.cli.report.report", report)
    assert call(capsys, "demo", "place", "--replications", "2")[0] == 0
    assert said == [("place/scenario.yaml", "place/report.html", 2)]
    copied = {path.name for path in (folder / "place").iterdir()}
    assert {"scenario.yaml", "workflow.yaml"} <= copied
    (folder / "place" / "scenario.yaml").write_text("mine", encoding="utf-8")
    call(capsys, "demo", "place")
    assert (folder / "place" / "scenario.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", models())
def test_every_model_of_the_demonstration_stands_alone(name, folder, capsys):
    place = folder / "alone"
    shutil.copytree(models()[name], place)
    code, out, err = call(capsys, "simulate", str(place / "scenario.yaml"))
    assert code == 0, err
    assert "instances" in out


# --------------------------------------------------------------------------------- completion


def completed(script: str, *words: str) -> list[str]:
    """What bash offers for the last of the words."""
    quoted = " ".join(f"'{word}'" for word in words)
    program = (
        f"{script}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; COMPREPLY=();"
        ' _wfmodel; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", program], capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    return done.stdout.split()


@pytest.fixture
def script(capsys) -> str:
    code, out, _ = call(capsys, "--print-completion", "bash")
    assert code == 0
    return out


def test_bash_completes_commands_options_and_values(script):
    assert completed(script, "wfmodel", "exp") == ["explore", "export", "explorer"]
    assert set(COMMANDS) <= set(completed(script, "wfmodel", ""))
    assert completed(script, "wfmodel", "compare", "--rep") == ["--replications"]
    assert completed(script, "wfmodel", "compare", "--format", "") == ["table", "json", "csv", "md"]
    assert completed(script, "wfmodel", "compare", "scen") == [], "the shell completes files"


@pytest.mark.parametrize("shell", Shell)
def test_every_command_is_in_the_script_of_every_shell(shell, capsys):
    code, out, _ = call(capsys, "--print-completion", shell.value)
    assert code == 0
    assert [each for each in COMMANDS if each not in out] == []
