"""What an experiment allows to say, in words: no more than its intervals carry."""

from __future__ import annotations

from typing import Final

from wfmodel.experiments.experiment import Factor, Level
from wfmodel.experiments.factorial.experiment_runs import ExperimentResult
from wfmodel.experiments.factorial.threshold import ThresholdResult, Tried
from wfmodel.model.units import parse_duration
from wfmodel.wording.declarations import duration_words
from wfmodel.wording.figures import UNDEFINED, significant

SIGN_WORDS: Final = {-1: "below zero", 0: "not decided", 1: "above zero"}
"""What is known of the sign of a difference."""


def value_words(factor: Factor, value: Level) -> str:
    """A factor's value."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if factor.is_duration:
        return duration_words(parse_duration(value) if isinstance(value, str) else round(value))
    if isinstance(value, int | float):
        return f"×{significant(value)}" if factor.times else significant(value)
    return str(value)


def precision_words(result: ExperimentResult) -> str:
    """How many points did not reach the precision that was asked; empty if none was asked."""
    if result.experiment.precision is None:
        return ""
    missed = result.imprecise()
    if not missed:
        return "Every interval is as narrow as was asked."
    numbers = [str(each.point.number) for each in missed]
    listed = ", ".join(numbers[:10]) + (", …" if len(numbers) > 10 else "")
    most = result.experiment.precision.most
    return (
        f"At {len(missed)} of {len(result.points)} points an interval is not shown to be as narrow"
        f" as was asked after {most} replications: {listed}."
    )


def threshold_words(result: ThresholdResult) -> str:
    """Where the sign changes, or what was found instead."""
    name, title = result.threshold.factor, result.metric.title
    first, last = result.tried[0], result.tried[-1]
    at = f"[{_value(result, first)}, {_value(result, last)}]"
    if result.between is None:
        return f"No crossing shown in {name} {at}: {_signs(result, title)}."
    low, high = result.between
    text = (
        f"With {name} up to {_value(result, low)}, {_said(result, low, title)}; from"
        f" {_value(result, high)} on, {_said(result, high, title)}. Between them the sign is not"
        " decided."
    )
    if result.changes > 1:
        text += f" The sign changes {result.changes} times in {at}; this is the first."
    return text


def _signs(result: ThresholdResult, title: str) -> str:
    decided = [each for each in result.tried if each.sign]
    if not decided:
        return f"the sign of the difference in {title} is decided nowhere"
    spans = f"{_value(result, decided[0])} to {_value(result, decided[-1])}"
    undecided = len(result.tried) - len(decided)
    rest = f", and not decided at {undecided} of {len(result.tried)} values" if undecided else ""
    return f"{_said(result, decided[0], title)} from {spans}{rest}"


def _said(result: ThresholdResult, tried: Tried, title: str) -> str:
    first, second = result.pair
    better = result.metric.better
    if better is None:
        return f"{second} has {'more' if tried.sign > 0 else 'less'} {title} than {first}"
    wins = (tried.sign > 0) == (better == "higher")
    return f"{second} is {'better' if wins else 'worse'} than {first} in {title}"


def _value(result: ThresholdResult, tried: Tried) -> str:
    return value_words(result.factor, tried.value) or UNDEFINED
