"""How ends are judged, as expressions: the classes of ``designs.anomalies``, over variables.

A verdict that a crash made a process forget was still a verdict, so a judged program has variables
that remember what any store has ever said; with them SPIN counts pairs of a configuration and what
is remembered, as ``exploration.terminal_states`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from wfmodel.designs.anomalies import Anomaly, Judge, Terminal
from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.history import steps_of
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.state import Status, View
from wfmodel.exploration.export.identifiers import at, is_, landed, one_of, positive
from wfmodel.exploration.export.landing_rules import stands
from wfmodel.exploration.export.program import All, AnyOf, Expression, Named, Negation, Relation
from wfmodel.exploration.export.reaction_tables import Tables
from wfmodel.semantics.configuration import Landing

SUCCEEDED, COMPENSATING = "said_succeeded", "said_compensating"
REMEMBERED = {
    Status.SUCCEEDED: SUCCEEDED,
    Status.ABORTED: "said_aborted",
    Status.FAILED: "said_failed",
    Status.COMPENSATING: COMPENSATING,
}
"""Variables, by the status that some store has held."""


class Judgement:
    """Of one system. ``done`` are the visits whose effects may land."""

    def __init__(self, tables: Tables, done: tuple[Landing, ...]) -> None:
        self.table = tables.table
        self.judge = Judge.of(steps_of(self.table.system.flow))
        self.done = tuple(visit for visit in done if visit[0] in self.judge.effects)
        self.policy = CommitPolicy.of(self.table.system.knobs)

    def revisits(self) -> bool:
        """Whether a step with an effect can be met in more than one epoch."""
        nodes = [node for node, _ in self.done]
        return len(set(nodes)) < len(nodes)

    def remembered(self) -> Iterator[tuple[str, Expression]]:
        """What turns each variable of the memory on."""
        for status, name in REMEMBERED.items():
            yield name, self._somebody(partial(_has, status))

    def _somebody(self, holds: Callable[[View], bool]) -> Expression:
        """The store of some participant says so."""
        return AnyOf(tuple(self._stored(p, holds) for p in range(len(self.table.names))))

    def _stored(self, p: int, holds: Callable[[View], bool]) -> Expression:
        views = enumerate(self.table.view(p, s) for s in range(len(self.table.states[p].values)))
        states = tuple(state for state, view in views if holds(view))
        volatile, durable = (one_of(at(name, p), states) for name in ("state", "durable"))
        if self.policy.memory:
            return volatile
        if self.policy.log:  # without a crash to come it is as good as flushed
            now = All((is_("crashes", 0), volatile))
            return AnyOf((now, All((positive("crashes"), durable))))
        return durable

    # ---------------------------------------------------------------------------- classes

    def classes(self) -> Iterator[tuple[str, Expression]]:
        """Exclusive classes of ends, in the order of ``Anomaly``, then those without any."""
        verdicts = [positive(name) for name in REMEMBERED.values() if name != COMPENSATING]
        some = AnyOf(tuple(verdicts))
        several = [All((a, b)) for i, a in enumerate(verdicts) for b in verdicts[:i]]
        only_success = All((verdicts[0], Negation(AnyOf(tuple(verdicts[1:])))))
        standing = AnyOf(tuple(map(stands, self.done)))
        against = All((some, Negation(only_success), standing))
        orphaned = AnyOf((All((only_success, self._disowned())), against))
        found: dict[Anomaly, Expression] = {
            Anomaly.LOST: Negation(some),
            Anomaly.SPLIT_VERDICT: AnyOf(tuple(several)),
            Anomaly.PHANTOM_SUCCESS: All((only_success, self._phantom())),
            Anomaly.DUPLICATED_EFFECT: self._twice(verdicts[0]),
            Anomaly.DANGLING_COMPENSATION: self._dangling(verdicts[0]),
            Anomaly.ORPHANED_EFFECT: orphaned,
        }
        earlier: tuple[Expression, ...] = (Named("ENDS"),)
        for anomaly in Anomaly:
            yield anomaly.terminal.value, All((*earlier, found[anomaly]))
            earlier = (*earlier, Negation(found[anomaly]))
        yield Terminal.COMMITTED.value, All((*earlier, verdicts[0]))
        yield Terminal.COMPENSATED.value, All((*earlier, Negation(verdicts[0])))

    def _says(self, node: int, *statuses: StepStatus, final: bool = False) -> Expression:
        return self._somebody(
            lambda view: (
                (view.status.is_final or not final)
                and any(n == node and status in statuses for n, status in view.steps)
            )
        )

    def _stands(self, node: int) -> Expression:
        return AnyOf(tuple(stands(visit) for visit in self.done if visit[0] == node))

    def _phantom(self) -> Expression:
        cases = []
        for node in sorted(self.judge.effects):
            believed = self._says(node, StepStatus.DONE)
            undone = self._says(node, StepStatus.COMPENSATED)
            cases.append(All((believed, Negation(undone), Negation(self._stands(node)))))
        return AnyOf(tuple(cases))

    def _disowned(self) -> Expression:
        cases = []
        for node in sorted(self.judge.effects):
            denied = self._says(node, StepStatus.FAILED, StepStatus.COMPENSATED, final=True)
            cases.append(All((denied, self._stands(node))))
        return AnyOf(tuple(cases))

    def _twice(self, succeeded: Expression) -> Expression:
        cases = []
        for visit in self.done:
            more = AnyOf((stands(visit, more_than=1), All((Negation(succeeded), stands(visit)))))
            cases.append(All((Relation(landed(visit), ">", 1), more)))
        return AnyOf(tuple(cases))

    def _dangling(self, succeeded: Expression) -> Expression:
        left = [stands(visit) for visit in self.done if visit[0] in self.judge.undoable]
        return All((positive(COMPENSATING), Negation(succeeded), AnyOf(tuple(left))))


def _has(status: Status, view: View) -> bool:
    return view.status is status
