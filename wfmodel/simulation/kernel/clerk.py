"""Answers the kernel's questions: reactions from the run's table, numbers, rows."""

from __future__ import annotations

from typing import Any

from wfmodel.designs.messages import Chosen, External, Start
from wfmodel.designs.table import SEND, SET_TIMER, Operation
from wfmodel.model.workflow import Receive
from wfmodel.native.answering import Answering
from wfmodel.simulation.kernel import layout as at
from wfmodel.simulation.kernel.plan import Plan, signed
from wfmodel.simulation.kernel.store import COLUMNS
from wfmodel.simulation.run import Run
from wfmodel.simulation.timers import length_of


class Clerk(Answering):
    """One run's answers."""

    def __init__(self, run: Run, plan: Plan) -> None:
        self.run, self.plan = run, plan
        self._lanes: dict[int, int] = {}
        self._lengths: dict[int, int] = {}
        self._nothing = plan.store.record([0] * (at.E_OPERATIONS + at.O_RECIPIENTS))
        super().__init__(
            plan.store,
            {
                at.ASK_ROWS: self._rows,
                at.ASK_ENTRY: self._entry,
                at.ASK_DONE: self._done,
                at.ASK_CHOSEN: self._chosen,
                at.ASK_EXTERNAL: self._external,
                at.ASK_START: self._start,
                at.ASK_OPENING: self._opening,
                at.ASK_QUANTILE: self._quantile,
            },
            self._kept_back,
        )

    def _kept_back(self, question: int) -> int:
        """A record of nothing; for rows, such as are kept back."""
        if question == at.ASK_ROWS:
            place, end = self.store.reserve()
            end -= (end - place) % (8 * COLUMNS)  # it is met exactly, by the last whole row
            self.header[at.H_ROW], self.header[at.H_ROW_END] = place, end
        return self._nothing

    def _rows(self, a: int, b: int, c: int, d: int) -> int:
        self.header[at.H_ROW], self.header[at.H_ROW_END] = self.plan.store.rows_chunk()
        return 0

    # ------------------------------------------------------------------------------- tables

    def _entry(self, participant: int, state: int, event: int, d: int) -> int:
        table = self.run.table
        after, operations, publishes = table.entry(participant, state, event)
        active = table.resumes(participant, after)
        words = [after, int(active), int(publishes), len(operations)]
        for operation in operations:
            words += self._words_of(operation)
        return self.plan.store.record(words)

    def _words_of(self, operation: Operation) -> list[int]:
        code = operation[0]
        if code == SEND:
            _, message, event, recipients = operation
            return [code, message, event, 0, len(recipients), *recipients]
        if code == SET_TIMER:
            _, timer, event = operation
            return [code, timer, event, self._length(timer), 0]
        rest = list(operation[1:])
        return [code, *rest, *[0] * (at.O_COUNT - 1 - len(rest)), 0]

    def _length(self, number: int) -> int:
        """The record that says how long a timer runs."""
        found = self._lengths.get(number)
        if found is None:
            found = self._lengths[number] = self._new_length(self.run.table.timer(number))
        return found

    def _new_length(self, timer: Any) -> int:  # noqa: ANN401 - a timer of one's own is any value
        words = [0] * at.W_WORDS
        length = length_of(self.run, timer)
        if isinstance(length, int):
            words[at.W_LANE] = self._lane(length)
            return self.plan.store.record(words)
        words[at.W_INDEX] = length.index
        words[at.W_PAUSE] = length.most_ns
        words[at.W_BASE] = signed(self.run.streams.base(*length.stream))
        if length.distribution is not None:
            words[at.W_SAMPLER] = self.plan.sampler(length.distribution, *length.stream)
        return self.plan.store.record(words)

    def _lane(self, length: int) -> int:
        if length not in self._lanes:
            self._lanes[length] = self.plan.store.record([length, 0, 0])
        return self._lanes[length]

    # ------------------------------------------------------------------------------ numbers

    def _done(self, node: int, epoch: int, attempt: int, outcome: int) -> int:
        name = self.plan.outcomes[node][outcome]
        return self.run.table.work_done(node, epoch, attempt, name)

    def _chosen(self, node: int, epoch: int, branch: int, d: int) -> int:
        taken = self.run.flow.nodes[node].edges[branch - 1].event
        return self.run.table.event(Chosen(node, epoch, taken))

    def _external(self, recipient: int, node: int, epoch: int, event: int) -> int:
        state = self.run.flow.nodes[node].state
        assert isinstance(state, Receive)
        return self._send(External(node, epoch, tuple(state.events)[event - 1]), (recipient,))

    def _start(self, a: int, b: int, c: int, d: int) -> int:
        index = self.run.table.index
        return self._send(Start(), tuple(index[name] for name in self.run.system.start))

    def _opening(self, a: int, b: int, c: int, d: int) -> int:
        """How many open, and of each: its number, whether it resumes, what it sends, the rest."""
        table, names = self.run.table, self.run.system.opening
        words = [len(names)]
        for index, operations in [(table.index[n], table.opening(n)) for n in names]:
            sends = [each for each in operations if each[0] == SEND]
            rest = [each for each in operations if each[0] != SEND]
            words += [index, int(table.resumes(index, 0)), self._block(sends), self._block(rest)]
        return self.plan.store.record(words)

    def _block(self, operations: list[Operation]) -> int:
        words = [0, 0, 0, len(operations)]
        for operation in operations:
            words += self._words_of(operation)
        return self.plan.store.record(words)

    def _send(self, content: Start | External, recipients: tuple[int, ...]) -> int:
        table = self.run.table
        message = table.message(content)
        operation = (SEND, message, table.received(message), recipients)
        return self.plan.store.record(self._words_of(operation))

    def _quantile(self, number: int, b: int, c: int, d: int) -> int:
        u = float(self.header[at.H_REAL : at.H_REAL + 1].view(float)[0])
        return self.plan.by_python[number].quantile(u)
