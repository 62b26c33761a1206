"""A serialised DAG, read: its tasks with their fields, each with its place.

``airflow/serialization/schema.json`` of the package says what stands in it. What is checked here is
what is used; fields that nobody asks for are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from wfmodel.importers.airflow.dag_findings import (
    CYCLIC_DAG,
    MALFORMED_DAG,
    UNKNOWN_TRIGGER_RULE,
    UNSUPPORTED_VERSION,
)
from wfmodel.importers.airflow.trigger_rules import TRIGGER_RULES
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path
from wfmodel.model.spelling import did_you_mean

Fields: TypeAlias = Mapping[str, Any]

VERSIONS: Final = (2, 3)
"""Versions of the serialised form that are read: Airflow 3.0 and later."""

MOST_TASKS: Final = 1_000
DEEPEST_GROUP: Final = 50
LARGEST: Final = 1e9
"""Seconds, attempts, slots: thirty years are more than anybody waits for."""

_NUMBERS: Final = (
    *("retries", "retry_delay", "max_retry_delay", "execution_timeout", "pool_slots"),
    *("priority_weight", "retry_exponential_backoff", "max_active_tis_per_dag"),
    "max_active_tis_per_dagrun",
)
_TEXTS: Final = ("task_type", "pool", "trigger_rule", "_operator_name", "weight_rule")
_FLAGS: Final = (
    *("is_setup", "is_teardown", "on_failure_fail_dagrun", "_is_sensor", "_is_mapped"),
    *("_is_empty", "_can_skip_downstream", "reschedule", "depends_on_past"),
)
_DAG_NUMBERS: Final = ("dagrun_timeout", "max_active_runs", "max_active_tasks")
_DAG_FLAGS: Final = ("fail_fast",)


@dataclass(frozen=True, slots=True)
class Operator:
    """One task: its fields, those of its class's defaults behind them, and where it stands."""

    name: str
    fields: Fields
    path: Path
    defaults: Fields
    groups: tuple[str, ...] = ()
    """Task groups around it, the outermost first."""

    def get(self, field: str, default: Any = None) -> Any:  # noqa: ANN401 - JSON
        """A field; of a mapped task also one of those that all its instances have."""
        for fields in (self.fields, plain(self.fields.get("partial_kwargs")), self.defaults):
            value = plain(fields.get(field)) if isinstance(fields, Mapping) else None
            if value is not None:
                return value
        return default

    def at(self, field: str) -> Path:
        """Where a field stands; the task, if it does not."""
        if field in self.fields:
            return (*self.path, field)
        partial = self.fields.get("partial_kwargs")
        if isinstance(inner := plain(partial), Mapping) and field in inner:
            return (*self.path, "partial_kwargs", *(() if inner is partial else ("__var",)), field)
        return self.path

    @property
    def kind(self) -> str:
        """The operator's class, or its decorator's name."""
        return str(self.get("_operator_name") or self.get("task_type") or "operator")

    @property
    def downstream(self) -> tuple[str, ...]:
        """Tasks directly after it: its own field, which no default stands in for."""
        return tuple(plain(self.fields.get("downstream_task_ids")) or ())


@dataclass(frozen=True, slots=True)
class Group:
    """A task group that is mapped, with the tasks in it."""

    name: str
    path: Path
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SerialisedDag:
    """A DAG: its fields, its tasks in an order in which they can run, its mapped groups."""

    name: str
    fields: Fields
    operators: Mapping[str, Operator]
    mapped_groups: tuple[Group, ...] = ()

    def get(self, field: str, default: Any = None) -> Any:  # noqa: ANN401 - JSON
        """A field; what is null counts as not given."""
        value = plain(self.fields.get(field))
        return default if value is None else value


