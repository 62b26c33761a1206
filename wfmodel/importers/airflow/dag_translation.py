"""From a parsed serialised DAG to a Workflow: pure, and the same for text from anywhere.

>>> task = {"__type": "operator", "__var": {"task_id": "load", "task_type": "BashOperator"}}
>>> done = translate({"__version": 3, "dag": {"dag_id": "nightly", "tasks": [task]}})
>>> done.workflow.name, sorted(done.workflow.states)
('nightly', ['failed', 'load', 'success'])

What is left after each task, and after each of its ends, is a state (``residual``); where tasks run
side by side, a parallel state (``forks``). Read ``run_states`` next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from wfmodel.importers.airflow import dag_findings
from wfmodel.importers.airflow.execution_timeouts import timeout_findings
from wfmodel.importers.airflow.forks import Planner, TooManyCombinationsError
from wfmodel.importers.airflow.graph import DagGraph, graph_of
from wfmodel.importers.airflow.misfits import misfits
from wfmodel.importers.airflow.operators import (
    DEFAULT_POOL,
    SECOND,
    Making,
    Skipping,
    operator_findings,
    skipping,
    ways_in_words,
)
from wfmodel.importers.airflow.priorities import priorities_of, priority_findings
from wfmodel.importers.airflow.residual import EndState, Residual
from wfmodel.importers.airflow.run_states import (
    MOST_STATES,
    Following,
    MachineBuilder,
)
from wfmodel.importers.airflow.serialised import SerialisedDag, read_dag
from wfmodel.importers.airflow.trigger_rules import MET_BY_ONE
from wfmodel.importers.annotations import Annotations, StateAnnotation
from wfmodel.importers.asl.catalogue import (
    UNFIT_ANNOTATION,
)
from wfmodel.model.distributions import Constant
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.source import Path
from wfmodel.model.strict import first_refusal
from wfmodel.model.workflow import FAILURE, Parallel, Region, Service, Wait, Workflow
from wfmodel.model.workflow import State as ModelState
from wfmodel.wording.counting import listed

DEFAULT_COPIES: Final = 2
"""Instances of a mapped task without an annotation: the fewest that show concurrency."""

POOL_SIZE: Final = 128
"""Slots of the default pool, unless an administrator changed it."""

_DEFAULTS: Final = {"max_active_tasks": 16, "max_active_runs": 16}


@dataclass(frozen=True, slots=True)
class DagTranslation:
    """A workflow unless findings say why not.

    Paths of ``findings`` are the DAG's, those of ``annotation_findings`` the annotation file's.
    ``origins`` maps paths of the workflow to paths of the DAG, ``tasks`` paths of its states to the
    task (or mapped task group) that they stem from; ``graph`` is the order of the tasks.
    """

    workflow: Workflow | None
    findings: tuple[Finding, ...] = ()
    annotation_findings: tuple[Finding, ...] = ()
    origins: Mapping[Path, Path] = field(default_factory=dict)
    tasks: Mapping[Path, str] = field(default_factory=dict)
    graph: DagGraph | None = None
    dag: SerialisedDag | None = None


def translate(value: object, annotations: Annotations | None = None) -> DagTranslation:
    """Translate a serialised DAG, as parsed from JSON."""
    dag, findings = read_dag(value)
    if dag is None:
        return DagTranslation(None, findings)
    notes = annotations or Annotations()
    return _Translator(dag, notes).translation()


class _Translator:
    def __init__(self, dag: SerialisedDag, notes: Annotations) -> None:
        self.dag, self.notes, self.priorities = dag, notes, priorities_of(dag)
        self.findings: list[Finding] = list(_about_dag(dag))
        self.misfits: list[Finding] = list(misfits(dag, notes))
        self.graph: DagGraph
        self.builder: MachineBuilder
        self.planners: list[Planner] = []

    def translation(self) -> DagTranslation:
        workflow = None if self.misfits else self._workflow()
        wrong = any(f.severity is Severity.ERROR for f in (*self.findings, *self.misfits))
        found = (tuple(self.findings), tuple(self.misfits))
        if wrong or workflow is None:
            return DagTranslation(None, *found)
        return DagTranslation(
            workflow, *found, self._origins(), self.builder.origins, self.graph, self.dag
        )

    def note(self, task: str) -> StateAnnotation:
        return self.notes.states.get(task, StateAnnotation())

    def _workflow(self) -> Workflow | None:
        later = {name for each in self.dag.operators.values() for name in each.downstream}
        for name, operator in self.dag.operators.items():
            first = name not in later
            self.findings += operator_findings(operator, self.note(name), is_first=first)
            self.findings += priority_findings(operator)
        self.graph = graph_of(self.dag, self._copies(), self.notes.states)
        self.findings += self.graph.findings
        if any(found.severity is Severity.ERROR for found in self.graph.findings):
            return None
        planner = Planner(self.graph.dag)
        self.planners.append(planner)
        self.builder = MachineBuilder(
            planner,
            self._emit,
            self.dag.get("fail_fast") is True,
            self.priorities,
            self._label,
        )
        try:
            initial, states = self.builder.machine(self.graph.dag.start(), lambda r: not r.failed)
        except TooManyCombinationsError:
            message = (
                f"the ends of the tasks of {self.dag.name!r} combine to more than "
                f"{MOST_STATES} states, or too deep ones"
            )
            self.findings.append(dag_findings.TOO_MANY_COMBINATIONS.at(("dag", "tasks"), message))
            return None
        self._say_added()
        return self._built(initial, states)

    def _built(self, initial: str, states: Mapping[str, ModelState]) -> Workflow | None:
        limit = self.dag.get("dagrun_timeout")
        own = int(limit * SECOND) if limit else None
        description = self.dag.get("description", "")
        try:
            return Workflow(
                name=self.notes.name or self.dag.name[:200],
                initial=initial,
                states=states,
                services=self._services(),
                data=self.notes.data,
                timeout=own if self.notes.timeout is None else self.notes.timeout,
                description=self.notes.description or str(description)[:500],
            )
        except ValidationError as error:
            self.misfits.append(UNFIT_ANNOTATION.at((), str(first_refusal(error))))
            return None

    def _services(self) -> dict[str, Service]:
        """Pools that tasks run in, and what the annotations say of them or add."""
        used = {
            Making(operator, self.note(name), name).service
            for name, operator in self.dag.operators.items()
            if not operator.get("_is_empty")
        }
        sizes = {DEFAULT_POOL: Service(capacity=POOL_SIZE)}
        found = {name: sizes.get(name, Service()) for name in sorted(used)}
        return found | dict(self.notes.services)

    def _copies(self) -> dict[str, int]:
        found: dict[str, int] = {}
        mapped = {n: o.path for n, o in self.dag.operators.items() if o.get("_is_mapped")}
        for name, path in (*mapped.items(), *((g.name, g.path) for g in self.dag.mapped_groups)):
            items = self.note(name).items
            found[name] = DEFAULT_COPIES if items is None else items
            if items is None:
                message = f"how many instances {name!r} has is only known later: {DEFAULT_COPIES}"
                help = "annotate its items; with no instance Airflow skips it"
                self.findings.append(dag_findings.ASSUMED_INSTANCES.at(path, message, help=help))
        return found

    def _emit(
        self, task: str, name: str, following: Following, free: Callable[[str], str], at: Path
    ) -> Mapping[str, ModelState]:
        try:
            if task in self.graph.bodies:
                return self._mapped(task, name, following, at)
            return self._single(task, name, following, free, at)
        except ValidationError as error:
            message = f"{task!r}: {first_refusal(error)}"
            self.misfits.append(UNFIT_ANNOTATION.at(("states", task), message))
            return {name: Wait(duration=Constant(0), next=following.branches[0])}

    def _single(
        self, task: str, name: str, following: Following, free: Callable[[str], str], at: Path
    ) -> Mapping[str, ModelState]:
        operator = self.dag.operators[task]
        making = Making(operator, self.note(task), name, self.priorities[task])
        to = following.branches
        failed, skipped = following.after(EndState.FAILED), following.after(EndState.SKIPPED)
        decides = to[0] if len(set(to)) == 1 else free(f"{name} (branches)")
        made = making.states(decides, failed, skipped)
        said = timeout_findings(made[name], operator)  # of each of a task's states the same
        self.findings += [each for each in said if each not in self.findings]
        if decides == to[0]:
            return made
        labels = self.dag.get("edge_info")
        words = ways_in_words(operator, _labels(labels, task))
        targets = operator.downstream if skipping(operator) is Skipping.BRANCH else words
        choice = making.choice(words, to, targets)
        return {**made, decides: choice}

    def _mapped(
        self, task: str, name: str, following: Following, at: Path
    ) -> Mapping[str, ModelState]:
        """Instances side by side: a region as often as there are instances."""
        body = self.graph.bodies[task]
        ends = body.ends()
        well = following.ways[0][1]
        targets = {way.ends: to for way, to in following.ways}
        other = next((to for to in targets.values() if to != well), well)
        join, hoped = _join(targets, frozenset(ends), well, other)
        if join is None:
            message = (
                f"what comes after {task!r} depends on whether all, some or none of its "
                "instances succeed: the model tells two of these apart"
            )
            path = self._path(task)
            self.findings.append(dag_findings.UNDISTINGUISHED_COPIES.at(path, message))
            join, hoped = 0, frozenset(ends)
        good = frozenset[Residual]().union(*(ends[each] for each in hoped))
        planner = Planner(body.dag)
        self.planners.append(planner)
        inner = MachineBuilder(
            planner, self._single, self.builder.cancels, self.priorities, self._label
        )
        place = (*at, "states", name, "regions", 0)
        initial, states = inner.machine(
            body.start, good.__contains__, ("counted", "not counted"), place
        )
        self.builder.origins |= inner.origins
        note = self.note(task)
        return {
            name: Parallel(
                regions=(Region(initial=initial, states=states),),
                join=join if body.copies > 1 or join != "any" else "all",
                siblings="wait",
                for_each=note.for_each or f"items of {task}"[:200],
                copies=body.copies,
                next=well,
                on={FAILURE: other},
                description=note.description or "mapped",
            )
        }

    def _label(self, tasks: frozenset[str]) -> str:
        """The innermost task group that holds all these tasks."""
        around = [
            self.dag.operators[name].groups if name in self.dag.operators else (name,)
            for name in sorted(tasks)
        ]
        shared = [g for g in around[0] if all(g in groups for groups in around)]
        return shared[-1] if shared else ""

    def _path(self, task: str) -> Path:
        if task in self.dag.operators:
            return self.dag.operators[task].path
        return next(group.path for group in self.dag.mapped_groups if group.name == task)

    def _say_added(self) -> None:
        for planner in self.planners:
            for task, others in sorted(planner.added.items()):
                self._added(task, f"{listed(sorted(others), 3)} too")
            for task, others in sorted(planner.late.items()):
                self._added(task, f"all of {listed(sorted(others), 3)}, where one may be enough")
            for task, others in sorted(planner.unawaited.items()):
                said = f"{task!r} starts after one of {listed(sorted(others), 3)}"
                message = f"{said}: the run may end before the others do"
                self.findings.append(dag_findings.UNAWAITED.at(self._path(task), message))
        for mapped in self.graph.bodies:
            for reader in self.graph.dag.readers[mapped]:
                if self.graph.dag.nodes[reader].rule in MET_BY_ONE:
                    self._added(reader, f"all instances of {mapped!r}, where one may be enough")

    def _added(self, task: str, what: str) -> None:
        message = f"in the model {task!r} waits for {what}"
        self.findings.append(dag_findings.ADDED_WAIT.at(self._path(task), message))

    def _origins(self) -> dict[Path, Path]:
        found: dict[Path, Path] = {
            ("initial",): ("dag",),
            ("states",): ("dag", "tasks"),
            ("name",): ("dag", "dag_id"),
            ("timeout",): ("dag", "dagrun_timeout"),
            ("services",): ("dag", "tasks"),
        }
        for path, task in self.builder.origins.items():
            found[path] = self._path(task)
            found[(*path, "next")] = self._path(task)
        return found


def _join(
    targets: Mapping[frozenset[EndState], str],
    single: frozenset[frozenset[EndState]],
    well: str,
    other: str,
) -> tuple[Any, frozenset[frozenset[EndState]]]:
    """What the join of a mapped task asks, and which ends of an instance count for it."""
    kinds = set(targets.values())
    if len(kinds) == 1:
        return 0, single
    if len(kinds) > 2:
        return None, single
    for join, target in (("all", well), ("any", other)):
        reach = frozenset(
            e for e in single if any(e <= t for t, to in targets.items() if to == target)
        )
        inside = frozenset[EndState]().union(*reach)
        met = {to for ends, to in targets.items() if ends <= inside and _made_of(ends, reach)}
        if met == {target}:
            return join, reach if join == "all" else single - reach
    return None, single


def _made_of(ends: frozenset[EndState], single: frozenset[frozenset[EndState]]) -> bool:
    """Whether these ends can be those of some instances that end in one of the given ways."""
    return ends == frozenset[EndState]().union(*(each for each in single if each <= ends))


def _labels(info: object, task: str) -> dict[str, str]:
    edges = info.get(task) if isinstance(info, Mapping) else None
    found = {}
    for to, about in edges.items() if isinstance(edges, Mapping) else ():
        label = about.get("label") if isinstance(about, Mapping) else None
        if isinstance(label, str):
            found[str(to)] = label[:200]
    return found


def _about_dag(dag: SerialisedDag) -> Iterator[Finding]:
    timetable = dag.fields.get("timetable")
    kind = str(timetable.get("__type", "")) if isinstance(timetable, Mapping) else ""
    if kind and not kind.endswith("NullTimetable"):
        said = kind.rpartition(".")[2][:80]
        when = timetable.get("__var") if isinstance(timetable, Mapping) else None
        rule = when.get("expression") or when.get("delta") if isinstance(when, Mapping) else None
        shown = f"{said}, {str(rule)[:40]!r}" if rule is not None else said
        message = f"runs begin by a timetable ({shown}): in the model by the scenario's arrivals"
        yield dag_findings.SCHEDULE.at(("dag", "timetable"), message)
    for name, default in _DEFAULTS.items():
        value = dag.get(name, default)
        if value != default:
            message = f"{name} is {value}: the model limits by the capacity of services only"
            yield dag_findings.RUN_LIMIT.at(("dag", name), message)
    if dag.get("fail_fast") is True:
        message = (
            "a failure stops the tasks that have not begun, and the run ends when those that run"
            " have; Airflow fails them at once, and the run with them"
        )
        yield dag_findings.FAIL_FAST.at(("dag", "fail_fast"), message)
    if dag.get("deadline"):
        yield dag_findings.DEADLINE.at(("dag", "deadline"), "the model has no deadline alerts")
    for name in ("has_on_success_callback", "has_on_failure_callback"):
        if dag.get(name) is True:
            message = f"the DAG's {name.removeprefix('has_')} is not modelled"
            yield dag_findings.CALLBACKS.at(("dag", name), message)
