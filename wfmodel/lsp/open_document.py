"""One text that an editor has open: as it is now, as it was read last, and what was found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath

from wfmodel.checks.resolved_finding import Reported
from wfmodel.lsp.outline import Mention, Outline, outlines
from wfmodel.lsp.text_places import TextPlaces
from wfmodel.model.loading import LoadResult


@dataclass(frozen=True)
class ReadText:
    """A text as the importers read it: results with their documents, and outlines made of them."""

    places: TextPlaces
    results: Sequence[LoadResult]
    file: str

    @cached_property
    def outlines(self) -> tuple[Outline, ...]:
        """Of each machine that stands in the text itself."""
        return outlines(self.results, self.file)

    def extent(self, outline: Outline, mention: Mention) -> tuple[int, int]:
        """Offsets of a mention, in the text."""
        return self.places.extent(*outline.extent(mention))

    def at(self, offset: int) -> tuple[Outline, Mention] | None:
        """The mention that stands at an offset; None: nothing there names a state."""
        for outline in self.outlines:
            for mention in outline.mentions:
                begin, end = self.extent(outline, mention)
                if begin <= offset <= end:
                    return outline, mention
        return None


@dataclass
class OpenDocument:
    """A text, its version in the editor, and what is known of it and of versions before."""

    uri: str
    file: FilePath
    folder: FilePath
    """The folder for whose settings it is checked."""
    encoding: str
    version: int
    text: str
    read: ReadText | None = None
    """The last text that was read, whatever came of it."""
    good: ReadText | None = None
    """The last in which states were found."""
    drawn: ReadText | None = None
    """The last that held a workflow."""
    findings: tuple[Reported, ...] = ()
    """Of the last check, whose text is ``checked``."""
    checked: TextPlaces | None = None
    leads_to: frozenset[str] = field(default_factory=frozenset)
    """Files that were read for the last check, by absolute path."""

    @cached_property
    def places(self) -> TextPlaces:
        """Places of the text as it is now."""
        return TextPlaces(self.text, self.encoding)

    @property
    def raw(self) -> bytes:
        """What a file with this text would hold."""
        return self.text.encode("utf-8", "surrogatepass")

    @property
    def is_read(self) -> bool:
        """Whether the text as it is now has been read."""
        return self.read is not None and self.read.places.text == self.text

    def change(self, text: str, version: int) -> None:
        """The editor has another text."""
        self.text, self.version = text, version
        self.__dict__.pop("places", None)

    def take(self, text: str, results: Sequence[LoadResult]) -> None:
        """A text has been read."""
        self.read = ReadText(TextPlaces(text, self.encoding), results, str(self.file))
        if self.read.outlines:
            self.good = self.read
        if any(each.workflow is not None for each in self.read.outlines):
            self.drawn = self.read
