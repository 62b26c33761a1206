"""One thing changed at a time: what people do to a definition by mistake."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Data = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A changed model: which operator, where, and the result."""

    model: str
    operator: str
    place: str
    data: Data


Site = tuple[tuple[str | int, ...], Data]
"""The path of a state, and the state."""


def states_of(data: Data) -> Iterator[Site]:
    """Every state, those of called workflows and of regions included."""
    stack: list[tuple[tuple[str | int, ...], Data]] = [((), data)]
    for name, part in data.get("workflows", {}).items():
        stack.append((("workflows", name), part))
    while stack:
        path, machine = stack.pop(0)
        for name, state in machine["states"].items():
            at = (*path, "states", name)
            yield at, state
            for number, region in enumerate(state.get("regions", ())):
                stack.append(((*at, "regions", number), region))


def at(data: Data, path: tuple[str | int, ...]) -> Any:
    value: Any = data
    for part in path:
        value = value[part]
    return value


def mutants(model: str, data: Data) -> Iterator[Mutant]:
    """All mutants of a model."""
    for operator, change in OPERATORS.items():
        for place, changed in change(data):
            yield Mutant(model, operator, place, changed)


Changes = Iterator[tuple[str, Data]]


def _edit(data: Data, path: tuple[str | int, ...], edit: Callable[[Data], object]) -> Data:
    changed = copy.deepcopy(data)
    edit(at(changed, path))
    return changed


def drop_handler(data: Data) -> Changes:
    for path, state in states_of(data):
        if state.get("compensation"):
            yield str(path[-1]), _edit(data, path, lambda s: s.pop("compensation"))


def drop_compensating_state(data: Data) -> Changes:
    """The state goes; whoever led to it leads to what followed it."""
    for path, state in states_of(data):
        if not state.get("compensates"):
            continue
        name, following = path[-1], state.get("next")
        changed = copy.deepcopy(data)
        siblings = at(changed, path[:-1])
        del siblings[name]
        for other in siblings.values():
            if other.get("next") == name:
                other["next"] = following
            for event, target in other.get("on", {}).items():
                if target == name:
                    other["on"][event] = following
        yield str(name), changed


def drop_catch(data: Data) -> Changes:
    for path, state in states_of(data):
        for event in state.get("on", {}):
            yield f"{path[-1]}:{event}", _edit(data, path, lambda s, e=event: s["on"].pop(e))


def drop_transition(data: Data) -> Changes:
    for path, state in states_of(data):
        if state.get("next"):
            yield str(path[-1]), _edit(data, path, lambda s: s.pop("next"))


def misspell_target(data: Data) -> Changes:
    for path, state in states_of(data):
        if state.get("next"):
            yield str(path[-1]), _edit(data, path, lambda s: s.update(next=s["next"] + "x"))


def drop_default(data: Data) -> Changes:
    for path, state in states_of(data):
        if state.get("default"):
            yield str(path[-1]), _edit(data, path, lambda s: s.pop("default"))


def swap_compensations(data: Data) -> Changes:
    """Two neighbours of a chain of compensations take back each other's step."""
    undoing = [(p, s) for p, s in states_of(data) if s.get("compensates")]
    for (one, first), (other, second) in pairwise(undoing):
        changed = copy.deepcopy(data)
        at(changed, one)["compensates"] = second["compensates"]
        at(changed, other)["compensates"] = first["compensates"]
        yield f"{one[-1]}<>{other[-1]}", changed


def redirect_past_compensation(data: Data) -> Changes:
    """A failure leads one compensation too far down the chain."""
    undoing = {path[-1]: state for path, state in states_of(data) if state.get("compensates")}
    for path, state in states_of(data):
        for event, target in state.get("on", {}).items():
            if target in undoing and not state.get("compensates"):
                following = undoing[target].get("next")
                place = f"{path[-1]}:{event}"
                yield (
                    place,
                    _edit(data, path, lambda s, e=event, t=following: s["on"].update({e: t})),
                )


def end_instead_of_rollback(data: Data) -> Changes:
    """A failure ends the workflow as aborted, and nothing is rolled back."""
    for path, state in states_of(data):
        for event, target in state.get("on", {}).items():
            if target == "rollback" and len(path) == 2:
                changed = copy.deepcopy(data)
                changed["states"].setdefault("ended", {"kind": "final", "outcome": "aborted"})
                at(changed, path)["on"][event] = "ended"
                yield f"{path[-1]}:{event}", changed


def widen_guard(data: Data) -> Changes:
    for path, state in states_of(data):
        for number, branch in enumerate(state.get("branches", ())):
            if branch.get("guard"):
                yield (
                    f"{path[-1]}:{number}",
                    _edit(data, path, lambda s, n=number: s["branches"][n].update(guard="true")),
                )


def widen_comparison(data: Data) -> Changes:
    """``>`` becomes ``>=``, ``<`` becomes ``<=``, ``and`` becomes ``or``."""
    for path, state in states_of(data):
        for number, branch in enumerate(state.get("branches", ())):
            text = branch.get("guard", "")
            for old, new in ((" > ", " >= "), (" <= ", " < "), (" and ", " or ")):
                if old in text:
                    wide = text.replace(old, new)
                    yield (
                        f"{path[-1]}:{number}:{new.strip()}",
                        _edit(
                            data, path, lambda s, n=number, w=wide: s["branches"][n].update(guard=w)
                        ),
                    )


def move_pivot(data: Data) -> Changes:
    """The pivot's place is taken by the step before or after it in the file."""
    sites = [(p, s) for p, s in states_of(data) if s.get("effect")]
    for (one, first), (other, second) in pairwise(sites):
        if "pivot" in (first["effect"], second["effect"]) and first["effect"] != second["effect"]:
            changed = copy.deepcopy(data)
            at(changed, one)["effect"] = second["effect"]
            at(changed, other)["effect"] = first["effect"]
            yield f"{one[-1]}<>{other[-1]}", changed


OPERATORS: dict[str, Callable[[Data], Changes]] = {
    "drop a handler": drop_handler,
    "drop a compensating state": drop_compensating_state,
    "drop a catch": drop_catch,
    "drop a transition": drop_transition,
    "misspell a target": misspell_target,
    "drop a default": drop_default,
    "swap two compensations": swap_compensations,
    "skip a compensation": redirect_past_compensation,
    "end instead of rollback": end_instead_of_rollback,
    "widen a guard to true": widen_guard,
    "widen a comparison": widen_comparison,
    "move the pivot": move_pivot,
}
