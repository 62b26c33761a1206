"""Uses of rows that mean nothing, or that no store could do: what ``unfit-row`` reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wfmodel.model.flow_graph import FlowProblem, Node, NodeKind
from wfmodel.model.rows import CONFLICT, NEXT, RowUse, StoreRow
from wfmodel.model.state_events import retries
from wfmodel.model.workflow import Effect, Lands, Task

_MANY = 1 << 30
"""An attempt that only a retry without end reaches."""


def row_problems(nodes: Iterable[Node], rows: Mapping[str, StoreRow]) -> Iterator[FlowProblem]:
    """Every problem, in the order of the nodes."""
    yield from _misdeclared(rows)
    users: dict[str, Node] = {}
    for node in nodes:
        if node.kind is not NodeKind.TASK or not isinstance(node.state, Task):
            continue
        use = node.state.row
        if use is None:
            continue
        at = (*node.path, "row")
        if use.of not in rows:
            yield FlowProblem("unfit-row", (*at, "of"), use.of, tuple(rows))
            continue
        for key, message in _unfit(node.state, use, rows[use.of]):
            yield FlowProblem("unfit-row", (*at, key) if key else at, use.of, (), message)
        first = users.setdefault(use.of, node)
        if first.service != node.service:
            message = (
                f"row {use.of!r} is in the store of {first.service!r}, which {first.name!r} uses;"
                f" {node.name!r} is at {node.service!r}: let one service do both, or send a message"
            )
            yield FlowProblem("unfit-row", at, use.of, (), message)


def _misdeclared(rows: Mapping[str, StoreRow]) -> Iterator[FlowProblem]:
    for name, row in rows.items():
        twice = next((value for value in row.values if row.values.count(value) > 1), None)
        if twice is not None:
            message = f"row {name!r}: the value {twice!r} stands twice"
            yield FlowProblem("unfit-row", ("rows", name, "values"), name, (), message)
        if NEXT in row.values:
            message = f"row {name!r}: no value is called {NEXT!r}, which is the one after any"
            yield FlowProblem("unfit-row", ("rows", name, "values"), name, (), message)


def _unfit(task: Task, use: RowUse, row: StoreRow) -> Iterator[tuple[str, str]]:
    """(key, what is wrong with it)."""
    for key, value in (("expects", use.expects), ("becomes", use.becomes)):
        known = (*row.values, NEXT) if key == "becomes" else row.values
        if value is not None and value not in known:
            listed = ", ".join(known)
            yield key, f"row {use.of!r} is never {value!r} (its values: {listed})"
    if use.expects is None and use.becomes is None:
        yield (
            "",
            "nothing is done with the row: say what the step expects of it, or what it becomes",
        )
    if use.conflicts and CONFLICT in task.failures:
        yield "", f"the step has a failure called {CONFLICT!r}, too: give that another name"
    if use.guard == "unchanged" and use.becomes is None:
        yield "guard", "a guard is for a write, and nothing is written: say what the row becomes"
    if use.read == "stale" and row.lag is None:
        yield "read", f"nothing is stale: row {use.of!r} has no copy; say how far it lags (lag)"
    others = (task.compensates, task.compensation)
    outside = task.lands is not Lands.WITH_COMMIT
    if task.effect is not Effect.NONE or outside or any(each is not None for each in others):
        yield "", "a step at a row has no effect but that: let a step of its own follow"
    if use.conflicts and retries(task, CONFLICT, _MANY):
        yield "", "a conflict that is tried again without end: bound the attempts"
