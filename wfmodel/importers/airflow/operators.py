"""One operator as states of the model: a task at its pool, a wait, or a wait for the outside.

What an operator does is Python code that a serialised DAG does not hold. Known by their classes
are those that decide about other tasks (branches, short circuits) and those that wait (sensors).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from wfmodel.importers.airflow import dag_findings
from wfmodel.importers.airflow.execution_timeouts import cut
from wfmodel.importers.airflow.serialised import Operator
from wfmodel.importers.annotations import StateAnnotation
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.failures import FailureKind, FailureMode, RetryPolicy
from wfmodel.model.findings import Finding
from wfmodel.model.units import LONGEST_NS, parse_duration
from wfmodel.model.workflow import (
    FAILURE,
    TIMEOUT,
    Branch,
    Choice,
    Effect,
    Reaction,
    Receive,
    Task,
    Wait,
)
from wfmodel.model.workflow import State as ModelState

SECOND: Final = parse_duration("1s")

EXCEPTION: Final = "exception"
"""The failure of every task: its code raised something."""

SKIPPED: Final = "skipped"
"""A failure of this name in an annotation is ``AirflowSkipException``: the task skips itself."""

SENSOR_TIMEOUT: Final = parse_duration("7d")
"""``[sensors] default_timeout``: a sensor's own limit is not serialised."""

MAX_RETRY_DELAY: Final = parse_duration("24h")
"""``[core] max_task_retry_delay``: a growing pause is never longer, whatever a task says."""

DEFAULT_POOL: Final = "default_pool"
_HITL: Final = ("HITLOperator", "HITLEntryOperator", "ApprovalOperator", "HITLBranchOperator")
_OTHER_DAGS: Final = ("TriggerDagRunOperator", "ExternalTaskSensor", "ExternalTaskMarker")
_DELTA: Final = re.compile(r"(?:(\d{1,5}) days?, )?(\d{1,2}):(\d\d):(\d\d)(?:\.\d+)?")


class Skipping(Enum):
    """Whom an operator skips when it succeeds."""

    NOBODY = auto()
    BRANCH = auto()
    """All tasks directly after it, but the chosen one and what comes after that."""
    ALL = auto()
    """All tasks after it, or none."""
    DIRECT = auto()
    """All tasks directly after it, or none."""


def skipping(operator: Operator) -> Skipping:
    """Whom an operator skips, by its class."""
    kind = str(operator.get("task_type", ""))
    if not operator.get("_can_skip_downstream"):
        return Skipping.NOBODY
    if "Branch" in kind:
        return Skipping.BRANCH
    return Skipping.ALL if "ShortCircuit" in kind else Skipping.DIRECT


def ways_in_words(operator: Operator, labels: Mapping[str, str]) -> tuple[str, ...]:
    """What each way of going on means; ``labels`` are those of the edges."""
    match skipping(operator):
        case Skipping.BRANCH:
            return tuple(labels.get(to) or f"{to} is followed" for to in operator.downstream)
        case Skipping.NOBODY:
            return ("",)
        case _:
            return "it goes on", "it stops here"


def is_outside(operator: Operator) -> bool:
    """Whether a task waits for something outside without holding a slot of its pool."""
    if operator.get("task_type") in _HITL:
        return True
    return bool(operator.get("_is_sensor") and operator.get("reschedule"))


