"""A value of a factor is written at its path; the rest of scenario and workflow stays as it is.

What stands at the path decides what a value means: a duration given to a distribution becomes its
mean and the family stays, so that the same uniform numbers still give paired draws. Nothing is
evaluated: a path is a walk through dataclasses, mappings and lists, and every new value passes the
same validation as a file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final, TypeAlias

from pydantic import TypeAdapter, ValidationError

from wfmodel.experiments.experiment import Factor, Level
from wfmodel.experiments.perturbations import scaled, with_mean
from wfmodel.experiments.scenario import Scenario, Variant
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.spelling import hint
from wfmodel.model.strict import first_refusal
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Workflow

ROOTS: Final = ("design", "variant", "knobs", "variants", "setting", "workflow")
"""What a path may begin with."""
ANY: Final = "*"
SYSTEM: Final = "system"
"""The one variant of a cell where design or variant is a factor: a factor's column tells which."""

Node: TypeAlias = Any
"""A dataclass, a mapping, a tuple or a value of a declaration."""
Change: TypeAlias = Callable[[Node], Node]


class FactorError(ValueError):
    """A path that leads nowhere, or a value that cannot stand there."""


class _AbsentError(FactorError):
    """There is nothing of this name at one place; behind ``*`` that is no error."""


@dataclass(frozen=True)
class Setup:
    """What a cell runs: a scenario and a workflow, with every factor's value in place."""

    scenario: Scenario
    workflow: Workflow


def applied(setup: Setup, factor: Factor, value: Level) -> Setup:
    """The setup with a factor set to a value.

    Raises:
        FactorError: the path leads nowhere, or the value is not possible there.
    """
    root, *rest = factor.parts
    scenario, workflow = setup.scenario, setup.workflow
    match root:
        case "design" | "variant" if not rest:
            return Setup(_single(scenario, root, value), workflow)
        case "workflow" if rest:
            return Setup(scenario, _walk(workflow, rest, factor, value))
        case "knobs" if rest:
            return Setup(_with_knobs(scenario, rest, factor, value), workflow)
        case "setting" if rest:
            setting = _walk(scenario.setting, rest, factor, value)
            return Setup(_replaced(scenario, "setting", setting, factor), workflow)
        case "variants" if len(rest) > 1:
            variants = _walk(scenario.variants_by_name(), rest, factor, value)
            return Setup(_replaced(scenario, "variants", variants, factor), workflow)
    raise FactorError(f"path {_shown(factor)}: {_unlike('beginning', root, ROOTS)}")


def _single(scenario: Scenario, root: str, value: Level) -> Scenario:
    """The scenario with one system only."""
    known = scenario.variants_by_name()
    if root == "variant":
        if value not in known:
            raise FactorError(_unlike("variant", str(value), known))
        return replace(scenario, variants={SYSTEM: known[value]}, compare=None)
    try:
        variant = Variant(design=value, knobs=scenario.knobs)
    except ValidationError as error:
        raise FactorError(f"design {value!r}: {_said(error)}") from None
    return replace(scenario, variants={SYSTEM: variant}, compare=None)


def _with_knobs(scenario: Scenario, rest: list[str], factor: Factor, value: Level) -> Scenario:
    """Knobs are set for all variants, whichever they have."""
    scenario = _replaced(scenario, "knobs", _walk(scenario.knobs, rest, factor, value), factor)
    if not scenario.variants:
        return scenario
    variants = {
        name: replace(variant, knobs=_walk(variant.knobs, rest, factor, value))
        for name, variant in scenario.variants.items()
    }
    return replace(scenario, variants=variants)


def _walk(node: Node, rest: list[str], factor: Factor, value: Level) -> Node:
    return _changed(node, rest, lambda old: _new(old, factor, value), factor)


def _changed(node: Node, rest: list[str], change: Change, factor: Factor) -> Node:
    """A copy of ``node`` with what is at the path changed."""
    if not rest:
        return change(node)
    name, *further = rest
    children = _children(node)
    if name == ANY:
        return _changed_everywhere(node, children, further, change, factor)
    if name not in children:
        raise _AbsentError(f"path {_shown(factor)}: {_unlike('part', name, children)}")
    return _replaced(node, name, _changed(children[name], further, change, factor), factor)


def _changed_everywhere(
    node: Node, children: Mapping[str, Node], further: list[str], change: Change, factor: Factor
) -> Node:
    reached = False
    for each, child in children.items():
        try:
            node = _replaced(node, each, _changed(child, further, change, factor), factor)
            reached = True
        except _AbsentError:
            continue
    if not reached:
        raise _AbsentError(
            f"path {_shown(factor)}: nothing here has {'.'.join(further) or 'a part'!r}"
        )
    return node


def _children(node: Node) -> dict[str, Node]:
    if is_dataclass(node) and not hasattr(node, "mean_ns"):
        return {item.name: getattr(node, item.name) for item in fields(node)}
    if isinstance(node, Mapping):
        return {str(key): child for key, child in node.items()}
    if isinstance(node, tuple):
        return {str(number): child for number, child in enumerate(node)}
    return {}


def _replaced(node: Node, name: str, child: Node, factor: Factor) -> Node:
    if isinstance(node, Mapping):
        return {key: child if str(key) == name else old for key, old in node.items()}
    if isinstance(node, tuple):
        return tuple(child if str(i) == name else old for i, old in enumerate(node))
    try:
        return replace(node, **{name: child})
    except (ValidationError, ValueError) as error:
        raise FactorError(f"path {_shown(factor)}: {_said(error)}") from None


def _new(old: Node, factor: Factor, value: Level) -> Node:
    """The value that takes the place of ``old``."""
    try:
        if factor.times:
            return _times(old, float(value))
        if hasattr(old, "mean_ns") and not isinstance(value, Mapping):
            mean_ns = parse_duration(value)
            constant = isinstance(old, Constant) or mean_ns == 0
            return Constant(mean_ns) if constant else with_mean(old, mean_ns)
        if hasattr(old, "mean_ns") or isinstance(value, Mapping):
            return TypeAdapter(Distribution).validate_python(value)
    except (ValidationError, ValueError) as error:
        raise FactorError(f"path {_shown(factor)}: {_said(error)}") from None
    return value


def _times(old: Node, multiple: float) -> Node:
    if hasattr(old, "mean_ns"):
        return scaled(old, multiple)
    if isinstance(old, bool) or not isinstance(old, int | float):
        raise ValueError(f"times needs a number or a duration; there is {old!r}")
    product = old * multiple
    if math.isinf(product):
        raise ValueError(f"{old!r} times {multiple!r} is beyond the range of floats")
    return max(1, round(product)) if isinstance(old, int) and old else product


def _said(error: Exception) -> str:
    if isinstance(error, ValidationError):
        _, why, there = first_refusal(error)
        return f"{why[0].lower()}{why[1:]}; got {there!r}"[:300]
    return str(error)


def _shown(factor: Factor) -> str:
    return repr(".".join(factor.parts))


def _unlike(what: str, given: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    instead = hint(given, known) or f"; there are {', '.join(list(known)[:20]) or 'none'}"
    return f"unknown {what} {given!r}{instead}"
