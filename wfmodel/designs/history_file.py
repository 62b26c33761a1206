"""Histories as files: a NumPy archive of the rows and a JSON header of everything else.

The same history gives the same bytes. What a state knows of steps is written as its difference
from the state before it: a long workflow's history would take the square of its length. Reading
trusts nothing: no pickles, a bounded size, a closed set of classes, and an error that names the
file.
"""

from __future__ import annotations

import dataclasses
import io
import json
from enum import Enum
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter

from wfmodel.designs import messages
from wfmodel.designs.history import History, TaskNode
from wfmodel.designs.history_soundness import check_history, check_step, check_view
from wfmodel.designs.knobs import Knobs
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.state import Status, View
from wfmodel.model.archives import arrays_in
from wfmodel.model.files import write_file
from wfmodel.model.json_reader import kept_json
from wfmodel.model.workflow import Outcome

FORMAT: Final = 3
READ: Final = (2, FORMAT)
"""Format 2 has the steps of every state in full."""
MOST_BYTES: Final = 4 << 30
"""Largest archive member that is read."""

_CLASSES: Final[dict[str, type]] = {"Step": TaskNode} | {
    cls.__name__: cls
    for cls in (
        messages.Home,
        messages.Start,
        messages.Proceed,
        messages.Command,
        messages.Reply,
        messages.Arrive,
        messages.Cancel,
        messages.Ended,
        messages.External,
        messages.Timer,
        messages.Received,
        messages.WorkDone,
        messages.TimerFired,
        messages.Chosen,
        messages.Restarted,
        View,
    )
}
_NAMES: Final = {cls: name for name, cls in _CLASSES.items()}
"""What files call a class: that stays, whatever it is called here."""
_ENUMS: Final[dict[str, type[Enum]]] = {cls.__name__: cls for cls in (StepStatus, Status, Outcome)}
_KNOBS: Final = TypeAdapter(Knobs)
_SCALARS: Final = (
    "workflow",
    "design",
    "seed",
    "replication",
    "participants",
    "nodes",
    "steps",
    "events",
    "messages",
    "warm_up_ns",
    "convergence_ns",
)


class HistoryFileError(ValueError):
    """A file that does not hold a history."""


def save_history(history: History, path: str | Path) -> None:
    """Write a history; an existing file is replaced.

    Raises:
        OSError: the file cannot be written.
    """
    header = {name: _encode(getattr(history, name)) for name in _SCALARS}
    header["views"] = [_encoded_views(views) for views in history.views]
    header |= {"format": FORMAT, "knobs": _KNOBS.dump_python(history.knobs, mode="json")}
    text = json.dumps(header, ensure_ascii=True, separators=(",", ":"))
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, rows=history.rows, header=np.frombuffer(text.encode(), dtype=np.uint8)
    )
    write_file(path, buffer.getvalue())


def load_history(path: str | Path) -> History:
    """Read a history back.

    Raises:
        OSError: the file cannot be read.
        HistoryFileError: it does not hold a history, or one of another format.
    """
    try:
        rows, header = _parts(Path(path))
        return _history(rows, header)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise HistoryFileError(f"{path} does not hold a history: {error}") from error


def _parts(path: Path) -> tuple[np.ndarray[Any, Any], dict[str, Any]]:
    rows, text = arrays_in(path, ("rows", "header"), MOST_BYTES)
    if rows.ndim != 2 or rows.shape[1] != 6 or rows.dtype != np.int64:
        raise ValueError("rows are not an (n, 6) array of 64-bit integers")
    header = kept_json(text.tobytes())
    if header.get("format") not in READ:
        raise ValueError(f"format {header.get('format')!r}; this version reads {FORMAT}")
    return rows, header


def _history(rows: np.ndarray[Any, Any], header: dict[str, Any]) -> History:
    fields = {name: _decode(header[name]) for name in _SCALARS}
    count = len(fields["nodes"])
    fields["views"] = tuple(_decoded_views(views, count) for views in header["views"])
    history = History(rows=rows, knobs=_KNOBS.validate_python(header["knobs"]), **fields)
    check_history(history)
    return history


def _encoded_views(views: tuple[View, ...]) -> list[object]:
    """Each with the nodes whose steps are not as in the one before it."""
    before, encoded = NodeTrie[Any](), list[object]()
    for view in views:
        steps = view.steps
        changed = sorted({node for node, _ in (*steps.beyond(before), *before.beyond(steps))})
        changes = [[node, [_encode(status) for _, status in steps.at(node)]] for node in changed]
        encoded.append([_encode(view.status), changes, list(view.active)])
        before = steps
    return encoded


def _decoded_views(encoded: Any, nodes: int) -> tuple[View, ...]:  # noqa: ANN401 - JSON
    steps, views = NodeTrie[Any](), list[View]()
    for each in encoded:
        if isinstance(each, dict):  # format 2
            for node, said in _decode(each["steps"]):
                check_step(node, said, nodes)
            views.append(_decode(each))
        else:
            status, changes, active = each
            for node, statuses in changes:
                said = tuple((node, _decode(one)) for one in statuses)
                check_step(node, StepStatus.UNKNOWN, nodes)
                for _, one in said:
                    check_step(node, one, nodes)
                steps = steps.filed(node, said)
            views.append(View(_decode(status), steps, tuple(active)))
        check_view(views[-1], nodes)
    return tuple(views)


def _encode(value: object) -> object:
    if isinstance(value, Enum):
        return {"enum": type(value).__name__, "value": value.value}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"is": _NAMES.get(type(value), type(value).__name__), **fields}
    if isinstance(value, tuple | NodeTrie):
        return [_encode(item) for item in value]
    assert value is None or isinstance(value, bool | int | float | str), repr(value)
    return value


def _decode(value: object) -> Any:  # noqa: ANN401 - any value that _encode takes
    if isinstance(value, list):
        return tuple(_decode(item) for item in value)
    if not isinstance(value, dict):
        return value
    if "enum" in value:
        return _ENUMS[value["enum"]](value["value"])
    fields = {name: _decode(item) for name, item in value.items() if name != "is"}
    return _CLASSES[value["is"]](**fields)
