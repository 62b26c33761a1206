"""One machine of a larger file: its name, its value, and a document that leads to outer places.

The JSON pointer of a part is that of the machine's property in the larger file followed by the
pointer inside the machine, whether the machine is an object there or a text:
``/Resources/Order/Properties/DefinitionString/States/Pay/Next``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from wfmodel.importers.asl.templates import mask, unmasked
from wfmodel.importers.embedded.outer_findings import ELSEWHERE, UNREAD, placed
from wfmodel.importers.embedded.positions import Excerpt
from wfmodel.importers.embedded.substitutions import filled, is_one
from wfmodel.model.findings import Finding
from wfmodel.model.json_reader import json_places, read_json
from wfmodel.model.limits import RefusedError, refusal
from wfmodel.model.source import Document, Path, Place, Span

if TYPE_CHECKING:  # it reads YAML, which few files need
    from wfmodel.importers.embedded.outer import Outer, Piece

_BESIDE_A_SUBSTITUTION: Final = re.compile(r'"\ue000[^"]*"\s*\Z')
_STRUCTURE: Final = frozenset(
    {"States", "Branches", "Iterator", "ItemProcessor", "Choices", "Retry", "Catch"}
)
_TARGETS: Final = frozenset({"StartAt", "Next", "Default"})
NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class EmbeddedMachine:
    """A definition that was found. Without a document it is not read, and findings say why; with
    one they say what is wrong in the larger file itself.

    ``size`` counts the characters of a definition that is a text: aliases may repeat one.
    ``express`` is the machine's type; ``target`` the file that the definition stands in, from the
    larger file's folder, and ``constants`` what the larger file puts in place of ``${name}`` there;
    ``names`` are all that it fills in, if it says so.
    """

    name: str
    document: Document | None
    findings: tuple[Finding, ...] = ()
    size: int = 0
    express: bool = False
    target: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] | None = None


def of_value(
    name: str,
    value: object,
    *,
    file: str,
    text: str,
    prefix: Path,
    places: Callable[[], Place],
    constants: Mapping[str, str] = NOTHING,
) -> EmbeddedMachine:
    """A machine that is an object of the file; ``places`` gives the file's tree of places.

    ``constants`` are what the file itself puts in place of ``${name}``.
    """
    value = filled(value, constants) if constants else value
    document = Document(file, text, value, places, {(): prefix})
    undetermined = not_determined(name, document)
    return (
        EmbeddedMachine(name, None, undetermined)
        if undetermined
        else EmbeddedMachine(name, document)
    )


def not_determined(name: str, document: Document) -> tuple[Finding, ...]:
    """That a machine's structure is only known on deployment; nothing where it is all there."""
    computed = next(computed_parts(document.value), None)
    if computed is None:
        return ()
    message = f"{name!r}: {_said(computed)} is only known on deployment: the machine is not read"
    return (placed(UNREAD, message, document.locate(computed)),)


def of_text(
    name: str,
    excerpt: Excerpt,
    *,
    file: str,
    text: str,
    prefix: Path,
    chain: Callable[[Place], Place],
    span: Callable[[], Span],
    constants: Mapping[str, str] = NOTHING,
) -> EmbeddedMachine:
    """A machine that is JSON text, at ``span``; ``chain`` puts its tree of places at the prefix."""
    if not excerpt.text.strip():
        return EmbeddedMachine(
            name, None, (refusal("L104", f"{name!r} has an empty definition", span()),)
        )
    masked = mask(excerpt.text)
    try:
        value = unmasked(filled(read_json(masked, file), constants))
    except RefusedError as error:
        found = _refused(name, error.finding, masked, excerpt)
        return EmbeddedMachine(name, None, (found,), len(masked))

    def places() -> Place:
        return chain(excerpt.places(json_places(masked, file)))

    made = of_value(name, value, file=file, text=text, prefix=prefix, places=places)
    return replace(made, size=len(masked))


def of_pieces(
    outer: Outer,
    name: str,
    pieces: list[Piece],
    path: Path,
    rewrite: Callable[[str], str],
    constants: Mapping[str, str] = NOTHING,
) -> EmbeddedMachine:
    """A machine that is JSON text at a path of the file, put together from pieces."""
    return of_text(
        name,
        outer.excerpt(pieces, rewrite),
        file=outer.file,
        text=outer.text,
        prefix=path,
        chain=lambda inner: _hung_at(path, outer.place, inner),
        span=lambda: outer.span(path),
        constants=constants,
    )


def elsewhere(name: str, where: str, span: Span, target: str = "") -> EmbeddedMachine:
    """A machine whose definition stands in a file of its own; ``target`` leads there."""
    message = f"{name!r} is defined in {where}: check that file"
    return EmbeddedMachine(name, None, (placed(ELSEWHERE, message, span),), target=target)


def unread(name: str, why: str, span: Span) -> EmbeddedMachine:
    """A machine whose definition cannot be read here."""
    return EmbeddedMachine(name, None, (placed(UNREAD, f"{name!r} is not read: {why}", span),))


def _hung_at(prefix: Path, lookup: Callable[[Path], Place], inner: Place) -> Place:
    """A tree of places in which the machine's stands at the prefix, and nothing else does."""
    extents = [lookup(prefix[:length]) for length in range(len(prefix) + 1)]
    place = Place(inner.extent, extents[-1].key, inner.parts)
    for part, around in zip(reversed(prefix), reversed(extents[:-1]), strict=True):
        place = Place(around.extent, around.key, {part: place})
    return place


def computed_parts(machine: object) -> Iterator[Path]:
    """Paths of states, branches and targets that a deployment fills in: no machine without them."""
    waiting: list[tuple[Path, object]] = [((), machine)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            if _is_structure(path) and is_one(value):
                yield path
        elif isinstance(value, Mapping):
            waiting += [
                ((*path, key), inner) for key, inner in value.items() if _leads_on(path, key)
            ]
        elif isinstance(value, list):
            waiting += [((*path, index), inner) for index, inner in enumerate(value)]


def _leads_on(path: Path, key: str) -> bool:
    """Whether a part belongs to the machine's structure, and not to the data that it hands on."""
    return (
        path[-1:] == ("States",) or key in _STRUCTURE or key in _TARGETS or _is_type((*path, key))
    )


def _is_type(path: Path) -> bool:
    """Whether the type of a state stands here."""
    return path[-1:] == ("Type",) and path[-3:-2] == ("States",)


def _is_structure(path: Path) -> bool:
    if not path or path[-1] in _STRUCTURE or path[-1] in _TARGETS or _is_type(path):
        return True
    return len(path) > 1 and path[-2] in _STRUCTURE


def _said(path: Path) -> str:
    return ".".join(str(part) for part in path) if path else "its definition"


def _refused(name: str, found: Finding, masked: str, excerpt: Excerpt) -> Finding:
    """What reading the inner text said, at its outer place.

    Where the text breaks right beside a bare ``${X}``, the deployment may put the missing piece in.
    """
    assert found.span is not None
    inner = found.span
    span = Span(inner.file, *excerpt.extent(inner.extent))
    lines = masked.split("\n")
    before = "\n".join(lines[max(0, inner.line - 3) : inner.line - 1])
    before += "\n" + lines[inner.line - 1][: inner.column - 1]
    after = lines[inner.line - 1][inner.column - 1 :][:2]
    if found.code == "L105" and (_BESIDE_A_SUBSTITUTION.search(before) or after == '"\ue000'):
        why = "a part of its structure is only known on deployment"
        return placed(UNREAD, f"{name!r} is not read: {why}", span)
    return replace(found, message=f"in the definition of {name!r}: {found.message}", span=span)
