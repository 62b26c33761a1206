"""What is published while a text is written: what ``wfmodel check`` says, of the editor's text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.client import Client, offset_of, part_of
from tests.lsp.texts import CHOREOGRAPHY, MACHINE, ORDER, TEMPLATE, TERRAFORM
from wfmodel.checks.policy import Policy, Settings
from wfmodel.cli.check_file import check_one
from wfmodel.cli.file_answer import FileQuestion
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.model.findings import Severity

ROOT = Path(__file__).parents[2]
MODELS = sorted(
    path
    for path in (ROOT / "models").rglob("*.y*ml")
    if "stories" not in path.relative_to(ROOT).parts
)
ENDS = {"yaml": "yaml", "json": "json", "tf": "terraform"}

BROKEN = {
    "order.yaml": ORDER.replace("next: paid", "next: piad"),
    "shape.yaml": ORDER.replace("20ms", "20"),
    "half.yaml": ORDER.replace("{failure: refused}", "{failure: ref"),
    "m.asl.json": MACHINE.replace('"Default": "Done"', '"Default": "Doen"'),
    "fields.asl.json": MACHINE.replace('"Catch"', '"Ctach"'),
    "half.asl.json": MACHINE.replace('"StartAt":', '"StartAt"'),
    "t.yaml": TEMPLATE.replace('"Next": "Two"', '"Next": "Twoo"').replace("Next: Done", "Next: D"),
    "escaped.yaml": TEMPLATE.replace('\\"StartAt\\": \\"Eins\\"', '\\"StartAt\\": \\"Ein\\"'),
    "m.tf": TERRAFORM.replace('Next = "B"', 'Next = "C"').replace(
        '"StartAt": "X"', '"StartAt": "Y"'
    ),
    "c.yaml": CHOREOGRAPHY.replace("to: done", "to: doen"),
}


def said_by_check(file: Path) -> list[tuple[str, int, int, str]]:
    answer = check_one(str(file), FileQuestion(found=True))
    shown, _ = Policy.of(Settings(), catalogue()).apply(str(file), answer.findings)
    return sorted((f.code, f.line, f.column, str(f.severity)) for f in shown if f.file == str(file))


def said_in_editor(text: str, found: list[dict]) -> list[tuple[str, int, int, str]]:
    severities = {1: Severity.ERROR, 2: Severity.WARNING, 3: Severity.INFO}
    listed = []
    for each in found:
        offset = offset_of(text, each["range"]["start"])
        line = text.count("\n", 0, offset) + 1
        column = offset - text.rfind("\n", 0, offset)
        listed.append((each["code"], line, column, str(severities[each["severity"]])))
    return sorted(listed)


@pytest.mark.parametrize("name", BROKEN)
def test_it_says_what_check_says(editor: Client, name):
    text = BROKEN[name]
    (editor.folder / name).write_text(text, encoding="utf-8")
    expected = said_by_check(editor.folder / name)
    assert expected
    (editor.folder / name).write_text("what is on disk does not count", encoding="utf-8")
    found = editor.open(name, text, ENDS[name.rsplit(".", 1)[1]])
    assert said_in_editor(text, found) == expected


@pytest.mark.parametrize("path", MODELS, ids=lambda path: str(path.relative_to(ROOT / "models")))
def test_it_says_what_check_says_of_every_model(editor: Client, path):
    """Scenarios and choreographies too: what they name is read from beside them."""
    folder = editor.folder / "models" / path.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    for other in path.parent.glob("*.y*ml"):
        (folder / other.name).write_bytes(other.read_bytes())
    text = path.read_text(encoding="utf-8")
    name = str((folder / path.name).relative_to(editor.folder))
    assert said_in_editor(text, editor.open(name, text)) == said_by_check(folder / path.name)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("p.yaml", "# 😀\n" + ORDER.replace("failure: refused", 'failure: "😀 gone"'), '"😀 gone"'),
        ("p.asl.json", MACHINE.replace('"Default": "Done"', '"Default": "😀 gone"'), '"😀 gone"'),
        ("pt.yaml", "# 😀\n" + TEMPLATE.replace("Next: Done", "Next: 😀 gone"), "😀 gone"),
        ("ps.yaml", TEMPLATE.replace('"Next": "Two"', '"Next": "😀 gone"'), '"😀 gone"'),
        ("pl.yaml", "# \u2028\n# \x85\n" + TEMPLATE.replace('": "Two"', '": "gone"'), '"gone"'),
        ("first.yaml", "{name: 😀, initial: gone, states: {a: {kind: final}}}\n", "gone"),
    ],
)  # fmt: skip
def test_places_are_the_editors(editor: Client, end, mark, name, text, wrong):
    """UTF-16 units, ends of lines of two characters, a mark that the file begins with."""
    written = mark + text.replace("\n", end)
    found = editor.open(f"{len(end)}{len(mark)}{name}", written, ENDS[name.rsplit(".", 1)[1]])
    assert wrong in [part_of(written, each["range"]) for each in found]


def test_the_editor_may_count_otherwise(start):
    text = "# 😀\n" + ORDER.replace("{failure: refused}", '{"😀": paid, failure: gone}')
    for encoding, column in (("utf-8", 32), ("utf-16", 30), ("utf-32", 29)):
        client = start(capabilities={"general": {"positionEncodings": [encoding]}})
        assert client.capabilities["positionEncoding"] == encoding
        starts = [each["range"]["start"] for each in client.open("o.yaml", text)]
        assert {"line": 8, "character": column} in starts


def test_a_burst_of_keys_is_one_check(editor: Client):
    editor.open("burst.yaml", ORDER)
    before = editor.published[editor.uri("burst.yaml")]
    for length in range(1, 40):
        last = editor.type("burst.yaml", ORDER[:-length])
    versions = []
    while before.get("version") != last:
        editor._next()
        now = editor.published[editor.uri("burst.yaml")]
        versions += [now["version"]] if now is not before else []
        before = now
    assert versions[-1] == last
    assert len(versions) < 20
    assert [each["code"] for each in editor.change("burst.yaml", ORDER)] == []


def test_what_holds_no_definition_is_left_alone(editor: Client):
    assert editor.open("compose.yaml", "services: {a: {image: b}}\nx: [\n") == []
    assert editor.open("package.json", '{"name": "x", "states": 3}', "json") == []
    assert editor.open("main.tf", 'resource "aws_s3_bucket" "b" {}\n', "terraform") == []


def test_a_text_that_is_no_file_yet(editor: Client):
    uri = "untitled:Untitled-1"
    text = ORDER.replace("next: paid", "next: piad")
    item = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
    editor.notify("textDocument/didOpen", textDocument=item)
    while uri not in editor.published:
        editor._next()
    assert [each["code"] for each in editor.published[uri]["diagnostics"]] == ["S101"]


def test_bounds_hold(editor: Client):
    deep = "states: " + "[" * 200 + "]" * 200
    assert [each["code"] for each in editor.open("deep.yaml", f"initial: a\n{deep}")] == ["L107"]
    bomb = "initial: a\nstates: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    assert [each["code"] for each in editor.open("bomb.yaml", bomb)] == ["L108"]
    large = f"initial: a\nstates: {{}}\n# {'x' * (4 << 20)}\n"
    [found] = editor.open("large.yaml", large)
    assert (found["code"], found["message"]) == ("L102", "larger than 4 MiB")


def test_a_closed_text_has_no_findings(editor: Client):
    assert editor.open("gone.yaml", ORDER.replace("next: paid", "next: piad"))
    editor.notify("textDocument/didClose", textDocument={"uri": editor.uri("gone.yaml")})
    while editor.published[editor.uri("gone.yaml")]["diagnostics"]:
        editor._next()


def test_texts_beside_it_are_the_editors_too(start):
    """Annotations that are not saved change what is found; what is wrong in them stands there."""
    client = start()
    (client.folder / "m.annotations.yaml").write_text("states: {}\n")
    assert client.open("m.asl.json", MACHINE, "json") == []
    client.open("m.annotations.yaml", "states: {}\n")
    notes = client.uri("m.annotations.yaml")
    client.type("m.annotations.yaml", "states: {Pya: {service: bank}}\n")
    while not client.published[notes]["diagnostics"]:
        client._next()
    [found] = client.published[notes]["diagnostics"]
    assert "Pya" in found["message"]
    assert found["range"]["start"] == {"line": 0, "character": 9}
    client.type("m.annotations.yaml", "states: {Pay: {service: bank}}\n")
    while client.published[notes]["diagnostics"]:
        client._next()
