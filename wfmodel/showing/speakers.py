"""Which module speaks for an object: imported when the first of its kind is to be seen."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from wfmodel.extras import need
from wfmodel.showing.card import Card, card_of
from wfmodel.showing.table_columns import table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SPEAKERS: Final = {
    "wfmodel.model": "definitions",
    "wfmodel.checks": "definitions",
    "wfmodel.designs.system": "definitions",
    "wfmodel.designs.history": "runs",
    "wfmodel.metrics": "runs",
    "wfmodel.experiments.timeline": "runs",
    "wfmodel.experiments.example_instance": "runs",
    "wfmodel.exploration": "searches",
    "wfmodel.experiments.explored_variant": "searches",
    "wfmodel.experiments": "results",
    "wfmodel.experiments.cross_check": "hunts",
    "wfmodel.experiments.hunting": "hunts",
    "wfmodel.experiments.one_factor_runs": "estimates",
    "wfmodel.experiments.factorial": "estimates",
    "wfmodel.experiments.exact_answers": "estimates",
    "wfmodel.experiments.rare_answers": "estimates",
    "wfmodel.experiments.rare_events": "estimates",
}
"""Where a class stands, and who speaks for it; the longest name counts."""


def _introduce(subject: object) -> None:
    """Import who speaks for it."""
    for cls in type(subject).__mro__:
        homes = [home for home in _SPEAKERS if f"{cls.__module__}.".startswith(f"{home}.")]
        if homes:
            import_module(f"wfmodel.showing.{_SPEAKERS[max(homes, key=len)]}")
            return


def _card(subject: object) -> Card:
    _introduce(subject)
    return card_of(subject)


def text(subject: object) -> str:
    """A few lines of at most 2,000 characters."""
    return _card(subject).text()


def bundle(subject: object) -> dict[str, str]:
    """Contents by MIME type."""
    return _card(subject).bundle()


def frame(subject: object, library: str) -> Any:  # noqa: ANN401 - of that library
    """Its rows as a table of ``pandas``, ``polars`` or ``pyarrow``."""
    need(library)
    _introduce(subject)
    found = table_of(subject)
    module = import_module(library)
    return module.table(found) if library == "pyarrow" else module.DataFrame(found)


def plot(subject: object, what: Any, axes: Axes | None) -> Axes:  # noqa: ANN401 - by class
    """Its plot."""
    from wfmodel.reports.object_plots import plotted

    return plotted(subject, what, axes)
