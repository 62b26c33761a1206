"""Hostile names through every command and every format, those to come too.

``EXAMPLES`` has a call for each command; a command, a format or a file to write without one fails.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import get_args, get_type_hints
from xml.etree import ElementTree

import pytest

from tests.cli import hostile
from tests.cli.test_command_line import call
from wfmodel.cli.app import COMMANDS
from wfmodel.cli.paths import file_to_write, folder_to_write

pytestmark = pytest.mark.long

DESIGN = "--design=orchestration"
FEW = ("--jobs=1", "--explore=200")

EXAMPLES = {
    "check": [
        *(["check", "w.json", "s.json", "--no-cache", f"--format={form}"]
          for form in ("concise", "full", "json", "sarif", "junit", "github", "gitlab")),
        ["check", "w.json", "--no-cache", "--format=full", "--output-file=out.txt"],
        ["check", "w.json", "--no-cache", "--output=NAME=-"],
        ["check", "w.json", "--no-cache", "--statistics", "--since=NAME"],
        ["check", "NAME.yaml", "--no-cache"],
        *(["check", "d.json", "--no-cache", f"--format={form}"] for form in ("full", "github")),
        ["check", "w.json", "--no-cache", "--select=NAME"],
    ],
    "rules": [["rules"], ["rules", "--json"], ["rules", "--explain=NAME"]],
    "runtimes": [["runtimes"], ["runtimes", "airflow"], ["runtimes", "NAME"]],
    "draw": [
        ["draw", "w.json", "--format=mermaid"],
        ["draw", "w.json", "--format=dot"],
        ["draw", "w.json", "--format=svg", "--output=out.svg"],
        ["draw", "w.json", "--format=png", "--output=out.png"],
        ["draw", "w.json", "--format=pdf", "--output=out.pdf"],
        ["draw", "w.json", "--findings", "--failures=folded", "--regions=folded"],
        ["draw", "w.json", "--format=dot", "--findings", "--failures=folded"],
        ["draw", "NAME.json"],
        ["draw", "d.json", "--output=out.svg"],
    ],
    "schema": [["schema"], ["schema", "--path"]],
    "init": [["init"], ["init", "NAME"], ["init", "--for=w.json"], ["init", "--for=NAME"]],
    "demo": [["demo", "--model=NAME"]],
    "lsp": [["lsp"]],  # what it says of texts: tests/lsp/test_hostile_texts.py
    "serialise": [
        ["serialise", "NAME.py"],
        ["serialise", "NAME.py", "--run-airflow", "--output=o.json", "--dag-id=NAME"],
    ],
    "explore": [
        ["explore", "w.json", "--crash=1", "--limit=600", "--stories", "--out=out", DESIGN],
        ["explore", "s.json", "--crash=1", "--limit=600", "--exposure", "--design=NAMEmem",
         "--checkpoint=kept.search"],
        ["explore", "w.json", "--limit=300", "--format=json"],
        ["explore", "w.json", "--limit=300", "--format=text"],
        ["explore", "w.json", "--property=NAME"],
        ["explore", "NAME.py:NAME"],
    ],
    "hunt": [
        ["hunt", "w.json", "--examples=15", "--out=out", DESIGN],
        ["hunt", "w.json", "--walks=15", "--crash=1", "--out=walked", DESIGN],
        ["hunt", "w.json", "--anomaly=NAME"],
    ],
    "export": [
        ["export", "w.json", "--format=promela", DESIGN, "--limit=600"],
        ["export", "w.json", "--format=tla", "--limit=600", "--out=out"],
    ],
    "simulate": [
        ["simulate", "s.json"],
        ["simulate", "s.json", "--instance=1", "--save=out.npz"],
        ["simulate", "s.json", "--traces=otlp=out.json", "--traces=perfetto=out2.json"],
        ["simulate", "s.json", "--traces=xes=out.xes", "--traces=csv=out.csv"],
        ["simulate", "s.json", "--no-history"],
        ["simulate", "d.json", "--airflow"],
        ["simulate", "s.json", "--design=NAME"],
    ],
    "exact": [["exact", "s.json", "--stages=1", "--states=2000"]],
    "rare": [["rare", "s.json", "--stages=1", "--walks=10", "--repetitions=2", "--states=500",
              "--look=100"]],
    "compare": [
        ["compare", "s.json", *FEW, "--json=out.json"],
        *(["compare", "s.json", *FEW, f"--format={each}"] for each in ("table", "json")),
        *(["compare", "s.json", *FEW, f"--format={each}"] for each in ("csv", "md")),
        ["compare", "s.json", *FEW, "--metric=NAME"],
    ],
    "sweep": [
        ["sweep", "s.json", "--plan"],
        ["sweep", "s.json", "--workers=1", "--csv=out.csv", "--json=out.json", "--plots=out",
         "--plot-format=svg", "--out=kept"],
        ["sweep", "s.json", "--workers=1", "--plots=out", "--plot-format=png"],
    ],
    "explorer": [
        ["explorer", "s.json", "--output=out.html", "--explore=300", "--instances=8"],
        ["explorer", "w.json", "--output=out.html", "--explore=0"],
    ],
    "report": [
        ["report", "s.json", "--output=out.html", "--format=html", *FEW],
        ["report", "s.json", "--output=out.md", "--format=markdown", *FEW],
    ],
    "diff": [
        ["diff", "old.html", "new.html"],
        ["diff", "old.html", "new.html", "--output=out.html", "--format=html"],
        ["diff", "old.html", "new.html", "--output=out.md", "--format=markdown"],
        ["diff", "NAME.html", "new.html"],
    ],
}  # fmt: skip

PICTURES = {".png": b"\x89PNG", ".pdf": b"%PDF"}
"""How files begin that hold words as shapes only."""

CHEAP = {"check", "rules", "draw", "schema"}
"""Commands that every kind goes through; the others meet most of them in one definition."""

GIVEN = {"w.json", "s.json", "d.json", "old.html", "new.html"}
"""Files that are read."""

MIXED = ("everything", "mathtext", "formula")

OF_PROGRAMS = {".py", ".pml", ".tla", ".cfg", ".schedule"}
"""Files in languages with a quoting of their own, which tests beside their writers read back."""


def calls() -> list[tuple[str, str, int]]:
    kinds = [*hostile.KINDS, *hostile.FIRST]
    return [
        (kind, command, number)
        for command in COMMANDS
        for number in range(len(EXAMPLES.get(command, ())))
        for kind in (kinds if command in CHEAP else MIXED)
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_whatever_it_writes_has_an_example(command):
    """Each format is called by name, each option that names what to write is given."""
    given = {each for example in EXAMPLES[command] for each in example}
    names = {each.partition("=")[0] for each in given}
    function = getattr(import_module(f"wfmodel.cli.{command}"), command)
    for name, hint in get_type_hints(function, include_extras=True).items():
        option = next(iter(getattr(hint, "__metadata__", ())), None)
        plain = (
            next((x for x in (*get_args(hint.__origin__), hint.__origin__) if x), None)
            if option
            else None
        )
        spelled = (getattr(option, "default", ""), *(getattr(option, "param_decls", None) or ()))
        declared = {x for x in spelled if isinstance(x, str) and x.startswith("--")}
        declared = declared or {f"--{name.replace('_', '-')}"}
        if isinstance(plain, type) and issubclass(plain, Enum) and "ormat" in plain.__name__:
            forms = {f"{each}={value.value}" for each in declared for value in plain}
            assert len(forms & given) == len(plain), forms - given
        if getattr(option, "callback", None) in (file_to_write, folder_to_write):
            assert declared & names, declared
        assert name != "as_json" or declared & names


@pytest.mark.parametrize(("kind", "command", "number"), calls())
def test_nothing_hostile_leaves(kind, command, number, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hostile.write(tmp_path, kind)
    hostile.write_reports(tmp_path, kind)
    hostile.write_dag(tmp_path, kind)
    name = hostile.named(kind, "").replace("\0", "").replace("/", "")
    arguments = [
        each.replace("NAMEmem", hostile.named(kind, "mem")).replace("NAME", name)
        for each in EXAMPLES[command][number]
    ]
    code, out, err = call(capsys, *arguments)
    assert code in {0, 1, 2}, err
    refused = "NAME" in " ".join(EXAMPLES[command][number]) or command in {
        "explore",
        "exact",
        "rare",
    }
    assert code != 2 or refused or "d.json" in arguments, err
    assert "Traceback" not in err
    look_at_stdout(arguments, out)
    assert not hostile.obeyed(err)
    assert not hostile.unseen(out)
    assert not hostile.unseen(err)
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.name not in GIVEN:
            look_at_file(path)


def look_at_stdout(arguments: list[str], out: str) -> None:
    if "--format=github" in arguments:
        lines = out.splitlines()
        assert all(re.match(r"::(error|warning|notice) title=\w+ [^:]*::", x) for x in lines), out
        assert not any("##[" in line or "##vso[" in line for line in lines)
        return
    assert not hostile.obeyed(out)
    if {"--json", "--format=json", "--format=sarif", "--format=gitlab"} & {*arguments}:
        json.loads(out)
    if "--format=sarif" in arguments:
        texts = [each["message"]["text"] for each in json.loads(out)["runs"][0]["results"]]
        assert not any(re.search(r"(?<!\\)\]\(", text) for text in texts)
    if "--format=junit" in arguments:
        ElementTree.fromstring(out)


def look_at_file(path: Path) -> None:
    if (
        path.suffix in {".npz", ".parquet"}
        or path.suffix in OF_PROGRAMS
        or "kept" in str(path.relative_to(path.parents[0]))
    ):
        return
    if path.suffix in PICTURES:
        assert path.read_bytes().startswith(PICTURES[path.suffix])
        return
    text = path.read_bytes().decode("utf-8")
    assert not hostile.unseen(text), path
    if path.suffix in {".txt", ".json", ".mmd"}:
        assert path.suffix == ".txt" or not hostile.obeyed(text), path
    match path.suffix:
        case ".svg":
            ElementTree.fromstring(text)
            assert hostile.html_faults(text) == []
        case ".html":
            assert hostile.html_faults(text) == []
        case ".md":
            assert list(hostile.table_faults(text)) == []
            assert list(hostile.markdown_faults(text)) == []
            assert (
                Counter(x for x in hostile.outside_fences(text) if x.startswith("# ")).total() == 1
            )
        case ".csv":
            assert list(hostile.csv_faults(text)) == []
        case ".json":
            json.loads(text)


def test_dollars_stand_in_pictures_as_they_are(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hostile.write(tmp_path, "mathtext")
    code, _, _ = call(capsys, "hunt", "w.json", "--walks=15", "--crash=1", "--out=out", DESIGN)
    assert code == 1
    drawn = [path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*.svg")]
    assert drawn
    assert all(f">{hostile.named('mathtext', 'bank')}<" in svg for svg in drawn)
