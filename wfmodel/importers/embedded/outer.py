"""The larger file as data: its value and its places, JSON or YAML, CloudFormation's tags included.

Values are looked up by path, and a text's segments only when a place inside it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from wfmodel.importers.embedded.notations import json_scalar, yaml_scalar
from wfmodel.importers.embedded.positions import Excerpt, Segment
from wfmodel.model.json_reader import json_places, read_json
from wfmodel.model.limits import Repeated
from wfmodel.model.reading import is_json
from wfmodel.model.source import Lines, Path, Place, Span
from wfmodel.model.yaml_reader import read_yaml

_FUNCTIONS: Final = (
    "And", "Base64", "Cidr", "Equals", "FindInMap", "GetAZs", "GetAtt", "If", "ImportValue", "Join",
    "Length", "Not", "Or", "Select", "Split", "Sub", "ToJsonString", "Transform",
)  # fmt: skip
TAGS: Final = {
    "!Ref": "Ref",
    "!Condition": "Condition",
    **{f"!{name}": f"Fn::{name}" for name in _FUNCTIONS},
}
"""CloudFormation's short forms (AWS CloudFormation User Guide, "Intrinsic function reference")."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text that is put together: written at ``path``, or standing for what is there."""

    text: str
    path: Path
    is_token: bool = False


@dataclass(frozen=True)
class Outer:
    """A parsed file whose texts may hold machines."""

    file: str
    text: str
    value: object
    find_places: Callable[[], Place]
    is_json: bool
    repeated: Repeated = field(default_factory=list)
    """Keys that stand twice: of each the last counts."""

    @cached_property
    def root(self) -> Place:
        """Where everything stands."""
        return self.find_places()

    @cached_property
    def lines(self) -> Lines:
        """Lines as both readers count them."""
        return Lines(self.text)

    def place(self, path: Path) -> Place:
        """Where the value at a path stands; its nearest surroundings where it is absent."""
        return self.root.nearest(path)

    def span(self, path: Path) -> Span:
        """The span of the value at a path."""
        return Span(self.file, *self.place(path).extent)

    def excerpt(self, pieces: list[Piece], rewrite: Callable[[str], str]) -> Excerpt:
        """A text put together from pieces, then rewritten without a change of length."""
        text = rewrite("".join(piece.text for piece in pieces))
        return Excerpt(text, lambda: self._trace(pieces), lambda: self.lines)

    def _trace(self, pieces: list[Piece]) -> Iterator[Segment]:
        scalar = json_scalar if self.is_json else yaml_scalar
        for piece in pieces:
            extent = self.place(piece.path).extent
            begin, end = self.lines.offset(*extent[:2]), self.lines.offset(*extent[2:])
            if piece.is_token:
                yield Segment(len(piece.text), begin, end)
            else:
                yield from scalar(self.text, begin, end, piece.text)


def read_outer(text: str, file: str) -> Outer:
    """The file as data.

    Raises:
        RefusedError: neither JSON nor YAML, or beyond the bounds.
    """
    repeated: Repeated = []
    if is_json(text, file):
        value = read_json(text, file, repeated)
        return Outer(file, text, value, lambda: json_places(text, file, []), True, repeated)
    value, places = read_yaml(text, file, TAGS, repeated)
    return Outer(file, text, value, lambda: places, False, repeated)
