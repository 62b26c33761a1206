"""Steps whose effect is left behind at an end of the workflow: the question of W1 and of W2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from wfmodel.checks.context import Context
from wfmodel.checks.effect_status import statuses_of
from wfmodel.checks.offending_run import OffendingRun, shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.saga import CERTAIN, POSSIBLE, EffectStatus, Saga, StepWatch
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.workflow import Outcome

MOST_RUNS: Final = 100
"""Rules about paths search for this many runs per workflow; what they suspect beyond is reported
without a run where that is certain, and not at all where it is not."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A step, the status in which it is left behind, and the shortest run that shows it."""

    step: Node
    certain: bool
    end: Node | None
    status: EffectStatus | None
    words: tuple[str, ...]


def uncovered_finding(
    rule: Rule, found: Uncovered, when: str, help: str, ends: str = "the run ends here"
) -> Finding:
    """What W1, W2 and W16 say of a step: left behind, and ``when``."""
    return rule.finding(
        f"{_left_behind(found)} {when}",
        found.step.path,
        trace=found.words,
        severity=Severity.ERROR if found.certain else Severity.WARNING,
        help=help,
        related=() if found.end is None else ((found.end.path, ends),),
    )


def _left_behind(found: Uncovered) -> str:
    """The subject and verb."""
    name = repr(found.step.name)
    if found.status is EffectStatus.EARLIER:
        return f"{name} is done twice, and only the latest is compensated"
    if found.status is EffectStatus.MAYBE_EARLIER:
        return f"{name} may have taken effect twice, and only the latest is compensated"
    if found.certain:
        return f"{name} is done and not compensated"
    if found.status is EffectStatus.LATE:
        return f"{name} may complete after the join went on without it, and is not compensated"
    return f"{name} may have taken effect (no clear answer) and is not compensated"


def uncovered_of(context: Context) -> dict[Outcome, tuple[Uncovered, ...]]:
    """Per unsuccessful outcome, the steps that runs ending so may leave in effect; found once."""
    return context.once(_uncovered)


def _uncovered(context: Context) -> dict[Outcome, tuple[Uncovered, ...]]:
    outcomes = (Outcome.ABORTED, Outcome.FAILED)
    return {outcome: tuple(uncovered_steps(context, outcome)) for outcome in outcomes}


def uncovered_steps(context: Context, outcome: Outcome) -> Iterator[Uncovered]:
    """Steps that may be left in effect at ends with an outcome, certain ones first."""
    ends = frozenset(end.index for end in context.main_ends if end.outcome is outcome)
    saga = Saga(context)
    statuses = statuses_of(saga)
    reported: set[int] = set()
    runs = 0
    for wanted in (CERTAIN, POSSIBLE):
        for step in statuses.suspects(ends, wanted):
            if step.index in reported:
                continue
            runs += 1
            found = _confirm(saga, StepWatch(saga, step, ends, wanted), runs)
            if found is not None:
                reported.add(step.index)
                yield found


def _confirm(saga: Saga, watch: StepWatch, runs: int) -> Uncovered | None:
    certain = watch.statuses == CERTAIN
    if runs > MOST_RUNS:
        sure = len(saga.context.flow.scopes) == 1
        return Uncovered(watch.step, certain, None, None, ()) if sure else None
    run: OffendingRun | None = shortest_run(saga.context, watch)
    if run is None:
        return None
    end = saga.context.flow.nodes[run.node]
    return Uncovered(watch.step, certain, end, EffectStatus(run.status), run.words)
