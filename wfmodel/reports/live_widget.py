"""The widget: dials, faults and a page, each asked by a message of the script's.

Messages from the notebook are data: a number of a dial, words of a fault. What is wrong with one
becomes a line in the widget, never an exception in the kernel.
"""

from __future__ import annotations

from typing import Any

from wfmodel.extras import need

need("anywidget")

import anywidget  # noqa: E402
import traitlets  # noqa: E402

from wfmodel.experiments.live_scenario import LiveScenario  # noqa: E402
from wfmodel.reports.live_data import (  # noqa: E402
    answer_data,
    dials_data,
    page_of,
    script,
)


class LiveExplorer(anywidget.AnyWidget):
    """What ``wfmodel.explorer`` gives a notebook. ``rows`` is the answer as it stands."""

    _esm = script()
    controls = traitlets.Dict().tag(sync=True)
    rows: traitlets.List[Any] = traitlets.List().tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)
    page = traitlets.Unicode("").tag(sync=True)

    def __init__(self, live: LiveScenario, instances: int) -> None:
        super().__init__()
        self._live, self._instances = live, instances
        self.controls = dials_data(live)
        self.rows = answer_data(live)
        self.on_msg(self._asked)

    def _asked(self, _: object, message: Any, __: object) -> None:  # noqa: ANN401 - of a notebook
        self.ask(message)

    def ask(self, message: Any) -> None:  # noqa: ANN401 - of a notebook
        """Do what a message says: ``turn``, ``strike``, ``reset`` or ``show``."""
        try:
            self._do(message)
            self.said = ""
        except (ValueError, KeyError, TypeError, IndexError) as error:
            self.said = str(error)

    def _do(self, message: dict[str, Any]) -> None:
        live = self._live
        match message["what"]:
            case "turn":
                live.turn(int(message["dial"]), float(message["multiple"]))
            case "strike":
                fault = (str(message[key]) for key in ("kind", "target", "at", "lasts"))
                live.strike(*fault)
            case "reset":
                live.reset()
            case "show":
                shown = page_of(live.scenario, live.workflow, self._instances)
                self.page = shown.html
                return
            case other:
                raise ValueError(f"no {other!r}; there are turn, strike, reset, show")
        self.rows = answer_data(live)