@dataclass(frozen=True, slots=True)
class Making:
    """One task to be made: its operator, its annotation, and the name that its state gets."""

    operator: Operator
    note: StateAnnotation
    name: str
    priority: int = 0

    def states(self, done: str, failed: str | None, skipped: str | None) -> dict[str, ModelState]:
        """The state that does the work, and where its ends lead."""
        operator = self.operator
        if operator.get("_is_empty"):
            return {self.name: Wait(duration=self.note.duration or Constant(0), next=done)}
        if is_outside(operator):
            return {self.name: self._receive(done, failed)}
        on = {SKIPPED: skipped} if skipped is not None else {}
        if failed is not None:
            on[FAILURE] = failed
        return {self.name: self._task(done, on)}

    def _task(self, done: str, on: Mapping[str, str]) -> Task:
        operator, note = self.operator, self.note
        failures = {EXCEPTION: FailureMode(FailureKind.TRANSIENT), **note.failures}
        made = Task(
            service=self.service,
            action=note.action or (operator.name if self.name != operator.name else None),
            duration=note.duration or _waits(operator) or Constant(0),
            failures=failures,
            timeout=min(_limits(operator, note), default=None),
            retry=_retry(operator, note, failures),
            idempotent=bool(note.idempotent),
            status_query=bool(note.status_query),
            tolerates_absence=bool(note.tolerates_absence),
            effect=note.effect or Effect.NONE,
            priority=self.priority,
            reads=note.reads or (),
            writes=note.writes or (),
            compensates=note.compensates,
            compensation=note.compensation,
            next=done,
            on=on,
            description=self.description,
        )
        return cut(made, operator)

    def _receive(self, done: str, failed: str | None) -> Receive:
        note = self.note
        events = {"answered" if self.operator.get("task_type") in _HITL else "met": done}
        limit = limit_of(self.operator, note)
        return Receive(
            events={name: Reaction(next=to) for name, to in events.items()},
            delay=note.delay or note.duration or _waits(self.operator) or Constant(0),
            timeout=limit,
            on={TIMEOUT: failed} if failed is not None and limit is not None else {},
            service=self.service,
            writes=note.writes or (),
            description=self.description,
        )

    @property
    def service(self) -> str:
        """The annotation's, else the pool."""
        return self.note.service or str(self.operator.get("pool", DEFAULT_POOL))

    @property
    def description(self) -> str:
        """The annotation's words, else the operator's class."""
        said = self.note.description
        return self.operator.kind if said is None else said

    def choice(
        self, words: tuple[str, ...], to: tuple[str, ...], targets: tuple[str, ...]
    ) -> Choice:
        """Which way a branching task goes: in words, to which state, by following which task."""
        given = self.note.probabilities
        shares = [given.get(target) for target in targets]
        if skipping(self.operator) is not Skipping.BRANCH:
            share = goes_on(self.operator, self.note)
            shares = [share, 0.0 if share == 1 else None]  # never drawn is said, else the rest
        branches = [
            Branch(next=each, when=said, probability=share)
            for said, each, share in zip(words, to, shares, strict=True)
        ]
        last = branches[-1]
        if last.probability is not None:
            return Choice(branches=tuple(branches), service=self.note.service)
        return Choice(branches=tuple(branches[:-1]), default=last.next, service=self.note.service)


def _waits(operator: Operator) -> Distribution | None:
    """How long a ``TimeDeltaSensor`` waits."""
    delta = operator.get("delta")
    match = _DELTA.fullmatch(delta) if isinstance(delta, str) else None
    if match is None or not operator.get("_is_sensor"):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return Constant((((days * 24) + hours) * 60 + minutes) * 60 * SECOND + seconds * SECOND)


def _ns(seconds: object) -> int | None:
    if not isinstance(seconds, int | float) or seconds <= 0:
        return None
    return min(int(seconds * SECOND), LONGEST_NS)


def goes_on(operator: Operator, note: StateAnnotation) -> float | None:
    """How often the tasks after it are not skipped; None where nobody knows (half the time).

    A run that is scheduled now, or triggered by hand, is the latest. What is after it is followed
    or skipped together, so the first probability that is given is that of all.
    """
    latest = 1.0 if operator.get("task_type") == "LatestOnlyOperator" else None
    return next(iter(note.probabilities.values()), latest)


def _limits(operator: Operator, note: StateAnnotation) -> Iterator[int]:
    """What ends an attempt that takes too long, in nanoseconds: its own limit and a sensor's."""
    own = _ns(operator.get("execution_timeout"))
    if own is not None and (note.timeout is None or operator.get("_is_sensor")):
        yield own
    if note.timeout is not None:
        yield note.timeout
    elif operator.get("_is_sensor"):
        yield SENSOR_TIMEOUT


