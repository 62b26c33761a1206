"""Every finding about a serialised DAG is in this table.

Errors mean that it is none, or cannot be said in the model: no workflow comes out. Information says
what the model leaves out or takes as given, and where; it is no claim about Airflow.
"""

from __future__ import annotations

from typing import Final

from wfmodel.importers.asl.catalogue import Problem
from wfmodel.model.findings import Severity

_ERROR, _INFO = Severity.ERROR, Severity.INFO

MALFORMED_DAG: Final = Problem(
    "A201", "malformed-dag", _ERROR, "This is not what Airflow writes when it serialises a DAG."
)
UNSUPPORTED_VERSION: Final = Problem(
    "A202", "unsupported-dag-version", _ERROR, "The serialised forms of Airflow 3 are read."
)
UNKNOWN_TRIGGER_RULE: Final = Problem(
    "A203", "unknown-trigger-rule", _ERROR, "Airflow has no such trigger rule."
)
CYCLIC_DAG: Final = Problem("A204", "cyclic-dag", _ERROR, "The tasks wait for each other.")
TOO_MANY_COMBINATIONS: Final = Problem(
    "A205",
    "too-many-combinations",
    _ERROR,
    "The ends of the tasks combine to more states than are made.",
)
UNDISTINGUISHED_COPIES: Final = Problem(
    "A206",
    "undistinguished-copies",
    _ERROR,
    "All, some or none of a mapped task's instances succeed: the model tells two of these apart.",
)
MAPPED_GROUP: Final = Problem(
    "A207", "unsaid-mapped-group", _ERROR, "The model cannot say this mapped task group."
)
ADDED_WAIT: Final = Problem(
    "A210",
    "added-wait",
    _INFO,
    "The model's regions fork and join: here a task waits for more than in Airflow.",
)
BACKOFF: Final = Problem(
    "A211", "abstracted-backoff", _INFO, "Airflow spreads a growing back-off by a hash."
)
UNSERIALISED: Final = Problem(
    "A212", "unserialised-parameter", _INFO, "Airflow does not serialise it: its default is taken."
)
ASSUMED_INSTANCES: Final = Problem(
    "A213", "assumed-instances", _INFO, "How many instances a mapped task has is only known later."
)
PRIORITY: Final = Problem(
    "A214",
    "abstracted-priority",
    _INFO,
    "A weight rule that is code is not run.",
)
POOL_SLOTS: Final = Problem(
    "A215", "abstracted-pool-slots", _INFO, "A step takes one slot of its service's capacity."
)
RUN_LIMIT: Final = Problem(
    "A216", "abstracted-limit", _INFO, "The model limits what runs at once by services only."
)
OTHER_RUN: Final = Problem(
    "A217", "unsaid-run-dependence", _INFO, "Instances of the model do not wait for each other."
)
SCHEDULE: Final = Problem(
    "A218", "schedule-of-scenario", _INFO, "When runs begin is said by a scenario's arrivals."
)
CALLBACKS: Final = Problem(
    "A219", "unsaid-callback", _INFO, "The model runs no callbacks and sends no mail."
)
SEVERAL_BRANCHES: Final = Problem(
    "A220",
    "one-branch-at-a-time",
    _INFO,
    "A branching task may follow several tasks, or none; in the model it follows one.",
)
OTHER_DAG: Final = Problem(
    "A221", "other-dag", _INFO, "What happens in another DAG is outside of the model."
)
FAIL_FAST: Final = Problem(
    "A222", "abstracted-fail-fast", _INFO, "Airflow stops tasks that run; the model, those to come."
)
RETRY_POLICY: Final = Problem(
    "A223", "unserialised-retry-policy", _INFO, "The policy is Python code: it is not read."
)
ASSETS: Final = Problem(
    "A224", "unsaid-asset", _INFO, "That an asset starts other DAGs is outside of the model."
)
UNKNOWN_SKIP: Final = Problem(
    "A225", "unknown-skipping", _INFO, "Which tasks this operator skips is Python code."
)
DEADLINE: Final = Problem("A226", "unsaid-deadline", _INFO, "The model has no deadline alerts.")
RACED_SKIP: Final = Problem(
    "A227",
    "raced-skip",
    _INFO,
    "One task skips it, others may decide about it before: in Airflow whoever is first.",
)
LATE_START: Final = Problem(
    "A228",
    "wait-from-task",
    _INFO,
    "Airflow counts this wait from the run's beginning; the model from the task's.",
)
ASSUMED_GOING_ON: Final = Problem(
    "A229",
    "assumed-going-on",
    _INFO,
    "Whether the tasks after it are skipped is decided by Python code: an assumption is taken.",
)
UNAWAITED: Final = Problem(
    "A230",
    "run-ends-before-task",
    _INFO,
    "Where one task is enough to go on, the run does not wait for the others; Airflow's does.",
)
LATE_RESULT: Final = Problem(
    "A231",
    "late-result",
    _INFO,
    "Airflow kills an attempt whose time is up; in the model it goes on, and its result counts.",
)

PROBLEMS: Final[tuple[Problem, ...]] = tuple(
    value for value in dict(globals()).values() if isinstance(value, Problem)
)
"""The whole table, in order of code."""
