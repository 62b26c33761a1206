"""One reaction in the making: the rules of control, on a working copy of ``ParticipantState``.

The control rules are the same for every design. What differs is who controls which node and who
works on it; that is in ``Role``. A token that reaches a node of another participant leaves as a
message; every other token stays here.
"""

from __future__ import annotations

from dataclasses import replace

from wfmodel.designs.join_rules import JoinRules
from wfmodel.designs.messages import (
    Choose,
    ClearTimer,
    Command,
    Ended,
    Expect,
    Message,
    OpenKey,
    Proceed,
    Send,
    SetTimer,
    StepStatus,
    Timer,
    Work,
)
from wfmodel.designs.role import Role
from wfmodel.designs.state import Job, ParticipantState, Phase, Status, Token
from wfmodel.model.flow import Edge, Node, NodeKind, retries
from wfmodel.model.workflow import (
    DONE,
    TIMEOUT,
    Compensation,
    Outcome,
    Receive,
    Task,
)


class Turn(JoinRules):
    """A working copy that follows the rules of control."""

    def __init__(self, role: Role, local: ParticipantState) -> None:
        super().__init__(role, local)
        self._cause: tuple[int, StepStatus] | None = None
        self._passes = 0

    # ------------------------------------------------------------------------- moving control

    def enter(self, token: Token) -> None:
        """Control reaches a node: taken up here, or handed to whoever controls it."""
        node = self.role.flow.nodes[token.node]
        if any(home in self.cancelled for home in token.homes):
            self.arrive(token, None)
            return
        controller = self.role.controller(node, self.role.me)
        if controller != self.role.me:
            self._hand_over(token, controller)
            return
        match node.kind:
            case NodeKind.TASK | NodeKind.COMPENSATION:
                self._begin(token, node)
            case NodeKind.CHOICE:
                self.tokens.append(replace(token, phase=Phase.CHOOSING))
                self.actions.append(Choose(token.node, token.epoch))
            case NodeKind.WAIT:
                self.tokens.append(replace(token, phase=Phase.WAITING))
                self.actions.append(SetTimer(Timer("wait", token.node, token.epoch)))
            case NodeKind.RECEIVE:
                self._expect(token, node)
            case NodeKind.FORK:
                self._fork(token, node)
            case NodeKind.PASS:
                self._pass(token, node)
            case NodeKind.ROLLBACK:
                self.progress(Status.COMPENSATING)
                self._undo_next(replace(token, rollback=token.key))
            case NodeKind.FINAL:
                assert node.outcome is not None
                self._conclude(token, node.outcome)

    def follow(self, token: Token, event: str) -> None:
        """Leave a node by the edge of an event; a loop's closing edge begins a new epoch."""
        node = self.role.flow.nodes[token.node]
        if event == DONE and not any(edge.event == DONE for edge in node.edges):
            self._conclude(token, Outcome.FAILED)  # a dead end: nothing can come after it
            return
        try:
            edge: Edge | None = node.after(event)
        except KeyError:  # an injected failure that the workflow does not foresee
            edge = None
        if self.role.parks and event != DONE and (edge is None or edge.implicit):
            self.tokens.append(replace(token, phase=Phase.PARKED))
        elif edge is None:
            self._conclude(token, Outcome.FAILED)
        else:
            self._move(token, edge)

    def _move(self, token: Token, edge: Edge) -> None:
        epoch = token.epoch + (1 if edge.back else 0)
        moved = replace(token, node=edge.target, epoch=epoch, attempt=1, phase=Phase.WORKING)
        self.enter(moved)

    def _hand_over(self, token: Token, controller: str) -> None:
        message = Proceed(
            token.node,
            token.epoch,
            token.slip,
            token.homes,
            token.rollback,
            self._cause,
            self._continued(token),
        )
        self._publish(token, self.role.recipients(controller), message)

    def _publish(self, token: Token, to: tuple[str, ...], message: Message) -> None:
        self.actions.append(Send(to, message))
        if self.role.keeps_outputs:
            for origin in token.origin:
                self.keep_output(origin, (to, message))

    def _continued(self, token: Token) -> tuple[OpenKey, ...]:
        """What a message about this token closes; a fork's visit is open until its join goes on."""
        open_forks = {o for join in self.joins if not join.decided for o in join.token.origin}
        return tuple(origin for origin in token.origin if origin not in open_forks)

    def _pass(self, token: Token, node: Node) -> None:
        self._passes += 1
        if self._passes > len(self.role.flow.nodes):
            raise ValueError(f"states around {node.name!r} pass control in a circle of no time")
        self.follow(token, DONE)

    def _conclude(self, token: Token, outcome: Outcome) -> None:
        if token.homes:
            self.arrive(token, outcome)
            return
        self.progress(Status(outcome.value))
        to = self.role.recipients(*(name for name in self.role.audience if name != self.role.me))
        if to:
            self._publish(token, to, Ended(outcome))

    # ---------------------------------------------------------------------------- attempts

    def _begin(self, token: Token, node: Node) -> None:
        self.progress(Status.RUNNING if self.status is Status.UNKNOWN else self.status)
        if node.undoes is not None:
            self.progress(Status.COMPENSATING)
        self.learn(node.index, StepStatus.RUNNING)
        if token.phase is not Phase.WORKING:
            token = replace(token, phase=Phase.WORKING)
        self.tokens.append(token)
        self.attempt(token, node)

    def attempt(self, token: Token, node: Node) -> None:
        """Ask for the token's current attempt (again, after a restart)."""
        service = node.service or self.role.me
        if service == self.role.me:
            known = self.role.deduplicate
            if not (known and self.joins_running(token.node, token.epoch, token.attempt)):
                self.actions.append(Work(token.node, token.epoch, token.attempt))
        else:
            command = Command(token.node, token.epoch, token.attempt, self.role.me)
            self.actions.append(Send((service,), command))
        if self.times_out(node):
            timer = Timer("timeout", token.node, token.epoch, token.attempt)
            self.actions.append(SetTimer(timer))

    def joins_running(self, node: int, epoch: int, attempt: int) -> bool:
        """An attempt at what runs already is not begun: it gets the result of what runs."""
        for place, job in enumerate(self.jobs):
            if (job.node, job.epoch) == (node, epoch):
                if attempt > job.answers:
                    self.jobs[place] = replace(job, asked=attempt)
                return True
        return False

    def runs_here(self, token: Token) -> bool:
        """Whether the attempt is own work, and did not join what ran already."""
        joined = any((job.node, job.epoch) == token.key for job in self.jobs)
        mine = (self.role.flow.nodes[token.node].service or self.role.me) == self.role.me
        return mine and not (self.role.deduplicate and joined)

    def settle(self, token: Token, outcome: str) -> None:
        """An attempt ended: go on, try again, or take the failure's edge."""
        node = self.role.flow.nodes[token.node]
        state = node.state
        assert isinstance(state, Task | Compensation)
        self.tokens.remove(token)
        if outcome == TIMEOUT and self.runs_here(token):  # it goes on, and may still count
            self.jobs.append(Job(token.node, token.epoch, token.attempt, self.role.me))
        if self.times_out(node) and outcome != TIMEOUT:
            timer = Timer("timeout", token.node, token.epoch, token.attempt)
            self.actions.append(ClearTimer(timer))
        cancelled = any(home in self.cancelled for home in token.homes)
        if outcome == DONE:
            self._succeeded(token, node)
        elif retries(state, outcome, token.attempt) and not cancelled:
            again = replace(token, attempt=token.attempt + 1, phase=Phase.BACKING_OFF)
            self.tokens.append(again)
            timer = Timer("backoff", token.node, token.epoch, again.attempt)
            self.actions.append(SetTimer(timer))
        else:
            self._failed(token, node, outcome)

    def _succeeded(self, token: Token, node: Node) -> None:
        self.learn(node.index, StepStatus.DONE)
        self._cause = (node.index, StepStatus.DONE)
        if node.kind is NodeKind.COMPENSATION:
            self._undo_next(replace(token, slip=token.slip[:-1]))
            return
        self.follow(self.remember(token, node), DONE)

    def _failed(self, token: Token, node: Node, outcome: str) -> None:
        if node.undoes is None:
            self.learn(node.index, StepStatus.FAILED)
            self._cause = (node.index, StepStatus.FAILED)
        if node.kind is NodeKind.COMPENSATION:
            if self.role.parks:
                self.tokens.append(replace(token, phase=Phase.PARKED))
            else:
                self._conclude(token, Outcome.FAILED)
            return
        # After a time-out the step may have taken effect: a rollback must undo it if it did.
        kept = self.remember(token, node) if outcome == TIMEOUT else token
        self.follow(kept, outcome)

    # ---------------------------------------------------------------------------- rollback

    def _undo_next(self, token: Token) -> None:
        """Run the handler of the latest completed visit, or leave the rollback."""
        nodes = self.role.flow.nodes
        if not token.slip:
            assert token.rollback is not None
            node, visit = token.rollback  # handlers ran at the epochs of the steps they undo
            leaving = replace(token, node=node, epoch=visit, rollback=None)
            self.follow(leaving, DONE)
            return
        step, epoch = token.slip[-1]
        handler = nodes[step].handler
        assert handler is not None
        self.enter(replace(token, node=handler, epoch=epoch, attempt=1, phase=Phase.WORKING))

    # ----------------------------------------------------------------------------- receive

    def _expect(self, token: Token, node: Node) -> None:
        self.progress(Status.RUNNING if self.status is Status.UNKNOWN else self.status)
        event = self.take_early(token.key)
        if event is not None:
            self.follow(token, event)
            return
        self.tokens.append(replace(token, phase=Phase.EXPECTING))
        if node.cause is None:
            self.actions.append(Expect(token.node, token.epoch))
        assert isinstance(node.state, Receive)
        # A receive's time-out is part of the workflow's logic, not a failure detector.
        if node.state.timeout is not None:
            self.actions.append(SetTimer(Timer("timeout", token.node, token.epoch)))
