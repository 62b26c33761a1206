"""A state's new name at every place of its text, and when it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.texts import CHOREOGRAPHY, MACHINE, ORDER, TEMPLATE, TERRAFORM
from wfmodel.importers import load_all
from wfmodel.lsp.open_document import ReadText
from wfmodel.lsp.renaming import RenamingRefusedError, place_to_rename, renamed
from wfmodel.lsp.text_places import TextPlaces

ROOT = Path(__file__).parents[2]
NAMES = [
    "plain",
    "two words",
    "ünï 😀",
    'q"uote',
    "it's",
    "back\\slash",
    "a: b",
    "- x",
    "true",
    "1",
]
FILES = {
    "o.yaml": ORDER,
    "m.asl.json": MACHINE,
    "t.yaml": TEMPLATE,
    "m.tf": TERRAFORM,
    "c.yaml": CHOREOGRAPHY,
    "windows.yaml": ORDER.replace("\n", "\r\n"),
}
HAS_NO_NOTATION: set[tuple[str, str]] = set()
MODELS = [
    *(ROOT / "models").glob("*/workflow.y*ml"),
    *(ROOT / "models").glob("order-choreography/*.y*ml"),
]


def read_of(file: str, text: str) -> ReadText:
    return ReadText(TextPlaces(text), load_all(file, text=text), file)


def after(read: ReadText, offset: int, new: str) -> str:
    """The text with the new name."""
    text = read.places.text
    changes = renamed(read, offset, new, lambda other: load_all(read.file, text=other))
    for begin, end, words in reversed(changes):
        text = text[:begin] + words + text[end:]
    return text


def declarations(read: ReadText) -> list[tuple[int, str]]:
    return [
        (read.extent(outline, mention)[0], mention.name)
        for outline in read.outlines
        for mention in outline.mentions
        if mention.declares
    ]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("new", NAMES)
def test_any_name_can_be_given_and_taken_back(file, new):
    """The verdict of the importers: all machines are the same but for the name."""
    read = read_of(file, FILES[file])
    for offset, old in declarations(read):
        if (file, new) in HAS_NO_NOTATION:
            with pytest.raises(RenamingRefusedError, match="would mean something else"):
                after(read, offset, new)
            continue
        there = read_of(file, after(read, offset, new))
        [back] = [begin for begin, name in declarations(there) if name == new]
        again = read_of(file, after(there, back, old))
        assert [each.document.value for each in again.outlines] == [
            each.document.value for each in read.outlines
        ]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_state_of_the_models_can_be_renamed(path):
    read = read_of(str(path), path.read_text(encoding="utf-8"))
    found = declarations(read)
    assert found or "broken" in str(path) or "scenario" in path.name
    for number, (offset, _) in enumerate(found):
        names = [name for _, name in found]
        names[number] = "quite-another-name"
        there = declarations(read_of(str(path), after(read, offset, "quite-another-name")))
        assert [name for _, name in there] == names


def at(text: str, words: str, step: int = 0) -> int:
    return text.index(words) + step


def test_all_places_and_no_others_change():
    text = after(read_of("o.yaml", ORDER), at(ORDER, "next: charge", 6), "pay")
    assert text == ORDER.replace("next: charge", "next: pay").replace("  charge:", "  pay:")
    text = after(read_of("m.asl.json", MACHINE), at(MACHINE, '"Done": {', 2), "End")
    assert text == MACHINE.replace('"Done"', '"End"')


@pytest.mark.parametrize(
    ("file", "text", "offset", "new", "said"),
    [
        ("o.yaml", ORDER, at(ORDER, "  charge:", 3), "paid", "a state 'paid' already, in line 15"),
        ("o.yaml", ORDER, at(ORDER, "  charge:", 3), "rollback", "'rollback' is built in"),
        ("o.yaml", ORDER, at(ORDER, "  charge:", 3), "", "1 to 200 characters; got 0"),
        ("o.yaml", ORDER, at(ORDER, "bank"), "x", "no state is named here"),
        ("m.asl.json", MACHINE, at(MACHINE, '"Done": {'), "x" * 81, "1 to 80 characters; got 81"),
        ("m.asl.json", MACHINE, at(MACHINE, '"Done": {'), "a${b}", "a deployment would fill"),
        ("t.yaml", TEMPLATE, at(TEMPLATE, '"Two": {'), "One", "a state 'One' already"),
        ("o.yaml", ORDER.replace("next: paid", "next: gone"), at(ORDER, "next: paid", 7), "x",
         "'gone' is no state of this machine"),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(file, text, offset, new, said):
    with pytest.raises(RenamingRefusedError) as refused:
        after(read_of(file, text), offset, new)
    assert said in str(refused.value)


def test_a_name_that_stands_in_another_machine_of_the_file_is_free():
    text = after(read_of("t.yaml", TEMPLATE), at(TEMPLATE, '"Two": {'), "Pay")
    assert '"Pay": {"Type": "Succeed"}' in text


def test_the_name_is_what_is_selected():
    read = read_of("m.asl.json", MACHINE)
    begin, end = place_to_rename(read, at(MACHINE, '"Default": "Done"', 13))
    assert MACHINE[begin:end] == "Done"
    assert place_to_rename(read, at(MACHINE, '"Resource"')) is None
