"""Each target's function on the signs that the target obeys, and the gate behind them."""

from __future__ import annotations

import csv
import io
import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli import hostile
from wfmodel.escaping import (
    Guarded,
    code_span,
    csv_cell,
    fenced,
    json_text,
    log_line,
    markdown,
    plot_text,
    printable,
    sarif_text,
    shell_line,
    visible,
    xml_text,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – 5\u00a0ms ✓ 状態", "plain – 5\u00a0ms ✓ 状態"),
        ("\x1b[31m\x9b\x7f\r\n\t", r"\x1b[31m\x9b\x7f\r\n\t"),
        ("\u202e\u200b\u2028\ufeff\u3164", r"\u202e\u200b\u2028\ufeff\u3164"),
        ("\udcff", r"\udcff"),
    ],
)
def test_what_cannot_be_seen_is_shown(text, shown):
    assert printable(text) == shown


@given(file=st.text(min_size=1))
def test_a_command_to_copy_has_its_words_and_no_option_of_a_files(file):
    line = shell_line("wfmodel", "check", file=file)
    assert printable(line) == line
    *head, last = shlex.split(line)
    assert head == ["wfmodel", "check"]
    assert not last.startswith("-")
    if file.isprintable():
        assert last.removeprefix("./") == file.removeprefix("./")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("##[stop-commands]x", "# #[stop-commands]x"),
        ("a ##vso[task]", "a # #vso[task]"),
        ("###[x]", "## #[x]"),
        ("## Heading", "## Heading"),
        ("  ::error::x", "  : :error::x"),
        ("a ::error::x", "a ::error::x"),
        ("std::move", "std::move"),
    ],
)
def test_no_line_is_a_command(text, shown):
    assert log_line(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b `c` <b> [x](http://e)", r"a\|b \`c\` \<b\> \[x\](http\://e)"),
        ("# big", r"\# big"),
        ("12. item", r"12\. item"),
        ("1.5 s, -3 %", "1.5 s, -3 %"),
        ("---", r"\---"),
        ("a\nb", r"a\\nb"),
    ],
)
def test_markdown_shows_words(text, shown):
    assert markdown(text) == shown


def test_code_stays_within_its_fence():
    assert code_span("a`b``c") == "```a`b``c```"
    assert code_span("a|b") == r"<code>a\|b</code>"
    assert fenced("x\n````\ny", "mermaid") == "`````mermaid\nx\n````\ny\n`````"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "'=", "\uff1d", "\r"])
def test_a_cell_is_no_formula(start):
    stream = io.StringIO()
    csv.writer(stream).writerow([csv_cell(f'{start}HYPERLINK("x";"y")')])
    [[cell]] = csv.reader(io.StringIO(stream.getvalue()))
    assert cell.startswith("'")
    assert csv_cell("a = b") == "a = b"


def test_sarif_makes_no_link_of_a_name():
    assert sarif_text("[x](http://e)") == r"\[x\](http://e)"
    assert sarif_text("list[0] is read") == "list[0] is read"


def test_xml_keeps_its_words():
    assert xml_text("<a>\n ::error::##[x]</a>") == "<a>\n &#58;:error::&#35;#[x]</a>"


def test_a_legend_keeps_what_begins_with_an_underscore():
    assert plot_text("_x\n$5") == r" _x\n$5"


@given(st.text())
def test_json_says_the_same_and_no_line_of_it_is_obeyed(text):
    for ascii_only in (False, True):
        written = json_text({"a": [text]}, ascii_only=ascii_only)
        assert json.loads(written) == {"a": [text]}
        assert not hostile.obeyed(written)
        assert visible(written) == written


SIGNS = st.lists(st.sampled_from([*"#:[] \n\rav", "\x1b[1m", "\u202e", "##", "::", "vso["]))


@given(SIGNS)
def test_however_a_text_is_cut_the_gate_lets_no_command_out(parts):
    stream = io.StringIO()
    gate = Guarded(stream)
    for part in parts:
        gate.write(part)
    assert not hostile.obeyed(stream.getvalue())
    assert not hostile.unseen(stream.getvalue())


def test_the_gate_lets_the_programs_own_colours_and_commands_out():
    stream = io.StringIO()
    gate = Guarded(stream)
    gate.drawn.write("\x1b[1m::bold\x1b[0m\n")
    gate.write_command("::error title=x::y")
    assert stream.getvalue() == "\x1b[1m: :bold\x1b[0m\n::error title=x::y\n"


def test_what_a_stream_cannot_encode_is_an_escape():
    binary = io.BytesIO()
    gate = Guarded(io.TextIOWrapper(binary, encoding="ascii", write_through=True))
    gate.write("é ∀\n")
    assert binary.getvalue() == b"\\xe9 \\u2200\n"
