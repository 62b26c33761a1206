"""A System as a program of guarded commands: the tables of an exploration, and rules over them.

A target stores exactly one state per configuration that the explorer counts: every part of a
configuration is a variable or follows from the variables, and nothing else is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from wfmodel.designs.fault_costs import COSTS, PROCESS_FAULTS
from wfmodel.designs.knob_registry import KNOBS
from wfmodel.designs.knobs import Acknowledge, Knobs
from wfmodel.designs.messages import LAPS, Start
from wfmodel.designs.system import Channel, System
from wfmodel.designs.table import Table
from wfmodel.exploration.export.budget_rules import NOT_EXPORTED, Budget
from wfmodel.exploration.export.canonical_numbers import renumbered
from wfmodel.exploration.export.fault_rules import FaultRules
from wfmodel.exploration.export.identifiers import at, choice, expected, is_, positive
from wfmodel.exploration.export.identifiers import work as work_name
from wfmodel.exploration.export.inbox import sent
from wfmodel.exploration.export.judgement import REMEMBERED, Judgement
from wfmodel.exploration.export.landing_rules import Effects
from wfmodel.exploration.export.program import (
    Add,
    All,
    AnyOf,
    Append,
    Expression,
    GuardedCommand,
    Named,
    Negation,
    Program,
    Put,
)
from wfmodel.exploration.export.reaction_tables import Tables
from wfmodel.exploration.export.transition_rules import Rules
from wfmodel.exploration.packed import search
from wfmodel.model.state_events import lands_outside
from wfmodel.semantics.configuration import ANYONE
from wfmodel.semantics.fault_budget import STALLING, FaultBudget
from wfmodel.semantics.nondeterminism import Anything, Resolution


def program_of(
    system: System,
    budget: FaultBudget | None = None,
    *,
    laps: int = 1,
    resolution: Resolution | None = None,
    judged: bool = False,
    limit: int = 1_000_000,
) -> Program:
    """The guarded commands of a system under a budget.

    ``limit`` bounds the exploration that fills the tables (configurations).

    Raises:
        ValueError: the exploration did not end within ``limit`` or its memory, so that the tables
            may lack reactions; or the system's channels keep order, or messages, and its steps are
            not atomic; or its messages are acknowledged otherwise than with the commit;
            or it watches crashes, or chooses what it takes.
    """
    _refuse_what_cannot_be_said(system, budget)
    budget, resolution = budget or FaultBudget(), resolution or Anything()
    table = Table(system)
    found = search(table, budget, limit=limit, laps=laps, resolution=resolution, symmetry=False)
    if not found.complete:
        raise ValueError(
            f"{system.flow.workflow.name!r} has more states than were looked into"
            f" ({budget.describe()}; stopped: {found.stopped}): raise limit, or lower the budget"
        )
    builder = _Builder(Tables(renumbered(table), resolution), budget, laps, judged)
    if judged and builder.judgement.revisits():
        raise ValueError(
            f"{system.flow.workflow.name!r} can do a step again in a loop: judging that needs more"
            " memory than an export has; export it without judged"
        )
    return builder.program()


class _Builder:
    def __init__(self, tables: Tables, budget: FaultBudget, laps: int, judged: bool) -> None:
        self.tables = tables
        self.table = tables.table
        self.budget = Budget(budget, self.table.names)
        self.laps = laps
        self.effects = Effects(tables)
        self.participants = tuple(range(len(self.table.names)))
        self.rules = tuple(Rules(tables, self.effects, self.budget, p) for p in self.participants)

        self.rows = tuple(row for rules in self.rules for row in rules.inbox.rows())
        self.judged = judged
        self.judgement = Judgement(tables, self.effects.done)
        self.faults = tuple(map(FaultRules, self.rules))

    def program(self) -> Program:
        own = (name for rules in self.rules for name in rules.variables())
        memory = tuple(REMEMBERED.values()) if self.judged else ()
        system = self.table.system
        return Program(
            f"{system.flow.workflow.name}, {system.design}",
            tuple(self._notes()),
            (*self.budget.counters, *own, *self.effects.variables(), *memory),
            (*(rules.queue for rules in self.rules), *self.rows),
            tuple(self._start()),
            tuple(self._definitions()),
            self._every_rule(),
            tuple(gap for rules in self.rules for gap in rules.gaps()),
            tuple(self.judgement.classes()) if self.judged else (("rests", Named("RESTS")),),
            tuple(self.judgement.remembered()) if self.judged else (),
            tuple((row, items) for row in self.rows if (items := self._first(row))),
        )

    def _first(self, row: str) -> tuple[int, ...]:
        return tuple(item for name, item in self._begun() if name == row)

    def _every_rule(self) -> tuple[GuardedCommand, ...]:
        own = (rule for rules in self.rules for rule in rules.all())
        return (*own, *(rule for faults in self.faults for rule in faults.all()))

    def _start(self) -> Iterator[tuple[str, int]]:
        yield from ((name, left) for name, left in self.budget.counters.items() if left)
        counts: Counter[str] = Counter()
        for variable, value in self._begun():
            if variable not in self.rows:
                counts[variable] += value
        yield from counts.items()

    def _begun(self) -> Iterator[tuple[str, int]]:
        """What is set, or on its way, before anything happens: of rows the items, in order."""
        index = self.table.index
        for name in self.table.system.opening:
            yield from self.rules[index[name]].opening(self.table.opening(name))
        start = (self.table.message(Start()), tuple(index[n] for n in self.table.system.start))
        for operation in sent(self.tables, ANYONE, start):
            if isinstance(operation, Append):
                yield from ((operation.queue, item) for item in operation.items)
            else:
                assert isinstance(operation, Add | Put)
                yield operation.variable, 1

    def _notes(self) -> Iterator[str]:
        names, nodes = self.table.names, self.tables.nodes
        yield "participants: " + ", ".join(f"{p} {name}" for p, name in enumerate(names))
        yield "nodes: " + ", ".join(f"{node.index} {node.name}" for node in nodes)
        for number, message in enumerate(self.table.messages.values):
            yield f"message {number}: {message}"
        for number, timer in enumerate(self.table.timers.values):
            yield f"timer {number}: {timer}"

    # ------------------------------------------------------------------------ definitions

    def _definitions(self) -> Iterator[tuple[str, Expression]]:
        busy = [(at("BUSY", rules.p), rules.busy()) for rules in self.rules]
        anyone_busy = AnyOf(tuple(Named(name) for name, _ in busy))
        all_run = All(tuple(rules.runs for rules in self.rules))
        yield from busy
        spent = (is_(kind, 0) for kind in PROCESS_FAULTS if COSTS[kind].exported)
        yield "CALM", All((*spent, all_run))
        yield "CUT", self._cut()
        yield "GO", All((Negation(Named("CUT")), Negation(All((Named("CALM"), anyone_busy)))))
        can_move = AnyOf(tuple(rules.can_move() for rules in self.rules))
        yield "STILL", All((all_run, Negation(anyone_busy), Negation(can_move)))
        somebody_paused = AnyOf(tuple(positive(rules.paused) for rules in self.rules))
        yield "TIME_PASSES", AnyOf((Named("STILL"), somebody_paused))
        later = AnyOf(tuple(part for faults in self.faults for part in faults.may_yet()))
        detects = AnyOf(tuple(rules.detects() for rules in self.rules))
        yield "ENDS", All((Named("STILL"), Negation(detects), Negation(Named("CUT"))))
        yield "RESTS", All((Named("ENDS"), Negation(later)))

    def _cut(self) -> Expression:
        """Work, a choice or an answer beyond the laps that are looked into."""
        beyond = []
        for p, part in enumerate(self.tables.parts):
            visits = [(work_name(p, item), item[1]) for item in part.works]
            visits += [(choice(p, visit), visit[1]) for visit in part.choices]
            visits += [(expected(p, visit), visit[1]) for visit in part.expected]
            beyond += [name for name, epoch in visits if _laps(epoch) > self.laps]
        return AnyOf(tuple(map(positive, beyond)))


def _laps(epoch: int) -> int:
    """The most laps of any loop that an epoch stands for: its digits are one loop's laps each."""
    digits = [0]
    while epoch:
        epoch, digit = divmod(epoch, LAPS)
        digits.append(digit)
    return max(digits)


