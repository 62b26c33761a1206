"""State machines in Terraform's own language: ``definition`` as heredoc, text or ``jsonencode``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from wfmodel.importers.embedded import machine, substitutions
from wfmodel.importers.embedded.hcl import HclError, Token, flat_templates, tokens, too_deep
from wfmodel.importers.embedded.hcl_values import Values
from wfmodel.importers.embedded.machine import Machine
from wfmodel.importers.embedded.notations import unescaped
from wfmodel.importers.embedded.positions import Excerpt, Lines, Segment
from wfmodel.importers.embedded.terraform import TYPE
from wfmodel.model.limits import MOST_DEPTH, MOST_VALUES
from wfmodel.model.source import Extent, Path, Place, Span

_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
_FILES: Final = ("file", "templatefile")
_DIRECTIVES: Final = "its definition has template directives, which only a deployment follows"


@dataclass(frozen=True, slots=True)
class Block:
    """The block of a machine: its label, and the tokens between its braces."""

    label: str
    at: Token
    body: list[Token]


@dataclass(frozen=True, slots=True)
class _Source:
    text: str
    file: str
    lines: Lines

    def span(self, begin: int, end: int) -> Span:
        return Span(self.file, *self.lines.extent(begin, end))


def machines_in_hcl(text: str, file: str) -> Iterator[Machine]:
    """Every machine of a ``.tf`` file, in its order; named by its label.

    Raises:
        RefusedError: not HCL.
    """
    source = _Source(text, file, Lines(text))
    try:
        for block in blocks(tokens(text)):
            yield _machine(source, block)
    except HclError as error:
        raise error.refused(text, file) from None


def blocks(stream: Iterable[Token]) -> Iterator[Block]:
    """Every block ``resource "aws_sfn_state_machine" "label" { ... }`` at the top of a file.

    Raises:
        HclError: brackets do not match, or a bound is passed.
    """
    header, body, open_signs = list[Token](), None, list[Token]()
    for token in stream:
        if token.kind == "sign" and token.text in _PAIRS:
            open_signs.append(token)
            if len(open_signs) > MOST_DEPTH:
                raise too_deep(token.begin)
            if len(open_signs) == 1:
                body = list[Token]() if _is_machine(header) else None
                continue
        elif token.kind == "sign" and token.text in ")]}":
            _close(open_signs, token)
            if not open_signs:
                if body is not None:
                    yield Block(_label(header[2]), header[0], body)
                header, body = [], None
                continue
        if not open_signs:
            header = [] if token.kind == "newline" else [*header[-3:], token]
        elif body is not None:
            body.append(token)
            if len(body) > MOST_VALUES:
                message = f"more than {MOST_VALUES:,} words and signs in one block"
                raise HclError(message, header[0].begin, "L102")
    if open_signs:
        raise HclError(f"{open_signs[-1].text!r} does not close", open_signs[-1].begin)


def _close(open_signs: list[Token], token: Token) -> None:
    if not open_signs or _PAIRS[open_signs.pop().text] != token.text:
        raise HclError(f"{token.text!r} closes nothing", token.begin)


def _is_machine(header: list[Token]) -> bool:
    named = [_label(token) for token in header]
    return len(named) == 3 and named[:2] == ["resource", TYPE]


def _label(token: Token) -> str:
    return token.text[1:-1] if token.kind == "string" else token.text


def _machine(source: _Source, block: Block) -> Machine:
    values = Values(source.text, block.body, source.lines)
    index = _definition(block.body)
    if index is None:
        why = "it has no definition"
        return machine.unread(block.label, why, source.span(block.at.begin, block.at.end))
    at = block.body[index]
    if at.kind in ("heredoc", "string") and values.ends(index + 1):
        return _of_text(source, block, at)
    if at.kind == "name" and values.is_sign(index + 1, "("):
        inner = values.skip_lines(index + 2)
        if at.text == "jsonencode":
            return _encoded(source, block, values, inner)
        if (
            at.text in _FILES
            and block.body[inner : inner + 1]
            and block.body[inner].text[:1] == '"'
        ):
            span = source.span(at.begin, block.body[inner].end)
            return machine.elsewhere(block.label, values.text_of(block.body[inner]), span)
    why = "its definition is an expression"
    return machine.unread(block.label, why, source.span(at.begin, at.end))


def _definition(body: list[Token]) -> int | None:
    """The index of what ``definition`` is set to, at the top of a block."""
    depth = 0
    for index, token in enumerate(body[:-2]):
        if token.kind == "sign":
            depth += (token.text in "([{") - (token.text in ")]}")
        starts = index == 0 or body[index - 1].kind == "newline"
        if depth == 0 and starts and token.text == "definition" and body[index + 1].text == "=":
            return index + 2
    return None


def _prefix(block: Block) -> Path:
    return ("resource", TYPE, block.label, "definition")


def _encoded(source: _Source, block: Block, values: Values, index: int) -> Machine:
    read = values.expression(index)
    after = values.skip_lines(read.after)
    after = values.skip_lines(after + 1) if values.is_sign(after, ",") else after
    if not isinstance(read.value, dict) or not (
        values.is_sign(after, ")") and values.ends(after + 1)
    ):
        why = "what jsonencode is given is an expression"
        return machine.unread(block.label, why, Span(source.file, *read.place.extent))
    prefix = _prefix(block)
    return machine.of_value(
        block.label,
        read.value,
        file=source.file,
        text=source.text,
        prefix=prefix,
        places=lambda: _hung(prefix, read.place),
    )


def _of_text(source: _Source, block: Block, at: Token) -> Machine:
    begin, end = at.body if at.kind == "heredoc" else (at.begin + 1, at.end - 1)
    flat = flat_templates(source.text[begin:end])
    span = source.span(at.begin, at.end)
    if flat is None:
        return machine.unread(block.label, _DIRECTIVES, span)
    content, segments = flat, [Segment(len(flat), begin, end)]
    if at.kind == "string":
        content, segments = unescaped(flat, begin)
    if substitutions.is_one(content):
        return machine.unread(block.label, "its definition is an expression", span)
    prefix = _prefix(block)
    return machine.of_text(
        block.label,
        Excerpt(content, lambda: segments, lambda: source.lines),
        file=source.file,
        text=source.text,
        prefix=prefix,
        chain=lambda inner: _hung(prefix, inner),
        span=lambda: span,
    )


def _hung(prefix: Path, place: Place) -> Place:
    """The machine's places under its prefix; what is around it stands where it does."""
    extent: Extent = place.extent
    for part in reversed(prefix):
        place = Place(extent, None, {part: place})
    return place
