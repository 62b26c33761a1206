"""How far two views of one instance are apart: 0 exactly if they agree.

Two views differ about a step if both know something of it and say different things; they differ
about the instance if both know its status and the statuses are not the same. What a view does not
know it cannot contradict. Two sayings sound different and are not:

- ``done`` or ``failed`` beside ``compensated``, from a view that holds the verdict ``aborted`` or
  ``failed``. Whoever knows that the instance was rolled back claims no effect of the step. Without
  this, every choreographed rollback would count as a divergence for ever, since a service is told
  of the end and not of every single compensation.
- ``failed`` beside ``running``, from a view that itself still has the step to move (``active``).
  A worker's ``failed`` is about an attempt; whoever controls the step is about to try again.

``running`` beside ``done`` does count: until the reply or event arrives, the stores contradict each
other. Such differences heal; the metrics tell how soon.
"""

from __future__ import annotations

from typing import Final

from wfmodel.designs.messages import StepStatus
from wfmodel.designs.state import Status, View

_ROLLED_BACK: Final = (Status.ABORTED, Status.FAILED)


def distance(one: View, other: View) -> int:
    """Steps on which two views differ, plus 1 if their statuses differ. Symmetric, never negative.

    It is no metric in the sense of geometry: a view that knows nothing is at 0 from all others.
    """
    return len(disputed(one, other)) + statuses_differ(one, other)


def statuses_differ(one: View, other: View) -> bool:
    """Whether two views know the instance's status, and not the same."""
    return Status.UNKNOWN not in (one.status, other.status) and one.status is not other.status


def disputed(one: View, other: View) -> tuple[int, ...]:
    """Nodes of the steps on which two views differ."""
    return tuple(node for node, _ in one.steps if differ_about(node, one, other))


def differ_about(node: int, one: View, other: View) -> bool:
    """Whether two views differ on a step."""
    for _, mine in one.steps.at(node):
        for _, theirs in other.steps.at(node):
            if _differ(node, one, mine, other, theirs):
                return True
    return False


def _differ(node: int, one: View, mine: StepStatus, other: View, theirs: StepStatus) -> bool:
    if mine is theirs or StepStatus.UNKNOWN in (mine, theirs):
        return False
    return not (_excused(node, one, mine, theirs) or _excused(node, other, theirs, mine))


def _excused(node: int, view: View, said: StepStatus, beside: StepStatus) -> bool:
    """Whether what this view says only sounds different from what is said beside it."""
    if beside is StepStatus.COMPENSATED:
        return view.status in _ROLLED_BACK and said in (StepStatus.DONE, StepStatus.FAILED)
    if beside is StepStatus.FAILED:
        return said is StepStatus.RUNNING and node in view.active
    return False
