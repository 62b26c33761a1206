"""What an editor asks of an open text, over standard streams."""

from __future__ import annotations

import re

import pytest

from tests.cli.test_command_line import call
from tests.lsp.client import Client, RefusedError, applied, part_of, split
from tests.lsp.texts import MACHINE, ORDER, TEMPLATE
from tests.security.test_nothing_of_the_checkout_runs import MODULES, TRAP
from wfmodel.checks.fixing import fixed
from wfmodel.cli.check_file import check_one
from wfmodel.cli.file_answer import FileQuestion

HERE = ORDER.replace("next: charge", "next: cha¦rge")
HALF = ORDER.replace("{kind: final, outcome: failed}", "{kind: [")


def test_what_it_can_do(editor: Client):
    able = editor.capabilities
    assert able["textDocumentSync"]["change"] == 1  # whole texts
    assert able["renameProvider"] == {"prepareProvider": True}
    assert able["executeCommandProvider"]["commands"] == ["wfmodel.diagram"]
    wanted = "hover completion definition references documentSymbol codeAction documentHighlight"
    assert all(able[f"{each}Provider"] for each in wanted.split())


def test_from_a_name_to_its_state_and_back(editor: Client):
    text, line, character = split(HERE)
    editor.open("places.yaml", text)
    [there] = editor.at("definition", "places.yaml", line, character)
    assert part_of(text, there["range"]) == "charge"
    assert there["range"]["start"] == {"line": 9, "character": 2}
    context = {"includeDeclaration": False}
    [used] = editor.at("references", "places.yaml", line, character, context=context)
    assert used["range"]["start"] == {"line": 8, "character": 10}
    assert len(editor.at("documentHighlight", "places.yaml", line, character)) == 2


def test_a_request_does_not_wait_for_a_pause_in_typing(editor: Client):
    text, line, character = split("# one line more\n" + HERE)
    editor.open("hasty.yaml", ORDER)
    editor.type("hasty.yaml", text)
    [there] = editor.at("definition", "hasty.yaml", line, character)
    assert there["range"]["start"] == {"line": 10, "character": 2}


def test_a_broken_text_is_answered_from_the_last_good_one(editor: Client):
    editor.open("half.yaml", ORDER)
    _, line, character = split(HERE)
    editor.change("half.yaml", HALF)
    [there] = editor.at("definition", "half.yaml", line, character)
    assert there["range"]["start"] == {"line": 9, "character": 2}
    document = {"uri": editor.uri("half.yaml")}
    names = [
        s["name"] for s in editor.request("textDocument/documentSymbol", textDocument=document)
    ]
    assert names == ["reserve", "charge", "paid", "refused"]
    drawn = editor.request("wfmodel/diagram", textDocument=document, svg=False)
    assert drawn["old"] is True
    assert "refused" in drawn["mermaid"]
    with pytest.raises(RefusedError, match="nothing is renamed while the text cannot be read"):
        editor.at("rename", "half.yaml", line, character, newName="x")


def test_renaming(editor: Client):
    text, line, character = split(HERE)
    editor.open("renamed.yaml", text)
    selected = editor.at("prepareRename", "renamed.yaml", line, character)
    assert part_of(text, selected) == "charge"
    edit = editor.at("rename", "renamed.yaml", line, character, newName="take money")
    assert applied(text, edit) == text.replace("charge", "take money")
    with pytest.raises(RefusedError, match="there is a state 'paid' already, in line 15"):
        editor.at("rename", "renamed.yaml", line, character, newName="paid")
    assert editor.messages == []


def test_completion(editor: Client):
    text, line, character = split(ORDER.replace("next: paid", "next: ¦"))
    editor.open("offers.yaml", ORDER)
    editor.type("offers.yaml", text)
    items = editor.at("completion", "offers.yaml", line, character)["items"]
    assert [each["label"] for each in items][:3] == ["reserve", "paid", "refused"]
    [paid] = [each for each in items if each["label"] == "paid"]
    edit = {"documentChanges": [{"edits": [paid["textEdit"]]}]}
    assert applied(text, edit) == ORDER


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HERE, ["**charge**: task", "`charge` at `bank`", "takes 20", "`next`: `paid`"]),
        (ORDER.replace("duration", "dura¦tion"), ["How long it takes"]),
        (ORDER.replace("next: paid", "next: p¦iad"), ["**S101", "there is no state", "## Example"]),
    ],
)
def test_hover(editor: Client, text, said):
    text, line, character = split(text)
    editor.open(f"hover{abs(hash(text))}.yaml", text)
    name = f"hover{abs(hash(text))}.yaml"
    words = editor.at("hover", name, line, character)["contents"]["value"]
    assert all(each in words for each in said), words


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_certain_fixes_are_those_of_the_command_line(editor: Client, end):
    text = ORDER.replace(
        "paid: {kind: final, outcome: succeeded}", "paid:\n    kind: final\n    next: refused # 😀"
    ).replace("\n", end)
    name = f"fixes{len(end)}.yaml"
    editor.open(name, text)
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
    actions = editor.request(
        "textDocument/codeAction",
        textDocument={"uri": editor.uri(name)},
        range=whole,
        context={"diagnostics": []},
    )
    file = editor.folder / name
    file.write_bytes(text.encode())
    expected, count = fixed(text, check_one(str(file), FileQuestion()).findings)
    assert count == 1
    assert [each["kind"] for each in actions] == ["quickfix", "source.fixAll"]
    assert [applied(text, each["edit"]) for each in actions] == [expected, expected]
    assert editor.change(name, expected) == []


