"""An experiment's results for other programs: CSV (one line per row), and plain data for JSON.

Unknown numbers are empty in CSV and null in JSON; words that a
spreadsheet would compute begin with an apostrophe in CSV. Durations are in seconds.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import asdict
from typing import Any, Final

from wfmodel.escaping import csv_cell
from wfmodel.experiments.experiment import PlanKind
from wfmodel.experiments.factorial.conclusions import threshold_words
from wfmodel.experiments.factorial.experiment_runs import ExperimentResult
from wfmodel.experiments.factorial.outcome import ResponseRow
from wfmodel.experiments.factorial.parquet_rows import FACTOR, shown_value
from wfmodel.experiments.factorial.provenance import provenance
from wfmodel.experiments.factorial.sensitivity import ranking, tornado
from wfmodel.experiments.factorial.threshold import ThresholdResult
from wfmodel.experiments.statistics import Estimate

COLUMNS: Final = ("mean", "low", "high", "replications", "undefined", "method")


def as_csv(result: ExperimentResult) -> str:
    """Points with their factors' values, and every row's estimate."""
    factors = result.experiment.factors
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = [f"{FACTOR}{name}" for name in factors]
    writer.writerow(["point", *map(csv_cell, names), "variant", "response", *COLUMNS, "reached"])
    for each in result.points:
        values = [shown_value(f, each.point.values.get(name)) for name, f in factors.items()]
        for row in each.outcome.rows:
            found = [_empty(getattr(row.estimate, name)) for name in COLUMNS]
            before = [each.point.number, *map(_empty, (*values, row.variant, row.response))]
            writer.writerow([*before, *found, row.reached.value])
    return stream.getvalue()


def as_data(result: ExperimentResult) -> dict[str, Any]:
    """Everything, replications included, and what it says of the factors."""
    factors = result.experiment.factors
    return {
        **provenance(result.prepared.scenario, result.prepared.workflow),
        "points": [
            {
                "point": each.point.number,
                "cell": each.outcome.key,
                "factors": {
                    name: shown_value(f, each.point.values.get(name)) for name, f in factors.items()
                },
                "rows": [_row(row) for row in each.outcome.rows],
            }
            for each in result.points
        ],
        "sensitivity": _sensitivity(result),
        "storms": list(result.storms),
    }


def threshold_as_data(result: ThresholdResult) -> dict[str, Any]:
    """What was tried, and between which values the sign changes."""
    between = result.between
    return {
        "factor": result.threshold.factor,
        "response": result.threshold.response,
        "pair": list(result.pair),
        "tried": [
            {
                "value": shown_value(result.factor, each.value),
                "sign": each.sign,
                **_estimate(each.difference),
            }
            for each in result.tried
        ],
        "between": None
        if between is None
        else [shown_value(result.factor, each.value) for each in between],
        "changes": result.changes,
        "words": threshold_words(result),
    }


def sensitivity_keys(result: ExperimentResult) -> tuple[tuple[str, str], ...]:
    """(response, variant) of every row that all points have; none where points are left out, for
    what they would say of the factors.
    """
    if result.storms:
        return ()
    each = [{(row.response, row.variant) for row in p.outcome.rows} for p in result.points]
    shared = set.intersection(*each)
    ordered = [(row.response, row.variant) for row in result.points[0].outcome.rows]
    return tuple(each for each in ordered if each in shared)


def _sensitivity(result: ExperimentResult) -> list[dict[str, Any]]:
    found = []
    for response, variant in sensitivity_keys(result):
        entry: dict[str, Any] = {"response": response, "variant": variant}
        if result.experiment.plan.kind is PlanKind.ONE_AT_A_TIME:
            entry["effects"] = [
                {
                    "factor": each.factor,
                    "value": shown_value(result.experiment.factors[each.factor], each.value),
                    "verdict": each.difference.verdict.value,
                    **_estimate(each.difference.estimate),
                }
                for each in tornado(result, response, variant)
            ]
        else:
            ranked = ranking(result, response, variant)
            entry["influences"] = [
                {name: _known(value) for name, value in asdict(each).items()}
                for each in (() if ranked is None else ranked.influences)
            ]
            entry["r_squared"] = None if ranked is None else _known(ranked.r_squared)
        found.append(entry)
    return found


def _row(row: ResponseRow) -> dict[str, Any]:
    return {
        "variant": row.variant,
        "response": row.response,
        **_estimate(row.estimate),
        "reached": row.reached.value,
        "values": [_known(value) for value in row.values],
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    return {name: _known(getattr(found, name)) for name in COLUMNS}


def _known(value: Any) -> Any:  # noqa: ANN401 - number or text
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _empty(value: Any) -> Any:  # noqa: ANN401 - number or text
    known = _known(value)
    if isinstance(known, str):
        return csv_cell(known)
    return "" if known is None else known
