"""What a definition calls things is data in every text that is made of it: it is read back here."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.cli.test_command_line import call
from wfmodel.designs import Knobs
from wfmodel.designs.trace_script import Act, Deed, parse_schedule, schedule_text
from wfmodel.escaping import csv_cell, printable
from wfmodel.escaping.languages import (
    in_block_comment,
    mermaid_words,
    one_line,
    python_docstring,
    python_text,
)
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.stories.generated_test import regression_test

HOSTILE = [
    'x"""; import os; os.system("touch PWNED"); y = """',
    "'''",
    "a\\",
    'a\\"""',
    "a\nimport os\n",
    "a\r\nb",
    "a\u2028b\u2029c\x85d",
    "*/ assert(false); /*",
    "**//",
    "*) ==== (*",
    "\\* a\n====",
    "{x} {0} %s %%{init: {}}%%",
    "\u202eevil\u2066",
    "-->|x| end; click a call()",
    "<img src=x onerror=alert(1)>",
    "=1+1",
    "日本\U0001f600",
    "# a #abcd",
    "instance 1, a: receives b",
    " a ",
    "a: ",
    "",
]
names = st.sampled_from(HOSTILE) | st.text(max_size=20)


def hostile(**arguments: object):
    """Every hostile name as an example that is always tried."""

    def decorate(test):
        for name in HOSTILE:
            test = example(**dict.fromkeys(arguments, name))(test)
        return given(**arguments)(test)  # type: ignore[arg-type]

    return decorate


# ---------------------------------------------------------------------------------- schedules


@hostile(who=names, what=names)
def test_a_schedule_reads_back(who, what):
    acts = tuple(
        Act(who, deed, what, mark, instance)
        for deed in (Deed.RECEIVE, Deed.CRASH)
        for mark in ("", "3fa2")
        for instance in (0, 2)
    )
    text = schedule_text(acts)
    assert len(text.splitlines()) == len(acts)
    if who:
        assert parse_schedule(text) == acts


def test_plain_names_are_written_as_they_are():
    act = Act("order service", Deed.FINISH, "charge (2), attempt 1: declined #3", "3fa2", 1)
    assert str(act) == (
        "instance 1, order service: finishes charge (2), attempt 1: declined #3 #3fa2"
    )
    assert parse_schedule(f"{act}\n") == (act,)


# ------------------------------------------------------------------------------- pytest files


@hostile(name=names, path=names)
def test_a_generated_test_holds_names_in_literals_only(name, path):
    schedule = (Act(name or "p", Deed.FINISH, f"{name}: done"), Act("q", Deed.CRASH))
    written = regression_test(
        path=path,
        design="choreography",
        knobs=Knobs(),
        claim=name,
        title=name,
        schedule=schedule,
        budget=FaultBudget(crashes=1),
    )
    tree = ast.parse(written)
    plain = regression_test(
        path="w.yaml",
        design="choreography",
        knobs=Knobs(),
        claim="c",
        title="t",
        schedule=schedule[1:],
        budget=FaultBudget(crashes=1),
    )
    assert skeleton(ast.parse(written)) == skeleton(ast.parse(plain))
    literals = [each.value for each in ast.walk(tree) if isinstance(each, ast.Constant)]
    assert path in literals
    assert name in literals
    [held] = [each for each in literals if isinstance(each, str) and "q: crashes" in each]
    assert parse_schedule(held) == schedule
    assert (
        ast.get_docstring(tree, clean=False) == f"{name} (choreography): found by wfmodel explore."
    )


def skeleton(tree: ast.Module) -> str:
    """A module without what its literals and its test's name say."""
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant):
            each.value = ""
        if isinstance(each, ast.FunctionDef):
            assert re.fullmatch(r"test_[a-z0-9_]{1,90}", each.name)
            each.name = "test"
    return ast.dump(tree)


@hostile(text=names)
def test_python_literals_read_back(text):
    assert ast.literal_eval(python_docstring(text)) == text
    for whole in (text, f"{text}\n"):
        assert ast.literal_eval(python_text(whole)) in (whole, f"\n{whole}")


# ------------------------------------------------------------------------------- other languages


@hostile(text=names)
def test_a_comment_ends_where_we_end_it(text):
    assert len(one_line(text).splitlines()) <= 1
    assert one_line(text).isprintable()
    inside = in_block_comment(text)
    assert re.sub(r"/\*.*?\*/", "", f"/* {inside} */kept", flags=re.DOTALL) == "kept"


@hostile(text=names)
def test_words_for_mermaid_are_one_line_without_its_signs(text):
    for words in (mermaid_words(text), mermaid_words(text, in_sequence=True)):
        assert len(words.splitlines()) <= 1
        bare = re.sub(r"#\d+;", "", words)
        assert not set(bare) & set(";#<>%")
        back = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), words)
        if text.isprintable():
            assert back == " ".join(text.split())


@hostile(text=names)
def test_cells_read_back_and_begin_no_formula(text):
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow([csv_cell(text), 1.5, -2])
    [[cell, *numbers]] = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert cell in (printable(text), f"'{printable(text)}")
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert numbers == ["1.5", "-2"]


# ------------------------------------------------------------------------- by the command line

STATES = (
    'reserve"""; import os; os.system("touch PWNED"); x = """',
    "pay */ assert(false); /* *) ====\nimport os #",
    "=cmd|' /C calc'!A0 ; %%{init}%% \u202e \\",
)


