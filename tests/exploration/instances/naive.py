"""Several instances by the naive explorer of ``tests.exploration.brute``: worlds side by side.

Written from the law of ``instances.expansion``: a process fault, and its end, happens in every
world at once; everything else in one. The budget is one, less what each world may meet itself.
"""

from __future__ import annotations

from copy import deepcopy

from tests.exploration import brute
from wfmodel.designs import System
from wfmodel.designs.messages import Start


def everything(system: System, budget, resolution, *, instances: int, each=None, most: int = 2000):
    """The texts of all joint worlds, a tuple per joint world; None where there are too many."""
    world = {
        "who": {name: brute._fresh(machine.initial) for name, machine in system.machines.items()},
        "way": [(name, Start()) for name in system.start],
        "done": {},
        "undone": {},
        "by": [],
        "remembers": False,
        "left": {kind: getattr(budget, kind) for kind in brute.KINDS},
    }
    first = [{**deepcopy(world), "own": dict(each or {})} for _ in range(instances)]
    found, todo = {_texts(first)}, [first]
    while todo:
        here = todo.pop()
        if any(brute._too_far(one, 1) for one in here):
            continue
        for after in _moves(system, resolution, here):
            texts = _texts(after)
            if texts not in found:
                found.add(texts)
                todo.append(after)
                if len(found) > most:
                    return None
    return found


def _texts(worlds) -> tuple[str, ...]:
    return tuple(brute._text(one) + repr(sorted(one["own"].items())) for one in worlds)


def _flags(world):
    return {name: (one["down"], one["paused"]) for name, one in world["who"].items()}


def _moves(system, resolution, worlds):
    total = worlds[0]["left"]
    quiet = not total["crashes"] and not total["pauses"]
    calm = not any(down or paused for down, paused in _flags(worlds[0]).values())
    if quiet and calm:
        due = []
        for place, one in enumerate(worlds):
            mine = [move for name in one["who"] for move in brute._due(system, one, name)]
            due += [(place, move) for move in mine[:1]]
        if due:
            return [_with(worlds, place, move, total) for place, move in due]
    found = []
    for place, one in enumerate(worlds):
        mine = deepcopy(one)
        for kind, bound in one["own"].items():
            mine["left"][kind] = min(bound, total[kind])
        for move in brute._moves(system, resolution, mine):
            spent = {kind: mine["left"][kind] - move["left"][kind] for kind in total}
            left = {kind: total[kind] - spent[kind] for kind in total}
            for kind in move["own"]:
                move["own"][kind] -= spent[kind]
            if _flags(move) == _flags(one):
                found.append(_with(worlds, place, move, left))
            elif place == 0:
                others = [_struck(system, resolution, other, one, move) for other in worlds[1:]]
                found.append(_all_left([move, *others], left))
    return found


def _with(worlds, place, move, left):
    return _all_left([*worlds[:place], move, *worlds[place + 1 :]], left)


def _all_left(worlds, left):
    return [{**one, "left": dict(left)} for one in worlds]


def _struck(system, resolution, other, before, after):
    """What happens to another instance when a process stops, or comes back."""
    old, new = _flags(before), _flags(after)
    [name] = [name for name in old if old[name] != new[name]]
    if new[name][0]:
        return brute._crash(system, other, name, "crashes")[0]
    if new[name][1]:
        paused = deepcopy(other)
        paused["who"][name]["paused"] = True
        return paused
    return brute._next(system, resolution, other, name)[0]
