"""State machines in Terraform's own language: ``definition`` as heredoc, text or ``jsonencode``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from wfmodel.importers.embedded import machine, substitutions
from wfmodel.importers.embedded.hcl import HclError, HclToken, flat_templates, tokens, too_deep
from wfmodel.importers.embedded.hcl_values import Locals, Values
from wfmodel.importers.embedded.machine import EmbeddedMachine
from wfmodel.importers.embedded.marks import MODULE_WORD, TERRAFORM_TYPE
from wfmodel.importers.embedded.notations import unescaped
from wfmodel.importers.embedded.positions import Excerpt, Segment
from wfmodel.model.limits import MOST_DEPTH, MOST_VALUES
from wfmodel.model.source import Extent, Lines, Path, Place, Span

_HERE: Final = re.compile(r"^\$\{path[._](?:module|root|cwd)\}/")
_LOCALS: Final = "locals"
_TEMPLATE: Final = ("data", "template_file")
_AROUND: Final = (_LOCALS, _TEMPLATE[0])
"""Blocks that hold what machines name; each begins its path."""

_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
_FILES: Final = ("file", "templatefile")
_SAME_DATA: Final = ("jsonencode", "jsondecode", "yamldecode")
"""Functions that write or read what they are given in another notation."""
_DIRECTIVES: Final = "its definition has template directives, which only a deployment follows"


@dataclass(frozen=True, slots=True)
class TerraformBlock:
    """The block of a machine: its label, the tokens between its braces, and its path."""

    label: str
    at: HclToken
    body: list[HclToken]
    path: Path = ()


@dataclass(frozen=True, slots=True)
class _Source:
    text: str
    file: str
    lines: Lines

    def span(self, begin: int, end: int) -> Span:
        return Span(self.file, *self.lines.extent(begin, end))


def machines_in_hcl(text: str, file: str) -> Iterator[EmbeddedMachine]:
    """Every machine of a ``.tf`` file, in its order; named by its label.

    Raises:
        RefusedError: not HCL.
    """
    source = _Source(text, file, Lines(text))
    try:
        found = list(blocks(tokens(text)))
        around = [block for block in found if block.path[0] in _AROUND]
        for block in found:
            if block.path[0] not in _AROUND:
                yield replace(_machine(source, block, around), express=_is_express(block.body))
    except HclError as error:
        raise error.refused(text, file) from None


def blocks(stream: Iterable[HclToken]) -> Iterator[TerraformBlock]:
    """Every block ``resource "aws_sfn_state_machine" "label" { ... }``, ``locals`` and
    ``data "template_file" "label"``, and each ``module`` of Step Functions, at the top.

    Raises:
        HclError: brackets do not match, or a bound is passed.
    """
    header, body, open_signs = list[HclToken](), None, list[HclToken]()
    for token in stream:
        if token.kind == "sign" and token.text in _PAIRS:
            open_signs.append(token)
            if len(open_signs) > MOST_DEPTH:
                raise too_deep(token.begin)
            if len(open_signs) == 1:
                body = None if _read_as(header) is None else list[HclToken]()
                continue
        elif token.kind == "sign" and token.text in ")]}":
            _close(open_signs, token)
            if not open_signs:
                if body is not None:
                    path = _read_as(header) or (_LOCALS,)
                    block = TerraformBlock(str(path[-1]), header[0], body, path)
                    if path[0] != "module" or _is_of_step_functions(body):
                        yield block
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


def _close(open_signs: list[HclToken], token: HclToken) -> None:
    if not open_signs or _PAIRS[open_signs.pop().text] != token.text:
        raise HclError(f"{token.text!r} closes nothing", token.begin)


def _read_as(header: list[HclToken]) -> Path | None:
    """The path of a block that is read; its last part is the label."""
    named = tuple(_label(token) for token in header)
    if len(named) == 3 and named[:2] in (("resource", TERRAFORM_TYPE), _TEMPLATE):
        return named
    if len(named) == 2 and named[0] == "module":
        return named
    return (_LOCALS,) if [token.text for token in header] == [_LOCALS] else None


def _is_of_step_functions(body: list[HclToken]) -> bool:
    """Whether a module's source says so, and it is given a definition."""
    source = _set_to(body, "source")
    named = source is not None and MODULE_WORD in body[source].text
    return named and _set_to(body, "definition") is not None


def _label(token: HclToken) -> str:
    return token.text[1:-1] if token.kind == "string" else token.text


