"""What ``execution_timeout`` makes of an attempt: Airflow kills it, so nothing comes of it later.

In the model, work goes on whose time is up, and its late result counts for the retry. Where every
attempt takes too long it is said by a failure that ends each one; where only some do, by a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from wfmodel.importers.airflow.dag_findings import LATE_RESULT
from wfmodel.importers.airflow.serialised import Operator
from wfmodel.model.distributions import Constant
from wfmodel.model.failures import FailureKind, FailureMode
from wfmodel.model.findings import Finding
from wfmodel.model.workflow import TIMEOUT, Task
from wfmodel.model.workflow import State as ModelState

KILLED: Final = "execution_timeout"
"""The failure of an attempt that was killed since its time was up (``AirflowTaskTimeout``)."""

_RARE: Final = 1e-9
"""Of the attempts: what takes longer more seldom than this is taken to be in time."""


def cut(task: Task, operator: Operator) -> Task:
    """A task whose attempts all take longer than they may: each ends, failed, when time is up.

    What a sensor waits for comes whoever looks: a later attempt finds it, as in Airflow.
    """
    if not _is_repeated(task, operator) or not _is_over(task, _RARE):
        return task
    assert task.retry is not None
    assert task.timeout is not None
    failures = {name: replace(mode, probability=0.0) for name, mode in task.failures.items()}
    again = tuple(KILLED if name == TIMEOUT else name for name in task.retry.on)
    return replace(
        task,
        duration=Constant(task.timeout),
        timeout=None,
        failures=failures | {KILLED: FailureMode(FailureKind.TRANSIENT, 1.0)},
        retry=replace(task.retry, on=again),
    )


def timeout_findings(task: ModelState, operator: Operator) -> Iterator[Finding]:
    """Where some attempts take longer than they may; of a state that is no task, nothing."""
    if not isinstance(task, Task):
        return
    late = _is_repeated(task, operator) and _is_over(task, 1 - _RARE)
    if late and not _is_over(task, _RARE):
        message = (
            f"an attempt of {operator.name!r} that takes longer than its execution_timeout goes on"
            ", and its late result counts: Airflow kills it"
        )
        yield LATE_RESULT.at(operator.at("execution_timeout"), message)


def _is_repeated(task: Task, operator: Operator) -> bool:
    """Whether a late result can count: it does while the task is waited for, in a retry."""
    return task.timeout is not None and task.retry is not None and not operator.get("_is_sensor")


def _is_over(task: Task, share: float) -> bool:
    """Whether this share of the attempts does not end before the rest has taken too long."""
    return task.timeout is not None and task.duration.quantile(share) > task.timeout