def _refuse_what_cannot_be_said(system: System, budget: FaultBudget | None) -> None:
    selective = [name for name in system.participants if system.is_selective(name)]
    if selective or system.watches:
        watched = "crashes are watched (watches=...)"
        why = f"{selective[0]} chooses what it takes" if selective else watched
        raise ValueError(f"{system.design!r} is not exported: {why}")
    if system.channel is not Channel.MULTISET and not system.atomic:
        raise ValueError(
            f"{system.design!r} has a {system.channel} channel: where steps are not atomic, an"
            " export has multisets only"
        )
    if system.knobs.acknowledge is not Acknowledge.AFTER_COMMIT and not system.atomic:
        raise ValueError(
            f"acknowledge: {system.knobs.acknowledge} is not exported: explore it here, or export"
            f" with acknowledge: {Acknowledge.AFTER_COMMIT}"
        )
    for kind in NOT_EXPORTED if budget is not None else ():
        if getattr(budget, kind):
            raise ValueError(f"{COSTS[kind].many} are not exported: explore them here")
    for knob, facts in KNOBS.items():
        if not facts.exported and getattr(system.knobs, knob) != getattr(Knobs(), knob):
            raise ValueError(f"{knob} is not exported: explore it here")
    replicated = any(system.knobs.replicas_of(n, system.services) > 1 for n in system.participants)
    for kind in STALLING if replicated and budget is not None else ():
        if getattr(budget, kind):
            raise ValueError(f"replicas are not exported with {kind}: explore them here")
    for node in system.flow.nodes:
        if lands_outside(node.state):
            raise ValueError(
                f"{node.name!r} has its effect outside (lands: {node.state.lands}), which is not"  # type: ignore[union-attr]
                " exported: explore it here"
            )
