"""A second explorer, as naive as can be: dictionaries, lists, copies, no tables, no numbers.

Written from docs/semantics.md and the docstrings of ``FaultBudget`` and ``moves``, apart from the
explorer's code, for workflows under the usual channels (multisets). It calls the machines'
``react`` each time and compares worlds by their text.
"""

from __future__ import annotations

from copy import deepcopy

from wfmodel.designs import System
from wfmodel.designs.messages import (
    Choose,
    Chosen,
    ClearTimer,
    Expect,
    External,
    Received,
    Restarted,
    Send,
    SetTimer,
    Start,
    TimerFired,
    Work,
    WorkDone,
)
from wfmodel.semantics import FaultBudget

LAPS = 1024
KINDS = tuple(name for name in FaultBudget._fields if name != "bounds")


def everything(system: System, budget, resolution, laps: int = 1, most: int = 5000):
    """(worlds by text, texts of resting worlds), or None where there are more than ``most``."""
    world = {
        "who": {name: _fresh(machine.initial) for name, machine in system.machines.items()},
        "way": [(name, Start()) for name in system.start],
        "done": {},
        "undone": {},
        "by": [],
        "left": {kind: getattr(budget, kind) for kind in KINDS},
        "remembers": budget.restores > 0,
    }
    found, todo, resting = {_text(world): world}, [world], []
    while todo:
        here = todo.pop()
        if _too_far(here, laps):
            continue
        after = _moves(system, resolution, here)
        if not after:
            resting.append(here)
        for each in after:
            text = _text(each)
            if text not in found:
                found[text] = each
                todo.append(each)
                if len(found) > most:
                    return None
    return found, resting


def _fresh(state):
    return {
        "now": state,
        "kept": state,
        "were": [],
        "down": False,
        "paused": False,
        "back": False,
        "open": None,
        "timers": [],
        "work": [],
        "dead": [],
        "choices": [],
        "out": [],
        "awaits": [],
    }


def _text(world) -> str:
    """The same for the same world: lists whose order tells nothing are sorted."""
    parts = []
    for name, one in world["who"].items():
        bags = [
            sorted(map(repr, one[key])) for key in ("timers", "work", "dead", "choices", "awaits")
        ]
        told = ("now", "kept", "were", "down", "paused", "back", "open", "out")
        flags = [one[key] for key in told]
        parts.append((name, flags, bags))
    way = sorted(map(repr, world["way"]))
    stores = [sorted(world[key].items()) for key in ("done", "undone")]
    return repr((parts, way, stores, sorted(world["by"]), sorted(world["left"].items())))


