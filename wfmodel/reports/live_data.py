"""What a notebook's explorer shows: the page in a frame, dials and answers as numbers and words."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from wfmodel.designs.faults import FACTS, FaultKind, FaultScope
from wfmodel.escaping import printable
from wfmodel.experiments import Scenario
from wfmodel.experiments.explorable import explorable
from wfmodel.experiments.live_scenario import RANGE, LiveScenario
from wfmodel.model.files import read_file, write_file
from wfmodel.model.workflow import Workflow
from wfmodel.reports.explorer_page import explorer_html
from wfmodel.wording.figures import number

HIGH: Final = 900
"""Pixels of the frame."""


@dataclass(frozen=True)
class ExplorerFrame:
    """The page of ``wfmodel explorer``, for a notebook."""

    html: str

    def _repr_html_(self) -> str:
        source = escape(self.html, quote=True)
        return f'<iframe srcdoc="{source}" style="width:100%;height:{HIGH}px;border:0"></iframe>'

    def save(self, path: str | Path) -> None:
        """Write the page.

        Raises:
            OSError: the file cannot be written.
        """
        write_file(Path(path), self.html)


def page_of(scenario: Scenario, workflow: Workflow, instances: int) -> ExplorerFrame:
    """The page of a scenario as it stands, without stories, which take a search."""
    found = explorable(scenario, workflow, most_instances=instances, most_states=0)
    return ExplorerFrame(explorer_html(found))


def dials_data(live: LiveScenario) -> dict[str, Any]:
    """What the widget's script draws its controls from."""
    return {
        "range": RANGE,
        "dials": [
            {
                "title": printable(d.title),
                "stands": printable(d.stands),
                "most": d.most,
                "count": d.count,
            }
            for d in live.dials
        ],
        "kinds": [kind.value for kind in FaultKind if kind not in _NEED_MORE],
        "targets": [printable(each) for each in live.targets],
        "variants": [printable(each) for each in live.scenario.variants_by_name()],
    }


_NEED_MORE: Final = {
    kind
    for kind, facts in FACTS.items()
    if facts.slows or facts.scope in (FaultScope.BROKER, FaultScope.PARTICIPANT)
}
"""Kinds that want a factor or a backup, or have no target."""


def answer_data(live: LiveScenario) -> list[dict[str, Any]]:
    """The answer as rows of text: what decides, and how instances ended."""
    found, known = live.answer().variants, live.scenario.terms.every_metric()
    rows = [
        {
            "title": printable(known[name].title),
            "cells": [number(each.values[name], known[name].unit) for each in found],
        }
        for name in live.scenario.primary
    ]
    rows.append({"title": "instances", "cells": [f"{each.instances:,}" for each in found]})
    endings = dict.fromkeys(e for each in found for e, count in each.endings.items() if count)
    rows += [
        {
            "title": f"ended {ending.replace('-', ' ')}",
            "cells": [f"{each.endings.get(ending, 0):,}" for each in found],
        }
        for ending in endings
    ]
    return rows


def script() -> str:
    """The widget's script."""
    return read_file(Path(__file__).with_name("templates") / "live.js").decode("utf-8")
