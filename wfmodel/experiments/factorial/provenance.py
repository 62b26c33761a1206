"""Where numbers come from: versions, seed and hashes of what was declared; never the time.

Hashes are BLAKE2b over canonical JSON (sorted keys), so that they do not depend on how a file was
laid out.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from importlib import metadata
from typing import Any, Final

from wfmodel.experiments.experiment import Precision
from wfmodel.experiments.factorial.cell_work import CellWork
from wfmodel.experiments.scenario import Scenario, Variant
from wfmodel.metrics import NO_TERMS
from wfmodel.model.validate import adapter
from wfmodel.model.workflow import Workflow
from wfmodel.simulation import Setting

FORMAT: Final = "wfmodel-sweep-1"


@cache
def versions() -> Mapping[str, str]:
    """What computes: a number may change in its last digits with any of these."""
    return {
        "wfmodel": metadata.version("wfmodel"),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "numpy": metadata.version("numpy"),
        "scipy": metadata.version("scipy"),
    }


def key_of(work: CellWork) -> str:
    """The hash that names a cell: of all that its numbers depend on."""
    return _hash(
        {
            "format": FORMAT,
            "versions": dict(versions()),
            "workflow": work.workflow_key,
            "variants": [[name, _data(Variant, variant)] for name, variant in work.variants],
            "pair": work.pair,
            "setting": _data(Setting, work.setting),
            "seed": work.seed,
            "responses": work.responses,
            "looks": work.looks,
            "precision": _data(Precision | None, work.precision),
            "confidence": work.confidence,
            "until_sign": work.until_sign,
            **({} if work.terms == NO_TERMS else {"terms": repr(work.terms)}),
        }
    )


class WorkflowKeys:
    """Hashes of workflows. Most cells of a plan share one: it is hashed once."""

    def __init__(self) -> None:
        self._last: tuple[Workflow, str] | None = None

    def key(self, workflow: Workflow) -> str:
        """The hash of a workflow."""
        if self._last is None or self._last[0] is not workflow:
            self._last = (workflow, _hash(_data(Workflow, workflow)))
        return self._last[1]


def scenario_hash(scenario: Scenario, workflow: Workflow) -> str:
    """The hash of everything that was declared."""
    parts = {"scenario": _data(Scenario, scenario), "workflow": _data(Workflow, workflow)}
    return _hash(parts)


def provenance(scenario: Scenario, workflow: Workflow) -> dict[str, str]:
    """What every file of a sweep carries."""
    return {
        "format": FORMAT,
        **versions(),
        "seed": str(scenario.seed),
        "scenario": scenario_hash(scenario, workflow),
    }


def _data(kind: Any, value: object) -> Any:  # noqa: ANN401 - any declared class to plain data
    return adapter(kind).dump_python(value, mode="json")


def _hash(data: object) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=16).hexdigest()