def definition(first: str, second: str, third: str) -> str:
    return json.dumps(
        {
            "name": f"w {first}",
            "initial": first,
            "states": {
                first: {
                    "kind": "task",
                    "service": "inv",
                    "effect": "compensatable",
                    "compensation": {"action": "undo"},
                    "next": second,
                },
                second: {
                    "kind": "task",
                    "service": f"bank {third}",
                    "effect": "pivot",
                    "failures": {"declined": {"kind": "business", "probability": 0.1}},
                    "next": third,
                },
                third: {"kind": "final"},
            },
        }
    )


def written_by(capsys, folder: Path, states: tuple[str, str, str], *command: str) -> dict[str, str]:
    folder.mkdir()
    (folder / "w.json").write_text(definition(*states), encoding="utf-8")
    code, _, err = call(
        capsys, command[0], str(folder / "w.json"), *command[1:], "--out", str(folder / "out")
    )
    assert code in (0, 1), err
    return {path.name: path.read_text("utf-8") for path in sorted((folder / "out").iterdir())}


PLAIN = ("reserve", "pay", "done")


@pytest.mark.parametrize("form", ["promela", "tla"])
def test_an_export_is_the_same_but_for_its_comments(capsys, tmp_path, form):
    command = ("export", "--format", form, "--crash", "1")
    evil = written_by(capsys, tmp_path / "evil", STATES, *command)
    plain = written_by(capsys, tmp_path / "plain", PLAIN, *command)
    assert len(evil) == len(plain)
    stripped = sorted(map(code_of, evil.values()))
    assert stripped == sorted(map(code_of, plain.values()))
    assert len("".join(stripped)) > 1000


def code_of(text: str) -> str:
    """An export without comments, names of rules and its own name."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\\\*.*", "", text) if "MODULE" in text else text
    text = re.sub(r"\bR(\d+)_\w*", r"R\1", text)
    return re.sub(r"MODULE \w+", "MODULE", text)


@pytest.mark.parametrize(
    "command",
    [("explore", "--crash", "1"), ("hunt", "--walks", "200", "--crash", "1"), ("hunt",)],
    ids=" ".join,
)
def test_generated_tests_of_a_hostile_definition_run_nothing_of_it(
    capsys, tmp_path, monkeypatch, command
):
    monkeypatch.chdir(tmp_path)
    files = written_by(capsys, tmp_path / "evil", STATES, *command)
    tests = {name: text for name, text in files.items() if name.endswith(".py")}
    assert tests
    for text in tests.values():
        tree = ast.parse(text)
        kinds = [type(each).__name__ for each in tree.body]
        assert kinds == ["Expr", "Import", *["ImportFrom"] * 3, "Assign", "FunctionDef"]
        assert isinstance(tree.body[5].value, ast.Constant)  # type: ignore[attr-defined]
        schedule = parse_schedule(tree.body[5].value.value)  # type: ignore[attr-defined]
        assert {act.participant for act in schedule} <= {"inv", f"bank {STATES[2]}", "orchestrator"}
        exec(compile(tree, "test", "exec"), {})  # the module's own lines, as collecting does
    assert not list(tmp_path.rglob("PWNED"))
    for name, text in files.items():
        if name.endswith(".schedule"):
            parse_schedule(text)
        if name.endswith(".mmd"):
            assert all(re.match(STATEMENT, line) for line in text.splitlines()), text


STATEMENT = (
    r"sequenceDiagram$|    participant p\d+ as |    Note over p\d+(,p\d+)?: |    p\d+-\)p\d+: "
    r"|    rect rgb\((249, 222, 220|255, 236, 179)\)$|    end$"
)


def test_a_state_diagram_of_a_hostile_definition_has_the_lines_of_a_plain_one(capsys, tmp_path):
    shapes = []
    for states in (STATES, PLAIN):
        path = tmp_path / "w.json"
        path.write_text(definition(*states), encoding="utf-8")
        _, out, _ = call(capsys, "draw", str(path), "--format", "mermaid")
        shapes.append([re.sub(r'"[^"]*"|: .*', "…", line) for line in out.splitlines()])
    assert shapes[0] == shapes[1]


VARIANTS = ["α", "β", "a-b", "a b", "A b", "日本", "2", "v" * 199, "v" * 200, "../up", "con"]


@pytest.mark.parametrize("form", ["promela", "tla"])
def test_every_variant_has_a_file_of_its_own(capsys, tmp_path, form):
    model = definition(*PLAIN)
    (tmp_path / "w.json").write_text(model, encoding="utf-8")
    scenario = {
        "question": "q",
        "workflow": "w.json",
        "variants": {name: {"design": "choreography"} for name in VARIANTS},
        "setting": {"arrivals": {"every": "1s", "most": 2}, "horizon": "9s"},
    }
    (tmp_path / "s.json").write_text(json.dumps(scenario), encoding="utf-8")
    out = tmp_path / "out"
    code, said, err = call(
        capsys, "export", str(tmp_path / "s.json"), "--format", form, "--out", str(out)
    )
    assert code == 0, err
    there = sorted(str(path) for path in out.iterdir())
    assert sorted(said.split()) == there
    assert len(there) == len(VARIANTS) * (2 if form == "tla" else 1)
    assert len({name.casefold() for name in there}) == len(there)
    for path in out.glob("*.tla"):
        assert re.fullmatch(r"[a-z]\w{0,90}", path.stem, re.ASCII)
        assert path.read_text("utf-8").startswith(f"---- MODULE {path.stem} ----\n")
