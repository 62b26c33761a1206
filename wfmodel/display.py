"""How an object shows itself, asked for below and answered above.

A workflow, a run or a comparison is data and knows no words, tables or drawings; still Python's
prompt, a notebook and a data frame should have something of it that people can read. So a class
says here what it can do (``Shown``, ``Tabular``, ``Plotted``), and ``wfmodel/__init__`` names who
answers, before anything else is imported: the package ``showing``, which stands above all that it
shows. Nobody imports it before there is something to see.

>>> class Parcel(Shown):
...     pass
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Showing(Protocol):
    """Who answers for every class: what stands in ``wfmodel.showing``."""

    def text(self, subject: object) -> str:
        """A few lines of at most 2,000 characters."""
        ...

    def bundle(self, subject: object) -> dict[str, str]:
        """What a notebook chooses from: contents by MIME type."""
        ...

    def frame(self, subject: object, library: str) -> Any:  # noqa: ANN401 - of that library
        """Its rows as a table of ``pandas``, ``polars`` or ``pyarrow``."""
        ...

    def plot(self, subject: object, what: Any, axes: Axes | None) -> Axes:  # noqa: ANN401
        """Its plot."""
        ...


_ANSWERING: Final[list[Callable[[], Showing]]] = []


def shown_by(find: Callable[[], Showing]) -> None:
    """Name who answers from now on; it is looked for when somebody asks."""
    _ANSWERING[:] = [find]


class Shown:
    """What shows itself: in short at Python's prompt, as a picture or a table in a notebook.

    A dataclass that is one is declared with ``repr=False``.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return _ANSWERING[0]().text(self)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows of it."""
        found = _ANSWERING[0]().bundle(self)
        return {
            kind: content
            for kind, content in found.items()
            if (not include or kind in include) and kind not in (exclude or ())
        }


class Tabular(Shown):
    """What is a table too."""

    __slots__ = ()

    def to_frame(self, library: str = "pandas") -> Any:  # noqa: ANN401 - of the library asked for
        """All rows as a data frame of ``pandas`` or ``polars``; units are in the columns' names,
        or in a column ``unit``. What is not known is missing, never zero.

        Raises:
            ModuleNotFoundError: the library is not installed; the message says how to get it.
            ValueError: it is neither of the two.
        """
        if library not in ("pandas", "polars"):
            raise ValueError(f"to_frame knows pandas and polars; got {library!r}")
        return _ANSWERING[0]().frame(self, library)

    def to_arrow(self) -> Any:  # noqa: ANN401 - pyarrow comes without types
        """The same as a table of ``pyarrow``.

        Raises:
            ModuleNotFoundError: it is not installed; the message says how to get it.
        """
        return _ANSWERING[0]().frame(self, "pyarrow")


class Plotted(Shown):
    """What has a plot."""

    __slots__ = ()

    def plot(self, what: Any = None, *, axes: Axes | None = None) -> Axes:  # noqa: ANN401
        """The plot that is asked for first, or ``what``: a metric, a variant, an instance by its
        number, whatever there are several of (docs/python.md). It is drawn with matplotlib, into
        ``axes`` if they are given, and the axes are returned.

        Raises:
            KeyError: there is no such plot; the message names those that there are.
            ModuleNotFoundError: matplotlib is not installed; the message says how to get it.
        """
        return _ANSWERING[0]().plot(self, what, axes)


def svg_of(subject: object) -> str | None:
    """The picture of a workflow; None where none can be made."""
    return _ANSWERING[0]().bundle(subject).get("image/svg+xml")