def test_symbols_of_a_template(editor: Client):
    editor.open("symbols.yaml", TEMPLATE)
    document = {"uri": editor.uri("symbols.yaml")}
    found = editor.request("textDocument/documentSymbol", textDocument=document)
    assert [(s["name"], [c["name"] for c in s["children"]]) for s in found] == [
        ("Order", ["Pay", "Done"]),
        ("Text", ["One", "Two"]),
        ("Escaped", ["Eins"]),
    ]
    assert part_of(TEMPLATE, found[1]["children"][0]["selectionRange"]) == '"One"'


def test_states_of_regions_stand_under_their_state(editor: Client):
    inner = '{"StartAt": "In", "States": {"In": {"Type": "Succeed"}}}'
    text = MACHINE.replace(
        '"Done": {"Type": "Succeed"}',
        f'"Done": {{"Type": "Parallel", "Branches": [{inner}], "End": true}}',
    )
    editor.open("regions.asl.json", text, "json")
    document = {"uri": editor.uri("regions.asl.json")}
    found = editor.request("textDocument/documentSymbol", textDocument=document)
    assert [s["name"] for s in found] == ["Check 😀", "Pay", "Done"]
    assert [s["name"] for s in found[2]["children"]] == ["In"]


def test_the_diagram(editor: Client):
    editor.open("drawn.yaml", TEMPLATE)
    document = {"uri": editor.uri("drawn.yaml")}
    place = {"line": 15, "character": 12}
    drawn = editor.request("wfmodel/diagram", textDocument=document, position=place)
    assert (drawn["names"], drawn["name"]) == (["Order", "Text", "Escaped"], "Text")
    assert drawn["mermaid"].startswith("stateDiagram-v2\n")
    assert "<svg" in drawn["svg"]
    other = editor.request("wfmodel/diagram", textDocument=document, machine="Escaped", svg=False)
    assert (other["name"], other["svg"]) == ("Escaped", "")
    made = editor.request(
        "workspace/executeCommand", command="wfmodel.diagram", arguments=[document["uri"]]
    )
    assert made["name"] == "Order"
    editor.open("none.yaml", "a: 1\n")
    none = editor.request("wfmodel/diagram", textDocument={"uri": editor.uri("none.yaml")})
    assert "no workflow could be read" in none["why"]


def test_what_a_definition_says_is_shown_and_not_obeyed(editor: Client):
    odd = r"[x](command:evil)<img src=y>\u001b[2J\u202e**b**"
    text = MACHINE.replace("Done", odd).replace(
        '"Resource"', '"\\u001b]8;;x\\u0007": 1, "Resource"'
    )
    found = editor.open("odd.asl.json", text, "json")
    assert found
    assert not any(sign in each["message"] for each in found for sign in "\x1b\x07\u202e")
    document = {"uri": editor.uri("odd.asl.json")}
    for symbol in editor.request("textDocument/documentSymbol", textDocument=document):
        assert symbol["name"].isprintable()
    line = text.split("\n")[5]
    words = editor.at("hover", "odd.asl.json", 5, len(line) // 4)["contents"]["value"]
    assert re.search(r"(?<!\\)(\]\(|<img)", words) is None
    assert not any(sign in words for sign in "\x1b\u202e")


def test_nothing_of_the_checkout_runs(start, tmp_path, monkeypatch):
    """Modules with the names of those that the server, a check and a diagram import."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in (*MODULES, "pygls", "lsprotocol", "cattrs", "attrs", "asyncio"):
        (folder / f"{name}.py").write_text(TRAP)
    (folder / "matplotlibrc").write_text("backend: module://trap\n")
    (folder / "trap.py").write_text(TRAP)
    monkeypatch.setenv("TRAP", str(tmp_path / "ran"))
    client = start(cwd=folder)
    (client.folder / "o.yaml").write_text(ORDER)
    client.open("o.yaml", ORDER)
    client.open("s.yaml", "question: q\nworkflow: o.yaml\nsetting: {horizon: 10s}\n")
    drawn = client.request("wfmodel/diagram", textDocument={"uri": client.uri("o.yaml")})
    assert "<svg" in drawn["svg"]
    assert client.close() == 0
    assert not (tmp_path / "ran").exists()


def test_goodbye(start):
    client = start()
    client.open("o.yaml", ORDER)
    assert client.close() == 0
    assert b"".join(client.errors) == b""


def test_an_editor_that_is_gone(start):
    client = start()
    client.type("o.yaml", ORDER)
    client.process.stdin.close()
    assert client.process.wait(timeout=120) == 0


def test_without_its_library_one_line_says_so(capsys, monkeypatch):
    monkeypatch.setattr("wfmodel.cli.lsp.find_spec", lambda _: None)
    code, out, err = call(capsys, "lsp")
    assert (code, out) == (2, "")
    assert err == ("wfmodel: error: pygls is not installed: pip install 'wfmodel[lsp]'\n")
