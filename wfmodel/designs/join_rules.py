"""Fork and join: regions side by side, what decides a join, and how the rest is stopped.

The fork that a workflow's own time-out or a cancellation puts around the whole
(``Flow.interruptions``) is one of ``join: first``, with two differences. Its body ends as what it
is, so an instance that was taken back ends as aborted and not by a failure. And what it cuts short
is cut at once: a step under way counts as timed out, since what hangs is what a limit is for. Only
a cancellation that leads to a rollback waits for the step under way, so that what is undone is
known; the limit goes on meanwhile.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from wfmodel.designs.draft import Draft
from wfmodel.designs.messages import (
    LAPS,
    Arrive,
    Cancel,
    ClearTimer,
    Home,
    Message,
    OpenKey,
    Send,
    Slip,
    Timer,
)
from wfmodel.designs.state import Job, Join, Phase, Status, Token
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.interruptions import BODY_REGION
from wfmodel.model.workflow import CANCEL, DONE, FAILURE, TIMEOUT, Outcome, Parallel


class JoinRules(Draft):
    """A working copy that forks and joins; moving control is its subclass's."""

    @abstractmethod
    def enter(self, token: Token) -> None:
        """Control reaches a node."""

    @abstractmethod
    def follow(self, token: Token, event: str) -> None:
        """Leave a node by the edge of an event."""

    @abstractmethod
    def runs_here(self, token: Token) -> bool:
        """Whether the attempt is own work, and did not join what ran already."""

    @abstractmethod
    def _publish(self, token: Token, to: tuple[str, ...], message: Message) -> None:
        """Send what continues a token's visit."""

    @abstractmethod
    def _continued(self, token: Token) -> tuple[OpenKey, ...]:
        """What a message about this token closes."""

    def _fork(self, token: Token, node: Node) -> None:
        self.progress(Status.RUNNING if self.status is Status.UNKNOWN else self.status)
        self.joins.append(Join(token))
        for number, scope in enumerate(node.regions):
            home = Home(token.node, token.epoch, number, self.role.me)
            first = self.role.flow.initial_of(scope)
            homes, epoch = (*token.homes, home), token.epoch * LAPS
            self.enter(Token(first, epoch, (), homes, origin=token.origin))

    def arrive(self, token: Token, outcome: Outcome | None) -> None:
        """A region's token ends here; its join may be kept elsewhere."""
        home = token.homes[-1]
        if home.keeper == self.role.me:
            self.joined(home, outcome, token.slip, token.origin)
            return
        message = Arrive(home, outcome, token.slip, self._continued(token))
        self._publish(token, self.role.recipients(home.keeper), message)

    def joined(
        self,
        home: Home,
        outcome: Outcome | None,
        slip: Slip,
        origin: tuple[OpenKey, ...] = (),
    ) -> bool:
        """Count an arrival. False for a second one of the same region, which changes nothing."""
        key = (home.fork, home.epoch)
        join = next((j for j in self.joins if j.key == key), None)
        if join is None or any(region == home.region for region, _, _ in join.arrived):
            return False
        self.joins.remove(join)
        entry = (home.region, outcome, slip)
        arrived = tuple(sorted((*join.arrived, entry), key=lambda item: item[0]))
        token = replace(join.token, origin=tuple(dict.fromkeys((*join.token.origin, *origin))))
        self._decide(replace(join, token=token, arrived=arrived))
        return True

    def _decide(self, join: Join) -> None:
        node = self.role.flow.nodes[join.token.node]
        state = node.state
        assert isinstance(state, Parallel)
        width = len(node.regions)
        needed = width if state.join == "all" else state.needed
        good = sum(outcome is Outcome.SUCCEEDED for _, outcome, _ in join.arrived)
        complete = len(join.arrived) == width
        lost = join.failed or width - (len(join.arrived) - good) < needed
        if state.join == "first" and not (join.decided or good):
            join, lost = replace(join, failed=True), True
        if join.decided:
            if not complete:
                self.joins.append(join)
        elif good >= needed and not lost and (complete or state.siblings != "wait"):
            if not complete:
                self.joins.append(replace(join, decided=True))
                self._stop_siblings(join, state)
            self.follow(self._merged(join), DONE)
        elif lost and (complete or self._ends_at_once(join) or self._has_stopped(join)):
            if not complete:
                self.joins.append(replace(join, decided=True))
                self._stop_siblings(join, state)
            self._leave_failed(join)
        else:
            self.joins.append(join)
            if lost:
                self._stop_siblings(join, state)

    def _leave_failed(self, join: Join) -> None:
        token = self._merged(join)
        if any(home in self.cancelled for home in token.homes):
            self.arrive(token, None)
        else:
            self.follow(token, self._reason(join))

    def _reason(self, join: Join) -> str:
        """The event by which a join is left that is lost."""
        if not self._is_whole(join.token.node):
            return FAILURE
        outcomes = {region: outcome for region, outcome, _ in join.arrived}
        interruptions = self.role.flow.interruptions
        for region, event in enumerate(interruptions, BODY_REGION + 1):
            if outcomes.get(region) is not None:
                return event
        body = outcomes.get(BODY_REGION)
        # Without deduplication there may be two visits of the whole, and one cuts both.
        return interruptions[0] if body is None else body.value

    def _is_whole(self, fork: int) -> bool:
        """Whether this is the fork around the whole, beside which it may be interrupted."""
        return bool(self.role.flow.interruptions) and fork == self.role.flow.initial

    def _ends_at_once(self, join: Join) -> bool:
        """The whole is interrupted, and nothing is to be undone: nobody need be waited for."""
        if not self._is_whole(join.token.node):
            return False
        reason, nodes = self._reason(join), self.role.flow.nodes
        then = nodes[nodes[join.token.node].after(reason).target]
        return then.kind is NodeKind.FINAL and reason in self.role.flow.interruptions

    def _is_soft(self, join: Join) -> bool:
        """The whole is cancelled and will be undone: the step under way is waited for."""
        if not self._is_whole(join.token.node) or self._reason(join) != CANCEL:
            return False
        return not self._ends_at_once(join)

    def _has_stopped(self, join: Join) -> bool:
        """The whole is cancelled and its body has stopped; only the limit runs on."""
        return self._is_soft(join) and any(region == BODY_REGION for region, _, _ in join.arrived)

    def _merged(self, join: Join) -> Token:
        slips = [key for _, _, slip in join.arrived for key in slip]
        origin = tuple(dict.fromkeys((*join.token.origin, join.key)))
        return replace(join.token, slip=(*join.token.slip, *slips), origin=origin)

    def _stop_siblings(self, join: Join, state: Parallel) -> None:
        if state.siblings == "cancel":
            self.stop_regions(join)

    def stop_regions(self, join: Join) -> None:
        """Cancel every region of a join that has not arrived, wherever its token is."""
        inside = {region for region, _, _ in join.arrived}
        node = self.role.flow.nodes[join.token.node]
        soft = self._is_soft(join) and not self._has_stopped(join)
        at_once = self._is_whole(join.token.node) and not soft
        for number, scope in enumerate(node.regions):
            if number in inside or (soft and self._is_limit(number)):
                continue
            home = Home(join.token.node, join.token.epoch, number, self.role.me)
            to = tuple(name for name in self._present_in(scope) if name != self.role.me)
            if to and (home not in self.cancelled or self._has_waited(join)):
                self.actions.append(Send(to, Cancel(home, at_once)))
            self.cancel(home, at_once=at_once)

    def _is_limit(self, region: int) -> bool:
        """Whether it is the region beside the whole in which its time runs out."""
        beside = region - BODY_REGION - 1
        return beside >= 0 and self.role.flow.interruptions[beside] == TIMEOUT

    def _has_waited(self, join: Join) -> bool:
        """Time is up for the whole while a cancellation waits for the step under way."""
        beside = [region for region, outcome, _ in join.arrived if region and outcome is not None]
        return self._is_whole(join.token.node) and len(beside) > 1

    def _present_in(self, scope: int) -> tuple[str, ...]:
        """Participants that may hold a token of a region, regions inside it included."""
        flow, names = self.role.flow, dict[str, None]()
        inside = {scope}
        for candidate in flow.scopes[scope + 1 :]:
            if candidate.parent in inside:
                inside.add(candidate.index)
        for node in flow.nodes:
            if node.scope in inside:
                names[self.role.controller(node, self.role.me)] = None
        return tuple(names)

    def cancel(self, home: Home, *, at_once: bool = False) -> None:
        """A region must stop: waiting tokens at once, working ones when their attempt ends.

        With ``at_once`` the attempt is not waited for.
        """
        if home in self.cancelled and not at_once:
            return
        self.cancelled.add(home)
        for join in [j for j in self.joins if home in j.token.homes and not j.decided]:
            self.stop_regions(join)
        for token in [t for t in self.tokens if home in t.homes]:
            if token not in self.tokens:  # stopping another has taken it along
                continue
            if at_once:
                self._cut(token)
            elif token.phase is not Phase.WORKING:
                self._stop(token)

    def _stop(self, token: Token) -> None:
        """No further attempt; one that timed out may have taken effect, so it is undone in case."""
        node = self.role.flow.nodes[token.node]
        doubtful = token.phase is Phase.BACKING_OFF and self.times_out(node)
        self.tokens.remove(token)
        self.clear_timer_of(token)
        in_doubt = doubtful or token.phase is Phase.WORKING
        self.arrive(self.remember(token, node) if in_doubt else token, None)

    def _cut(self, token: Token) -> None:
        """The whole is interrupted: what is under way may have taken effect, or may yet."""
        if token.phase is Phase.WORKING and self.runs_here(token):
            self.jobs.append(Job(token.node, token.epoch, token.attempt, self.role.me))
        self._stop(token)

    def clear_timer_of(self, token: Token) -> None:
        """Stop the timer of a token that waits; an unset timer is stopped without effect."""
        kinds = {
            Phase.BACKING_OFF: "backoff",
            Phase.WAITING: "wait",
            Phase.EXPECTING: "timeout",
            Phase.WORKING: "timeout",
        }
        kind = kinds.get(token.phase)
        timed = token.phase is not Phase.WORKING or self.times_out(self.role.flow.nodes[token.node])
        if kind is not None and timed:
            timer = Timer(kind, token.node, token.epoch, token.attempt)
            self.actions.append(ClearTimer(timer))

    def times_out(self, node: Node) -> bool:
        """Whether whoever waits for this node's attempt gives it a time-out."""
        return self.role.timeouts and getattr(node.state, "timeout", None) is not None

    def remember(self, token: Token, node: Node) -> Token:
        """The token with this visit among what a rollback undoes, if anything undoes it."""
        if node.handler is None:
            return token
        return replace(token, slip=(*token.slip, token.key))