def _retry(
    operator: Operator, note: StateAnnotation, failures: Mapping[str, FailureMode]
) -> RetryPolicy | None:
    """What is tried again: all that fails, but neither a skip nor a sensor's own time-out."""
    policy = note.retry or _declared_retry(operator)
    own = operator.get("_is_sensor") and not _is_killed(operator, note)
    if policy is None or not (own or SKIPPED in failures):
        return policy
    transient = [n for n, mode in failures.items() if mode.kind is FailureKind.TRANSIENT]
    usual = transient if own and note.retry is None else [*transient, TIMEOUT]
    again = tuple(name for name in policy.on or usual if name != SKIPPED)
    return replace(policy, on=again) if again else None


def _is_killed(operator: Operator, note: StateAnnotation) -> bool:
    """Whether ``execution_timeout`` ends an attempt of a sensor before its own time-out does."""
    own = _ns(operator.get("execution_timeout"))
    return own is not None and own < (note.timeout or SENSOR_TIMEOUT)


def _declared_retry(operator: Operator) -> RetryPolicy | None:
    """Retries and their pauses. A growing pause lies between b and 2b: its mean is taken."""
    again = int(operator.get("retries", 0))
    if not again:
        return None
    factor, growing = multiplier(operator)
    delay = _ns(operator.get("retry_delay", 300.0)) or 0
    longest = min(_ns(operator.get("max_retry_delay")) or LONGEST_NS, MAX_RETRY_DELAY)
    return RetryPolicy(
        attempts=again + 1,
        backoff=min(int(1.5 * max(delay, SECOND)) if growing else delay, LONGEST_NS),
        factor=factor,
        cap=longest if growing else delay,
    )


def multiplier(operator: Operator) -> tuple[float, bool]:
    """By how much each pause is longer than the one before, and whether it grows (or shrinks)."""
    given = operator.get("retry_exponential_backoff", 0)
    factor = 2.0 if given is True else float(given or 1)
    return min(factor, 1000.0), factor != 1.0


def operator_findings(
    operator: Operator, note: StateAnnotation, *, is_first: bool
) -> Iterator[Finding]:
    """What the model leaves out of one task, or takes as given; ``is_first``: none is before it."""
    name = operator.name
    factor, growing = multiplier(operator)
    if operator.get("retries", 0) and growing and note.retry is None:
        message = (
            f"before retry n {name!r} waits between b and 2b, with b = delay * {factor:g}^(n-1)"
            ": 1.5 b is taken"
        )
        yield dag_findings.BACKOFF.at(operator.at("retry_exponential_backoff"), message)
    yield from _unserialised(operator, note)
    if operator.get("pool_slots", 1) != 1:
        message = f"{name!r} takes {operator.get('pool_slots')} slots of its pool: one is taken"
        yield dag_findings.POOL_SLOTS.at(operator.at("pool_slots"), message)
    for field in ("max_active_tis_per_dag", "max_active_tis_per_dagrun"):
        if operator.get(field) is not None:
            message = f"{field} of {name!r} is not modelled: give its service a capacity"
            yield dag_findings.RUN_LIMIT.at(operator.at(field), message)
    for field in ("depends_on_past", "wait_for_downstream"):
        if operator.get(field):
            message = f"{name!r} waits for the run before ({field}): runs are independent here"
            yield dag_findings.OTHER_RUN.at(operator.at(field), message)
    for field in sorted(operator.fields):
        if field.startswith("has_on_") and operator.get(field) is True:
            message = f"the callback {field.removeprefix('has_')} of {name!r} is not modelled"
            yield dag_findings.CALLBACKS.at(operator.at(field), message)
    yield from _beyond(operator, note, is_first)


