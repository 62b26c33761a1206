"""Whether what stands in a file can be a history, so that whoever reads one need not ask again.

A checksum tells damage, not intent: a file that somebody made may name a node that there is not, or
an instance whose place takes all memory. What cannot be is an error that says which.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin, get_type_hints

from wfmodel.designs.history import FAULT_KINDS, Drop, Kind, TaskNode
from wfmodel.designs.messages import Event, Received, StepStatus, WorkDone
from wfmodel.designs.state import Status, View
from wfmodel.model.units import LONGEST_NS

if TYPE_CHECKING:
    from wfmodel.designs.history import History

_TEXTS: Final = tuple[str, ...]
_FIELDS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("workflow", "design"), str),
    **dict.fromkeys(("seed", "replication", "warm_up_ns", "convergence_ns"), int),
    **dict.fromkeys(("participants", "nodes"), _TEXTS),
    "steps": tuple[TaskNode, ...],
    "events": tuple[Event, ...],
    "messages": tuple[object, ...],
}
MOST_NS: Final = 2 * LONGEST_NS
"""When a run ends at the latest: its arrivals, and as long for convergence."""

_NODES: Final = frozenset({"node", "fork", "undoes"})
"""Fields that hold a node's number; a timer of no node has -1."""

_TABLES: Final[Mapping[Kind, str]] = {
    **dict.fromkeys((Kind.REACT, Kind.DIE), "events"),
    **dict.fromkeys((Kind.COMMIT, Kind.RESTORE), "views"),
    **dict.fromkeys((Kind.SEND, Kind.DROP, Kind.DUPLICATE), "messages"),
    **dict.fromkeys((Kind.PHANTOM, Kind.ACKNOWLEDGE), "messages"),
    **dict.fromkeys((Kind.BEGIN, Kind.EFFECT, Kind.UNDO), "nodes"),
    **dict.fromkeys((Kind.FAULT_ON, Kind.FAULT_OFF), "faults"),
}
"""What the number ``a`` of a row is a place in; ``views`` are those of the row's participant."""

_OF_WHOLE: Final = frozenset(
    {Kind.FAULT_ON, Kind.FAULT_OFF, Kind.ARRIVALS_END, Kind.END, Kind.LAPSE, Kind.BOOT}
)
"""Rows of no one instance. What is stored, and who works, is of a participant in any case."""
_OF_SOMEBODY: Final = frozenset(
    {Kind.REACT, Kind.COMMIT, Kind.RESTORE, Kind.BEGIN, Kind.EFFECT, Kind.UNDO, Kind.DIE}
)


def check_history(history: History) -> None:
    """Refuse what no run leaves behind.

    Raises:
        ValueError: a field is of another kind than it should be, or a row names what is not there.
    """
    for name, kind in _FIELDS.items():
        if not _fits(getattr(history, name), kind, len(history.nodes)):
            raise ValueError(f"{name} is not what a history has there")
    for name in ("warm_up_ns", "convergence_ns"):
        if not 0 <= getattr(history, name) <= LONGEST_NS:
            raise ValueError(f"{name} is no duration")
    if len(history.views) != len(history.participants):
        raise ValueError("there are not as many lists of views as participants")
    _check_rows(history)


def check_view(view: View, nodes: int) -> None:
    """Refuse what no store says; the steps are looked at where they are read (``check_step``).

    Raises:
        ValueError: it is no view, or it names a node that is not there.
    """
    if not isinstance(view, View) or not isinstance(view.status, Status):
        raise ValueError("a view is not what a history has there")
    for node in view.active:
        check_step(node, StepStatus.UNKNOWN, nodes)


def check_step(node: object, status: object, nodes: int) -> None:
    """Refuse what no store says of a step.

    Raises:
        ValueError: there is no such node, or the status is none.
    """
    if type(node) is not int or not 0 <= node < nodes or not isinstance(status, StepStatus):
        raise ValueError(f"there is no node {node!r:.40} that is {status!r:.40}")


def _fits(value: object, kind: Any, nodes: int) -> bool:  # noqa: ANN401 - a type, as hints have it
    origin, inner = get_origin(kind), get_args(kind)
    if kind is object:
        return not dataclasses.is_dataclass(value) or _fields_fit(value, nodes)
    if origin is UnionType:
        return any(_fits(value, each, nodes) for each in inner)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if inner[-1] is Ellipsis:
            return all(_fits(each, inner[0], nodes) for each in value)
        pairs = zip(value, inner, strict=False)
        return len(value) == len(inner) and all(_fits(each, of, nodes) for each, of in pairs)
    if kind is int:
        return type(value) is int
    if kind in (None, NoneType):
        return value is None
    fits = isinstance(value, kind)
    return fits and (not dataclasses.is_dataclass(value) or _fields_fit(value, nodes))


def _fields_fit(value: Any, nodes: int) -> bool:  # noqa: ANN401 - a dataclass
    for name, kind in _hints(type(value)).items():
        given = getattr(value, name)
        if not _fits(given, kind, nodes):
            return False
        if name in _NODES and given is not None and not -1 <= given < nodes:
            return False
    return True


_KNOWN: Final[dict[type, Mapping[str, Any]]] = {Received: {"message": object}}
"""Kinds of the fields of classes; messages of a system of one's own are of any kind."""


def _hints(kind: type) -> Mapping[str, Any]:
    if kind not in _KNOWN:
        _KNOWN[kind] = get_type_hints(kind)
    return _KNOWN[kind]


def _check_rows(history: History) -> None:
    time_ns, kind, instance, who, a, b = history.rows.T
    if not len(kind):
        return
    _refuse((kind < 0) | (kind >= len(Kind)), "is of no kind")
    _refuse((time_ns < 0) | (time_ns > MOST_NS), "is before the beginning, or after every end")
    _refuse(time_ns[1:] < time_ns[:-1], "is before the one above it", first=1)
    _refuse((who < -1) | (who >= len(history.participants)), "names no participant")
    arrived = int((kind == Kind.ARRIVE).sum())
    _refuse((instance < -1) | (instance >= arrived), "names no instance that arrives")
    for each in Kind:
        rows = kind == each
        if each not in _OF_WHOLE:
            _refuse(rows & (instance < 0), "is of no instance")
        if each in _OF_SOMEBODY:
            _refuse(rows & (who < 0), "is of no participant")
        _refuse(rows & ((a < 0) | (a >= _room(history, each))), f"has a number beyond {each.name}")
    for index, views in enumerate(history.views):
        mine = who == index
        for place, of in ((a, (Kind.COMMIT, Kind.RESTORE)), (b, (Kind.REACT,))):
            stored = mine & sum(kind == each for each in of).astype(bool)
            _refuse(stored & ((place < 0) | (place >= len(views))), "names no state")
    _refuse((kind == Kind.DROP) & ((b < 0) | (b >= len(Drop))), "is dropped for no reason")
    for number in set(a[kind == Kind.DIE].tolist()):
        if not isinstance(history.events[number], WorkDone):
            raise ValueError("a worker dies of what is no work")


def _room(history: History, kind: Kind) -> int:
    """How large the number ``a`` of such a row may be, and not reach."""
    match _TABLES.get(kind):
        case "events":
            return len(history.events)
        case "messages":
            return len(history.messages)
        case "nodes":
            return len(history.nodes)
        case "faults":
            return len(FAULT_KINDS)
        case _:
            return 1 << 31


def _refuse(wrong: Any, why: str, first: int = 0) -> None:  # noqa: ANN401 - an array of booleans
    if wrong.any():
        raise ValueError(f"row {int(wrong.argmax()) + first} {why}")