def _too_far(world, laps: int) -> bool:
    epochs = [
        item[1]
        for one in world["who"].values()
        for key in ("work", "dead", "choices", "awaits")
        for item in one[key]
    ]
    while any(epochs):
        if any(epoch % LAPS > laps for epoch in epochs):
            return True
        epochs = [epoch // LAPS for epoch in epochs]
    return False


# -------------------------------------------------------------------------------------- moves


def _moves(system: System, resolution, world) -> list:
    left, people = world["left"], world["who"]
    quiet = not left["crashes"] and not left["pauses"] and not left["restores"]
    if quiet and not any(one["down"] or one["paused"] for one in people.values()):
        for name in people:
            due = _due(system, world, name)
            if due:
                return due[:1]
    moves = []
    for name in people:
        moves += _due(system, world, name) + _flush(system, world, name)
    for name in people:
        moves += _next(system, resolution, world, name) + _answers(system, resolution, world, name)
    late = []
    free = not moves or any(one["paused"] for one in people.values())
    for name, one in people.items():
        if _open(one) and not one["back"]:
            for timer in one["timers"]:
                if _detector(system, timer):
                    late += _react(
                        system, world, name, TimerFired(timer), "" if free else "timeouts"
                    )
    return moves + late + _faults(system, world)


def _open(one) -> bool:
    return not one["down"] and not one["paused"] and one["open"] is None


def _spent(world, kind: str):
    """A copy in which one fault of the kind is spent; None if there is none left."""
    if kind and world["left"][kind] <= 0:
        return None
    new = deepcopy(world)
    if kind:
        new["left"][kind] -= 1
    return new


def _synchronous(system: System) -> bool:
    return system.knobs.persistence in ("database", "event-stream")


def _outbox(system: System) -> bool:
    return _synchronous(system) and system.knobs.publishing == "outbox"


def _first_publishes(system: System) -> bool:
    order = system.knobs.dual_write_order == "publish-first"
    return _synchronous(system) and system.knobs.publishing == "dual-write" and order


def _due(system: System, world, name: str) -> list:
    """Publications and the commit."""
    one, moves = world["who"][name], []
    if one["down"] or one["paused"]:
        return []
    posts = (one["open"]["unsent"] if one["open"] else []) + one["out"]
    tried = []
    for post in posts[:1] if _outbox(system) else posts:
        if post not in tried:
            tried.append(post)
            new = deepcopy(world)
            mine = new["who"][name]
            if mine["open"] and post in mine["open"]["unsent"]:
                mine["open"]["unsent"].remove(post)
                mine["open"]["sent"].append(post)
            else:
                mine["out"].remove(post)
            new["way"] += [(to, post[1]) for to in post[0]]
            moves.append(new)
    if one["open"] and not one["open"]["unsent"]:
        new = deepcopy(world)
        mine = new["who"][name]
        reaction, mine["open"] = mine["open"], None
        _keep(new, name, mine["now"])
        if reaction["message"] is not None:
            new["way"].remove((name, reaction["message"]))
        if reaction["visit"] is not None:
            _land(system, new, reaction["visit"])
        actions = reaction["actions"]
        if _first_publishes(system):
            actions = [action for action in actions if not isinstance(action, Send)]
        _carry_out(mine, actions)
        moves.append(new)
    return moves


def _flush(system: System, world, name: str) -> list:
    one = world["who"][name]
    if system.knobs.persistence != "log" or not _may_forget(world):
        return []
    if one["down"] or one["paused"] or one["kept"] == one["now"]:
        return []
    new = deepcopy(world)
    _keep(new, name, one["now"])
    return [new]


def _may_forget(world) -> bool:
    return world["left"]["crashes"] > 0 or world["left"]["restores"] > 0


def _keep(world, name: str, state) -> None:
    """The store holds something else; what it held may be in a backup."""
    mine = world["who"][name]
    if world["remembers"] and mine["kept"] != state:
        mine["were"].append(mine["kept"])
    mine["kept"] = state


def _next(system: System, resolution, world, name: str) -> list:
    one, nodes = world["who"][name], system.flow.nodes
    if one["down"]:
        new = deepcopy(world)
        mine = new["who"][name]
        mine["down"] = False
        machine = system.machines[name]
        knows = mine["now"] != machine.initial
        mine["back"] = knows and machine.react(mine["now"], Restarted()) != (mine["now"], ())
        return [new]
    if one["paused"]:
        new = deepcopy(world)
        new["who"][name]["paused"] = False
        return [new]
    if not _open(one):
        return []
    if one["back"]:
        return _react(system, world, name, Restarted())
    moves = []
    for to, message in world["way"]:
        if to == name:
            moves += _react(system, world, name, Received(message))
    for timer in one["timers"]:
        is_wait = timer.kind != "timeout"
        may = is_wait or "timeout" in (
            resolution.answers(nodes[timer.node], timer.epoch)
            if not _detector(system, timer)
            else ()
        )
        if not _detector(system, timer) and may:
            moves += _react(system, world, name, TimerFired(timer))
    for node, epoch, attempt in one["work"]:
        for outcome in resolution.outcomes(nodes[node], epoch, attempt):
            moves += _react(system, world, name, WorkDone(node, epoch, attempt, outcome))
        for outcome in ("business-failure", "transient-failure"):
            event = WorkDone(node, epoch, attempt, outcome)
            moves += _react(system, world, name, event, "failures")
    for node, epoch, attempt in one["dead"]:
        event = WorkDone(node, epoch, attempt, _death(system, node))
        moves += _react(system, world, name, event, "", "dead")
    for node, epoch in one["choices"]:
        for branch in resolution.branches(nodes[node], epoch):
            moves += _react(system, world, name, Chosen(node, epoch, branch))
    return moves


def _death(system: System, node: int) -> str:
    """A worker's death is the step's own transient failure, where it declares one."""
    failures = getattr(system.flow.nodes[node].state, "failures", {})
    own = [name for name, mode in failures.items() if mode.kind == "transient"]
    return own[0] if own else "transient-failure"


def _detector(system: System, timer) -> bool:
    if timer.kind == "timeout":
        return system.flow.nodes[timer.node].kind != "receive"
    of_the_whole = timer.kind == "wait" and timer.node == system.flow.deadline
    return timer.kind == "watchdog" or of_the_whole


def _answers(system: System, resolution, world, name: str) -> list:
    moves = []
    for node, epoch in world["who"][name]["awaits"]:
        for event in resolution.answers(system.flow.nodes[node], epoch):
            if event == "timeout":
                continue
            new = deepcopy(world)
            new["who"][name]["awaits"].remove((node, epoch))
            if event:
                new["way"].append((name, External(node, epoch, event)))
            moves.append(new)
    return moves


def _react(system: System, world, name: str, event, cost: str = "", of="work") -> list:
    new = _spent(world, cost)
    if new is None:
        return []
    mine, message, visit = new["who"][name], None, None
    if isinstance(event, Received):
        message = event.message
    elif isinstance(event, TimerFired):
        mine["timers"].remove(event.timer)
    elif isinstance(event, WorkDone):
        mine[of].remove((event.node, event.epoch, event.attempt))
        visit = (event.node, event.epoch) if event.outcome == "done" else None
    elif isinstance(event, Chosen):
        mine["choices"].remove((event.node, event.epoch))
    mine["now"], actions = system.machines[name].react(mine["now"], event)
    mine["back"] = False
    if visit is not None and not _outbox(system):
        _land(system, new, visit)
        visit = None
    if _synchronous(system):
        sends = [(a.to, a.message) for a in actions if isinstance(a, Send)]
        unsent = sends if _first_publishes(system) else []
        mine["open"] = {
            "message": message,
            "visit": visit,
            "actions": list(actions),
            "unsent": unsent,
            "sent": [],
        }
    else:
        if message is not None:
            new["way"].remove((name, message))
        _carry_out(mine, actions)
    return [new]


def _carry_out(mine, actions) -> None:
    for action in actions:
        if isinstance(action, Send):
            mine["out"].append((action.to, action.message))
        elif isinstance(action, Work):
            mine["work"].append((action.node, action.epoch, action.attempt))
        elif isinstance(action, SetTimer) and action.timer not in mine["timers"]:
            mine["timers"].append(action.timer)
        elif isinstance(action, ClearTimer) and action.timer in mine["timers"]:
            mine["timers"].remove(action.timer)
        elif isinstance(action, Choose):
            mine["choices"].append((action.node, action.epoch))
        elif isinstance(action, Expect):
            mine["awaits"].append((action.node, action.epoch))


def _land(system: System, new, visit) -> None:
    node = system.flow.nodes[visit[0]]
    if getattr(node.state, "row", None) is not None:  # what it writes, its machine keeps
        return
    once = system.knobs.deduplicate or node.state.idempotent
    if node.undoes is None:
        if not (once and new["done"].get(visit)):
            new["done"][visit] = new["done"].get(visit, 0) + 1
        return
    if once and visit in new["by"]:
        return
    standing = [
        other
        for other, count in new["done"].items()
        if other[0] == node.undoes and count > new["undone"].get(other, 0)
    ]
    if node.kind == "compensation":
        standing = [other for other in standing if other[1] == visit[1]]
    if standing:
        latest = max(standing)
        new["undone"][latest] = new["undone"].get(latest, 0) + 1
        if visit not in new["by"]:
            new["by"].append(visit)


# ------------------------------------------------------------------------------------- faults


def _faults(system: System, world) -> list:
    moves = []
    for name, one in world["who"].items():
        if not one["down"]:
            moves += _crash(system, world, name, "crashes")
            for state in {repr(state): state for state in one["were"]}.values():
                for new in _crash(system, world, name, "restores") if state != one["kept"] else ():
                    _keep(new, name, state)
                    new["who"][name]["now"] = state
                    moves.append(new)
        for work in [] if one["down"] else one["work"]:
            for known in (True, False):
                if known or system.knobs.heartbeat is None:
                    new = _spent(world, "worker_crashes")
                    if new is not None:
                        new["who"][name]["work"].remove(work)
                        new["who"][name]["dead"] += [work] if known else []
                        moves.append(new)
        if not one["down"] and not one["paused"]:
            new = _spent(world, "pauses")
            if new is not None:
                new["who"][name]["paused"] = True
                moves.append(new)
    once = system.knobs.delivery == "at-most-once"
    for to, message in world["way"]:
        new = _spent(world, "losses")
        reaction = world["who"][to]["open"]
        taken = reaction is not None and reaction["message"] == message
        if once and new is not None and world["way"].count((to, message)) > taken:
            new["way"].remove((to, message))
            moves.append(new)
        new = _spent(world, "duplicates")
        if new is not None:
            new["way"].append((to, message))
            moves.append(new)
    return moves


def _crash(system: System, world, name: str, kind: str) -> list:
    new = _spent(world, kind)
    if new is None:
        return []
    old = new["who"][name]
    once = system.knobs.delivery == "at-most-once"
    if once and old["open"] and old["open"]["message"] is not None:
        new["way"].remove((name, old["open"]["message"]))
    state = old["kept"]
    if system.knobs.persistence == "memory":
        state = system.machines[name].initial
    new["who"][name] = {
        **_fresh(state),
        "were": old["were"],
        "down": True,
        "out": old["out"] if _outbox(system) else [],
        "awaits": old["awaits"],
    }
    return [new]