def read_dag(value: object) -> tuple[SerialisedDag | None, tuple[Finding, ...]]:
    """The DAG of a parsed file; without one the findings say why. Paths are the file's."""
    findings = tuple(_form(value))
    if findings:
        return None, findings
    assert isinstance(value, Mapping)
    dag = value["dag"]
    defaults = value.get("client_defaults", {})
    tasks = defaults.get("tasks", {}) if isinstance(defaults, Mapping) else {}
    found = {}
    for index, item in enumerate(dag["tasks"]):
        fields, path = _task_fields(item, index)
        found[fields["task_id"]] = Operator(
            fields["task_id"], fields, path, tasks if isinstance(tasks, Mapping) else {}
        )
    order, cycle = _ordered(found)
    if cycle:
        at = (*found[cycle[0]].path, "downstream_task_ids")
        return None, (CYCLIC_DAG.at(at, f"these tasks wait in a circle: {' -> '.join(cycle)}"),)
    around, mapped = _groups(plain(dag.get("task_group")))
    operators = {name: replace(found[name], groups=around.get(name, ())) for name in order}
    return SerialisedDag(dag["dag_id"], dag, operators, mapped), ()


def plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """A value without its wrapping: ``{"__type": "timedelta", "__var": 3}`` is 3."""
    if isinstance(value, Mapping) and "__type" in value and "__var" in value:
        return value["__var"]
    return value


def _task_fields(item: Any, index: int) -> tuple[Fields, Path]:  # noqa: ANN401 - JSON
    path: Path = ("dag", "tasks", index)
    if "__var" in item:
        return item["__var"], (*path, "__var")
    return item, path


def _form(value: object) -> Iterator[Finding]:
    if not isinstance(value, Mapping) or not isinstance(dag := value.get("dag"), Mapping):
        yield MALFORMED_DAG.at((), "a serialised DAG is an object with __version and dag")
        return
    version = value.get("__version")
    if version not in VERSIONS or isinstance(version, bool):
        help = "serialise it with Airflow 3" if version == 1 else ""
        message = f"this is version {_shown(version)} of the serialised form; 2 and 3 are read"
        yield UNSUPPORTED_VERSION.at(("__version",), message, help=help)
        return
    if not isinstance(dag.get("dag_id"), str) or not dag["dag_id"]:
        yield MALFORMED_DAG.at(("dag", "dag_id"), "a DAG has a dag_id, a text")
    yield from _typed(dag, ("dag",), _DAG_NUMBERS, (), _DAG_FLAGS)
    yield from _defaults(value.get("client_defaults"))
    tasks = dag.get("tasks")
    if not isinstance(tasks, list | tuple) or not 0 < len(tasks) <= MOST_TASKS:
        yield MALFORMED_DAG.at(("dag", "tasks"), f"a DAG has a list of 1 to {MOST_TASKS} tasks")
        return
    yield from _tasks(tasks)


def _tasks(tasks: list[Any] | tuple[Any, ...]) -> Iterator[Finding]:
    names: set[str] = set()
    every: list[tuple[Fields, Path]] = []
    for index, item in enumerate(tasks):
        inner = item.get("__var", item) if isinstance(item, Mapping) else None
        if not isinstance(inner, Mapping):
            yield MALFORMED_DAG.at(("dag", "tasks", index), "a task is an object")
            return
        fields, path = _task_fields(item, index)
        name = fields.get("task_id")
        if not isinstance(name, str) or not 0 < len(name) <= 190:
            yield MALFORMED_DAG.at(
                (*path, "task_id"), "a task has a task_id of 1 to 190 characters"
            )
            return
        if name in names:
            yield MALFORMED_DAG.at((*path, "task_id"), f"two tasks have the task_id {name!r}")
        names.add(name)
        every.append((fields, path))
    for fields, path in every:
        yield from _task(fields, path, names)


def _task(fields: Fields, path: Path, names: set[str]) -> Iterator[Finding]:
    name = fields["task_id"]
    yield from _values(fields, path, f"task {name!r} has")
    yield from _values(fields.get("partial_kwargs"), (*path, "partial_kwargs"), f"{name!r} has")
    after = plain(fields.get("downstream_task_ids"))
    after = () if after is None else after
    at = (*path, "downstream_task_ids")
    if not isinstance(after, list | tuple) or not all(isinstance(n, str) for n in after):
        yield MALFORMED_DAG.at(at, f"downstream_task_ids of {name!r} is a list of texts")
        return
    for index, other in enumerate(after):
        if other not in names:
            message = f"task {name!r} leads to {_shown(other)}, which is no task of this DAG"
            yield MALFORMED_DAG.at((*at, index), message, help=did_you_mean(other, names))