def _unserialised(operator: Operator, note: StateAnnotation) -> Iterator[Finding]:
    name = operator.name
    if operator.get("_is_sensor") and note.timeout is None and _waits(operator) is None:
        message = (
            f"timeout, soft_fail and poke_interval of the sensor {name!r} are not serialised: "
            "7 days, then it fails; it sees at once what it waits for"
        )
        yield dag_findings.UNSERIALISED.at(operator.path, message, help="annotate its timeout")
    if operator.get("task_type") in _HITL and note.timeout is None:
        message = f"response_timeout of {name!r} is not serialised: it is waited for without end"
        yield dag_findings.UNSERIALISED.at(operator.path, message, help="annotate its timeout")
    if skipping(operator) is Skipping.ALL:
        message = (
            f"ignore_downstream_trigger_rules of {name!r} is not serialised: "
            "it is taken to skip all tasks after it"
        )
        yield dag_findings.UNSERIALISED.at(operator.path, message)
    if operator.get("has_retry_policy") is True:
        message = f"{name!r} has a retry policy in Python: retries and retry_delay are taken"
        yield dag_findings.RETRY_POLICY.at(operator.at("has_retry_policy"), message)


def _beyond(operator: Operator, note: StateAnnotation, is_first: bool) -> Iterator[Finding]:
    name, kind = operator.name, str(operator.get("task_type", ""))
    if skipping(operator) is Skipping.BRANCH and len(operator.downstream) > 1:
        message = f"{name!r} may follow several tasks, or none: in the model it follows one"
        yield dag_findings.SEVERAL_BRANCHES.at(operator.at("downstream_task_ids"), message)
    whole = skipping(operator) in (Skipping.ALL, Skipping.DIRECT)
    unknown = skipping(operator) is Skipping.DIRECT and kind not in ("LatestOnlyOperator", *_HITL)
    if whole and not unknown and not note.probabilities:
        often = "always" if goes_on(operator, note) == 1 else "half the time"
        message = f"how often {name!r} goes on is only known when it runs: {often}"
        help = "annotate its probabilities, by a task after it"
        yield dag_findings.ASSUMED_GOING_ON.at(operator.at("task_type"), message, help=help)
    said = note.duration or note.delay
    if _waits(operator) is not None and said is None and not is_first:
        message = f"{name!r} waits until a time after the run's beginning: here from its own"
        help = "annotate its delay" if is_outside(operator) else "annotate its duration"
        yield dag_findings.LATE_START.at(operator.at("delta"), message, help=help)
    if unknown:
        often = "" if note.probabilities else ", half the time"
        message = f"{name!r} may skip tasks after it: those directly after it are taken{often}"
        yield dag_findings.UNKNOWN_SKIP.at(operator.at("_can_skip_downstream"), message)
    if kind in _OTHER_DAGS:
        other = operator.get("external_dag_id") or operator.get("trigger_dag_id") or "another DAG"
        message = f"{name!r} is about {str(other)[:80]!r}, another DAG: what happens there is not"
        yield dag_findings.OTHER_DAG.at(operator.path, f"{message} modelled")
    if operator.get("outlets"):
        message = f"{name!r} updates assets: DAGs that these start are not modelled"
        yield dag_findings.ASSETS.at(operator.at("outlets"), message)


def can_fail(operator: Operator, note: StateAnnotation) -> bool:
    """Whether a task can fail: not without work, nor while it waits without a limit."""
    if operator.get("_is_empty"):
        return False
    return not is_outside(operator) or limit_of(operator, note) is not None


def limit_of(operator: Operator, note: StateAnnotation) -> int | None:
    """How long a task that waits for the outside may wait, in nanoseconds.

    Its ``execution_timeout`` bounds each look, not the wait.
    """
    return note.timeout or (SENSOR_TIMEOUT if operator.get("_is_sensor") else None)


def ends_by_itself(note: StateAnnotation) -> bool:
    """Whether a task may skip itself: an annotation says so by a failure ``skipped``."""
    return SKIPPED in note.failures