def _machine(
    source: _Source, block: TerraformBlock, around: list[TerraformBlock]
) -> EmbeddedMachine:
    index = _set_to(block.body, "definition")
    if index is None:
        why = "it has no definition"
        return machine.unread(block.label, why, source.span(block.at.begin, block.at.end))
    local = [each for each in around if each.path[0] == _LOCALS]
    for _ in range(MOST_DEPTH):  # a local value may be another local value
        where = _local(block, index, local) or _template(block, index, around)
        if where is None:
            break
        block, index = where
    made = _defined(source, block, index, local)
    given = _set_to(block.body, "vars")
    if made.constants or given is None:
        return made
    values = Values(source.text, block.body, source.lines)
    return replace(made, constants=substitutions.constants_of(values.expression(given).value))


def _local(
    block: TerraformBlock, index: int, local: list[TerraformBlock]
) -> tuple[TerraformBlock, int] | None:
    """Where ``local.NAME`` is written, under the label of the machine."""
    here = [token.text for token in block.body[index : index + 3]]
    if here[:2] != ["local", "."] or len(here) < 3:
        return None
    rest = block.body[index + 3 : index + 4]
    if rest and rest[0].kind != "newline":
        return None
    for each in local:
        at = _set_to(each.body, here[2])
        if at is not None:
            return replace(block, body=each.body), at
    return None


def _template(
    block: TerraformBlock, index: int, around: list[TerraformBlock]
) -> tuple[TerraformBlock, int] | None:
    """Where the template of ``data.template_file.NAME.rendered`` is written."""
    here = [token.text for token in block.body[index : index + 7]]
    if here[:4] != ["data", ".", "template_file", "."] or here[5:] != [".", "rendered"]:
        return None
    for each in around:
        at = _set_to(each.body, "template") if each.path[1:] == (_TEMPLATE[1], here[4]) else None
        if at is not None:
            return replace(block, body=each.body), at
    return None


def _defined(
    source: _Source, block: TerraformBlock, index: int, local: list[TerraformBlock]
) -> EmbeddedMachine:
    def where(name: str) -> tuple[list[HclToken], int] | None:
        found = ((each.body, _set_to(each.body, name)) for each in local)
        return next(((body, at) for body, at in found if at is not None), None)

    values = Values(source.text, block.body, source.lines, Locals(where))
    index = _unwrapped(values, block.body, index)
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
            named = values.text_of(block.body[inner])
            made = machine.elsewhere(block.label, named, span, _target(named))
            return replace(made, constants=_variables(values, inner + 1))
    why = "its definition is an expression"
    return machine.unread(block.label, why, source.span(at.begin, at.end))


def _unwrapped(values: Values, body: list[HclToken], index: int) -> int:
    """Where ``file()`` stands in ``jsonencode(yamldecode(file(...)))``; else the index given."""
    at = index
    while body[at].text in _SAME_DATA and values.is_sign(at + 1, "("):
        at = values.skip_lines(at + 2)
        if at >= len(body):
            return index
    return at if body[at].text in _FILES and at > index else index


def _variables(values: Values, index: int) -> Mapping[str, str]:
    """What ``templatefile`` fills in, as far as it is written out."""
    after = values.skip_lines(index)
    if not values.is_sign(after, ","):
        return {}
    return substitutions.constants_of(values.expression(values.skip_lines(after + 1)).value)


def _target(where: str) -> str:
    """A path from the folder of the file; empty where a deployment decides."""
    path = _HERE.sub("", where, count=1)
    return "" if "${" in path else path


def _is_express(body: list[HclToken]) -> bool:
    index = _set_to(body, "type")
    return index is not None and body[index].text == '"EXPRESS"'


def _set_to(body: list[HclToken], name: str) -> int | None:
    """The index of what an argument is set to, at the top of a block."""
    depth = 0
    for index, token in enumerate(body[:-2]):
        if token.kind == "sign":
            depth += (token.text in "([{") - (token.text in ")]}")
        starts = index == 0 or body[index - 1].kind == "newline"
        if depth == 0 and starts and token.text == name and body[index + 1].text == "=":
            return index + 2
    return None


def _prefix(block: TerraformBlock) -> Path:
    return (*block.path, "definition")


def _encoded(source: _Source, block: TerraformBlock, values: Values, index: int) -> EmbeddedMachine:
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


def _of_text(source: _Source, block: TerraformBlock, at: HclToken) -> EmbeddedMachine:
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