def _defaults(value: object) -> Iterator[Finding]:
    """What the client gives to all tasks that say nothing themselves."""
    if isinstance(value, Mapping):
        at = ("client_defaults", "tasks")
        yield from _values(value.get("tasks"), at, "tasks have")


def _values(value: object, path: Path, who: str) -> Iterator[Finding]:
    """Whether fields of a task have values that the importer can read."""
    fields = plain(value)
    if not isinstance(fields, Mapping):
        return
    path = path if fields is value else (*path, "__var")
    yield from _typed(fields, path, _NUMBERS, _TEXTS, _FLAGS)
    rule = plain(fields.get("trigger_rule"))
    if isinstance(rule, str) and rule not in TRIGGER_RULES:
        message = f"{who} the trigger rule {_shown(rule)}"
        help = did_you_mean(rule, TRIGGER_RULES, f"one of {', '.join(TRIGGER_RULES)}")
        yield UNKNOWN_TRIGGER_RULE.at((*path, "trigger_rule"), message, help=help)


def _typed(
    fields: Fields,
    path: Path,
    numbers: tuple[str, ...],
    texts: tuple[str, ...],
    flags: tuple[str, ...],
) -> Iterator[Finding]:
    for names, kind, what in (
        (numbers, (int, float), "a number from 0"),
        (texts, (str,), "a text"),
        (flags, (bool,), "true or false"),
    ):
        for name in names:
            value = plain(fields.get(name))
            small = not isinstance(value, int | float) or 0 <= value < LARGEST
            if value is not None and not (isinstance(value, kind) and small):
                message = f"{name} is {what}; got {_shown(value)}"
                yield MALFORMED_DAG.at((*path, name), message)


def _shown(value: object) -> str:
    return repr(value)[:60]


def _ordered(found: Mapping[str, Operator]) -> tuple[list[str], list[str]]:
    """Tasks, upstream first, in order of declaration otherwise; or tasks that wait in a circle."""
    waits = dict.fromkeys(found, 0)
    for operator in found.values():
        for name in set(operator.downstream):
            waits[name] += 1
    ready = [name for name, count in waits.items() if not count]
    order: list[str] = []
    while ready:
        name = ready.pop(0)
        order.append(name)
        for other in dict.fromkeys(found[name].downstream):
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    if len(order) == len(found):
        return order, []
    return order, _circle(found, {name for name in found if name not in set(order)})


def _circle(found: Mapping[str, Operator], stuck: set[str]) -> list[str]:
    before = {n: next(m for m in found if m in stuck and n in found[m].downstream) for n in stuck}
    seen: list[str] = []
    name = min(stuck)
    while name not in seen:
        seen.append(name)
        name = before[name]
    return [*seen[seen.index(name) :], name][::-1]


def _groups(value: object) -> tuple[dict[str, tuple[str, ...]], tuple[Group, ...]]:
    """The groups around each task, and those that are mapped; what is malformed is no group."""
    around: dict[str, tuple[str, ...]] = {}
    mapped: list[Group] = []
    stack: list[tuple[object, tuple[str, ...], Path]] = [(value, (), ("dag", "task_group"))]
    while stack:
        group, names, path = stack.pop()
        if not isinstance(group, Mapping) or len(names) > DEEPEST_GROUP:
            continue
        own = group.get("_group_id")
        names = (*names, own) if isinstance(own, str) else names
        children = plain(group.get("children"))
        for name, child in children.items() if isinstance(children, Mapping) else ():
            kind, inner = (
                child if isinstance(child, list | tuple) and len(child) == 2 else ("", None)
            )
            if kind == "operator":
                around[str(name)] = names
            else:
                stack.append((plain(inner), names, (*path, "children", str(name), 1)))
        if group.get("is_mapped") is True and isinstance(own, str):
            mapped.append(Group(own, path, ()))
    return around, tuple(
        Group(g.name, g.path, tuple(task for task, names in around.items() if g.name in names))
        for g in mapped
    )
