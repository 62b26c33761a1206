"""The machine of a participant: ``react(state, event) -> (state', actions)``, pure.

An orchestrator, a service that only does what it is told, and a service of a choreography are the
same machine in different ``Role``s. No clock, no randomness, no I/O: given the same state and
event, it answers the same, which is what lets drivers tabulate it.

>>> from wfmodel.designs import orchestrate
>>> from wfmodel.model import load_workflow
>>> order = load_workflow("models/order-fulfilment/workflow.yaml").workflow
>>> starter = orchestrate(order).machines["orchestrator"]
>>> state, actions = starter.react(starter.initial, Received(Start()))
>>> [type(action).__name__ for action in actions], starter.view(state).status.value
(['Send', 'SetTimer'], 'running')
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from wfmodel.designs.control_rules import Turn
from wfmodel.designs.knobs import KnownKey
from wfmodel.designs.messages import (
    Action,
    Arrive,
    Cancel,
    Choose,
    Chosen,
    Command,
    Ended,
    Event,
    Expect,
    External,
    Home,
    Key,
    Message,
    OpenKey,
    Proceed,
    Received,
    Reply,
    Restarted,
    Send,
    SetTimer,
    Start,
    StepStatus,
    Timer,
    TimerFired,
    Work,
    WorkDone,
)
from wfmodel.designs.role import Role
from wfmodel.designs.row_rules import REFRESH, ended, refreshed, restarted
from wfmodel.designs.state import Job, ParticipantState, Phase, Status, Token, View, view_of
from wfmodel.model.flow import NodeKind, interruption
from wfmodel.model.state_events import NOTHING_TO_UNDO
from wfmodel.model.workflow import DONE, TIMEOUT, Compensation, Receive, Task


@dataclass(frozen=True)
class Participant:
    """A machine with its role."""

    role: Role

    @property
    def initial(self) -> ParticipantState:
        """Knows nothing."""
        return ParticipantState()

    def view(self, state: ParticipantState) -> View:
        """What a store with this content says of the instance."""
        return view_of(state)

    def react(
        self, state: ParticipantState, event: Event
    ) -> tuple[ParticipantState, tuple[Action, ...]]:
        """The one entry: the next state, and what the driver shall do."""
        turn = Turn(self.role, state)
        match event:
            case Received():
                _receive(turn, event)
            case WorkDone():
                _work_done(turn, event)
            case TimerFired():
                _timer_fired(turn, event.timer)
            case Chosen():
                _chosen(turn, event)
            case Restarted():
                _restarted(turn)
            case _:
                assert_never(event)
        return turn.finish()


def _receive(turn: Turn, event: Received) -> None:
    match event.message:
        case Start() as message:
            _start(turn, message)
        case Proceed() as message:
            _proceed(turn, message)
        case Command() as message:
            _command(turn, message)
        case Reply() as message:
            _reply(turn, message)
        case Arrive() as message:
            fresh = turn.joined(message.home, message.outcome, message.slip)
            if turn.role.deduplicate and (message.nudge or (turn.role.repeats and not fresh)):
                _answer_arrival(turn, message.home, nudge=message.nudge)
        case Cancel() as message:
            turn.cancel(message.home, at_once=message.at_once)
        case Ended() as message:
            turn.progress(Status(message.outcome.value))
        case External() as message:
            _external(turn, message)
        case _:
            assert_never(event.message)


# ---------------------------------------------------------------------------- taking control


def _start(turn: Turn, message: Start) -> None:
    first = turn.role.flow.initial
    if _taken_up(turn, (first, 0), message.nudge):
        return
    turn.progress(Status.RUNNING)
    turn.enter(Token(first, 0, origin=((first, 0),)))


def _proceed(turn: Turn, message: Proceed) -> None:
    if _taken_up(turn, message.visit, message.nudge):
        return
    if message.cause is not None:
        turn.learn(*message.cause)
    turn.progress(Status.RUNNING if turn.status is Status.UNKNOWN else turn.status)
    turn.enter(
        Token(
            message.node,
            message.epoch,
            message.slip,
            message.homes,
            message.rollback,
            origin=(message.visit,),
        )
    )


def _taken_up(turn: Turn, key: OpenKey, nudge: bool) -> bool:
    """Whether this visit was begun before; what may have been lost is then repeated, if asked."""
    if not turn.role.deduplicate:
        return False
    if turn.takes_up(key):
        return False
    if nudge or turn.role.repeats:
        _answer_again(turn, key, nudge=nudge)
    return True


def _answer_again(turn: Turn, key: OpenKey, *, nudge: bool) -> None:
    for token in turn.tokens:
        if key in token.origin:
            _ask_again(turn, token)
    for to, message in turn.outputs_of(key):
        _repeat(turn, to, message, nudge=nudge)


def _answer_arrival(turn: Turn, home: Home, *, nudge: bool) -> None:
    """Repeat what came after the join, and nothing of its regions.

    A fork's visit and its join have the same key, so regions are among what this key published:
    were they nudged too, they would repeat their arrivals, which would be answered, without end.
    """
    join = (home.fork, home.epoch)
    for token in turn.tokens:
        if join in token.origin and not _inside(token.homes, join):
            _ask_again(turn, token)
    for to, message in turn.outputs_of(join):
        if not (isinstance(message, Proceed) and _inside(message.homes, join)):
            _repeat(turn, to, message, nudge=nudge)


def _inside(homes: tuple[Home, ...], fork: Key) -> bool:
    return any((home.fork, home.epoch) == fork for home in homes)


def _repeat(turn: Turn, to: tuple[str, ...], message: Message, *, nudge: bool) -> None:
    if nudge and isinstance(message, Proceed | Arrive):
        message = replace(message, nudge=True)
    turn.actions.append(Send(to, message))


def _ask_again(turn: Turn, token: Token) -> None:
    """Only what may have been lost on its way: own work and running timers are left alone."""
    service = turn.role.flow.nodes[token.node].service or turn.role.me
    if token.phase is Phase.WORKING and service != turn.role.me:
        command = Command(token.node, token.epoch, token.attempt, turn.role.me)
        turn.actions.append(Send((service,), command))


# ------------------------------------------------------------------------- commands and work


def _command(turn: Turn, message: Command) -> None:
    key = (message.node, message.epoch)
    if turn.role.deduplicate:
        attempt, outcome = turn.result_of(key) or (0, "")
        if outcome == DONE or attempt >= message.attempt:
            if turn.role.known_key is KnownKey.SKIP:
                return
            reply = Reply(message.node, message.epoch, message.attempt, outcome)
            turn.actions.append(Send((message.reply_to,), reply))
            return
        if turn.joins_running(message.node, message.epoch, message.attempt):
            return
    turn.jobs.append(Job(message.node, message.epoch, message.attempt, message.reply_to))
    turn.learn(message.node, StepStatus.RUNNING)
    turn.actions.append(Work(message.node, message.epoch, message.attempt))


def _work_done(turn: Turn, event: WorkDone) -> None:
    """Own control first, then a commanded job; a result that nobody waits for is only noted."""
    event = _as_found(turn, event)
    if event.node in turn.role.rows:
        turn.rows, event, also = ended(turn.role.rows, turn.rows, event)
        turn.actions += also
    if event.outcome == DONE:
        for receive in turn.role.causes.get(event.node, ()):
            turn.actions.append(Expect(receive, event.epoch))
    for token in turn.tokens:
        if token.phase is Phase.WORKING and _is_attempt(token, event):
            turn.settle(token, event.outcome)
            return
    succeeded = event.outcome == DONE
    turn.learn(event.node, StepStatus.DONE if succeeded else StepStatus.FAILED)
    job = next((job for job in turn.jobs if _is_attempt(job, event)), None)
    if job is None:
        return
    turn.jobs.remove(job)
    reply = Reply(event.node, event.epoch, job.answers, event.outcome)
    if job.reply_to == turn.role.me:  # own work that went on after its time-out
        _reply(turn, reply)
        return
    if turn.role.deduplicate:
        turn.note_result((event.node, event.epoch), job.answers, event.outcome)
    turn.actions.append(Send((job.reply_to,), reply))


def _as_found(turn: Turn, event: WorkDone) -> WorkDone:
    """Note what took effect, where an undo has to find it; one that finds nothing has failed."""
    role, visit = turn.role, (event.node, event.epoch)
    if event.outcome != DONE or not role.finds:
        return event
    node = role.flow.nodes[event.node]
    assert isinstance(node.state, Task | Compensation)
    if event.node not in role.finds:
        there = turn.standing.at(event.node)
        once = role.deduplicate or node.state.idempotent
        if event.node in role.finds.values() and not (once and visit in there):
            turn.standing = turn.standing.filed(event.node, tuple(sorted((*there, visit))))
        return event
    step = role.finds[event.node]
    there = turn.standing.at(step)
    handler = node.kind is NodeKind.COMPENSATION
    found = next((v for v in reversed(there) if v[1] == event.epoch or not handler), None)
    if found is not None:
        at = there.index(found)
        turn.standing = turn.standing.filed(step, there[:at] + there[at + 1 :])
        return event
    again = node.state.idempotent and turn.knows(step) is StepStatus.COMPENSATED
    return event if again else replace(event, outcome=NOTHING_TO_UNDO)


def _is_attempt(holder: Token | Job, event: WorkDone | Reply) -> bool:
    mine = (holder.node, holder.epoch, holder.attempt)
    return mine == (event.node, event.epoch, event.attempt)


def _reply(turn: Turn, message: Reply) -> None:
    """Success counts whichever attempt it answers; a failure only for the current attempt."""
    for token in turn.tokens:
        if token.key != (message.node, message.epoch):
            continue
        if token.phase is Phase.WORKING and _is_attempt(token, message):
            turn.settle(token, message.outcome)
            return
        if message.outcome == DONE and token.phase in (Phase.WORKING, Phase.BACKING_OFF):
            _settle_late(turn, token)
            return


def _settle_late(turn: Turn, token: Token) -> None:
    """An earlier attempt succeeded after all: stop waiting for the current one."""
    if token.phase is Phase.BACKING_OFF:
        turn.clear_timer_of(token)
        working = replace(token, phase=Phase.WORKING)
        turn.tokens.remove(token)
        turn.tokens.append(working)
        token = working
    turn.settle(token, DONE)


# --------------------------------------------------------------------- timers, choices, world


def _timer_fired(turn: Turn, timer: Timer) -> None:
    if timer.kind == REFRESH:
        turn.rows = refreshed(turn.role.rows, turn.rows, timer)
        return
    phases = {
        "timeout": (Phase.WORKING, Phase.EXPECTING),
        "backoff": (Phase.BACKING_OFF,),
        "wait": (Phase.WAITING,),
    }[timer.kind]
    for token in turn.tokens:
        mine = (token.node, token.epoch, token.attempt)
        if mine == (timer.node, timer.epoch, timer.attempt) and token.phase in phases:
            _time_is_up(turn, token)
            return


def _time_is_up(turn: Turn, token: Token) -> None:
    match token.phase:
        case Phase.WORKING:
            turn.settle(token, TIMEOUT)
        case Phase.BACKING_OFF:
            turn.tokens.remove(token)
            working = replace(token, phase=Phase.WORKING)
            turn.tokens.append(working)
            turn.attempt(working, turn.role.flow.nodes[token.node])
        case Phase.EXPECTING:
            turn.tokens.remove(token)
            turn.follow(token, TIMEOUT)
        case _:
            turn.tokens.remove(token)
            turn.follow(token, DONE)


def _chosen(turn: Turn, event: Chosen) -> None:
    for token in turn.tokens:
        if token.phase is Phase.CHOOSING and token.key == (event.node, event.epoch):
            turn.tokens.remove(token)
            turn.follow(token, event.branch)
            return


def _external(turn: Turn, message: External) -> None:
    event = (message.node, message.epoch)
    for token in turn.tokens:
        if token.phase is Phase.EXPECTING and turn.is_meant(event, token.key):
            turn.clear_timer_of(token)
            turn.tokens.remove(token)
            turn.follow(token, message.event)
            return
    caused = turn.role.flow.nodes[message.node].cause is not None
    if caused and turn.role.keeps_early and not turn.status.is_final:
        turn.keep_early(event, message.event)


# ------------------------------------------------------------------------------------ restart


def _restarted(turn: Turn) -> None:
    """Go on from the durable state: whatever was in progress is asked for again, or has failed."""
    fails, lost = turn.role.fails_interrupted, list[Token | Job]()
    turn.rows, again = restarted(turn.rows)
    turn.actions += again
    for token in list(turn.tokens):
        if fails and token.phase is Phase.WORKING and turn.runs_here(token):
            lost.append(token)
        else:
            _resume(turn, token)
    for job in turn.jobs:
        if fails:
            lost.append(job)
        else:
            turn.actions.append(Work(job.node, job.epoch, job.attempt))
    for holder in lost:
        state = turn.role.flow.nodes[holder.node].state
        assert isinstance(state, Task | Compensation)
        failure = interruption(state)
        _work_done(turn, WorkDone(holder.node, holder.epoch, holder.attempt, failure))


def _resume(turn: Turn, token: Token) -> None:
    node = turn.role.flow.nodes[token.node]
    match token.phase:
        case Phase.WORKING:
            assert node.kind in (NodeKind.TASK, NodeKind.COMPENSATION)
            turn.attempt(token, node)
        case Phase.BACKING_OFF:
            timer = Timer("backoff", token.node, token.epoch, token.attempt)
            turn.actions.append(SetTimer(timer))
        case Phase.CHOOSING:
            turn.actions.append(Choose(token.node, token.epoch))
        case Phase.WAITING:
            turn.actions.append(SetTimer(Timer("wait", token.node, token.epoch)))
        case Phase.EXPECTING:
            assert isinstance(node.state, Receive)
            if node.state.timeout is not None:
                turn.actions.append(SetTimer(Timer("timeout", token.node, token.epoch)))
