"""Lamport's mutual exclusion (CACM 21(7), 1978) as in LamportMutex.tla, with FIFO channels.

``Request``, ``Enter`` and ``Exit`` are timers; ``ReceiveRequest``, ``ReceiveAck`` and
``ReceiveRelease`` are messages. Instead of bounding clocks, each process asks so many times.

    wfmodel explore "models/own-systems/lamport_mutex.py:mutex(3, 1)"   # 20,000 states
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from wfmodel.designs import System, own_system
from wfmodel.designs.messages import Action, ClearTimer, Event, Received, Send, SetTimer, TimerFired
from wfmodel.designs.state import Status, View
from wfmodel.exploration.properties import Never, Observation, Predicate


@dataclass(frozen=True)
class Knows:
    """What a process knows: how often it will still ask, and the clock of everybody's request."""

    left: int
    req: tuple[int, ...]
    clock: int = 1
    ack: frozenset[int] = frozenset()
    crit: bool = False


@dataclass(frozen=True)
class Process:
    """Process ``me`` of ``n``, which asks so many times."""

    me: int
    n: int
    times: int

    @property
    def initial(self) -> Knows:
        """Nobody has asked."""
        return Knows(self.times, (0,) * self.n)

    def react(self, state: Knows, event: Event) -> tuple[Knows, tuple[Action, ...]]:
        """What it does next."""
        after, sends = self._step(state, event)
        may = {
            "request": after.left > 0 and not after.req[self.me],
            "enter": len(after.ack) == self.n and not after.crit and self._beats_all(after),
            "exit": after.crit,
        }
        timers = (SetTimer(name) if can else ClearTimer(name) for name, can in may.items())
        return after, (*sends, *timers)

    def _step(self, state: Knows, event: Event) -> tuple[Knows, tuple[Action, ...]]:
        match event:
            case TimerFired("request"):
                after = replace(state, req=self._with(state, self.me, state.clock))
                after = replace(after, ack=frozenset({self.me}), left=state.left - 1)
                return after, self._to_all("req", state.clock)
            case TimerFired("enter"):
                return replace(state, crit=True), ()
            case TimerFired("exit"):
                after = replace(state, req=self._with(state, self.me, 0), ack=frozenset())
                return replace(after, crit=False), self._to_all("rel", 0)
            case Received(("req", q, clock)):
                after = replace(state, req=self._with(state, q, clock))
                answer = Send((f"p{q}",), ("ack", self.me, 0))
                return replace(after, clock=max(clock, state.clock) + 1), (answer,)
            case Received(("ack", q, _)):
                return replace(state, ack=state.ack | {q}), ()
            case Received(("rel", q, _)):
                return replace(state, req=self._with(state, q, 0)), ()
        return state, ()

    def _beats_all(self, state: Knows) -> bool:
        mine = (state.req[self.me], self.me)
        return all(not clock or mine <= (clock, q) for q, clock in enumerate(state.req))

    def _with(self, state: Knows, q: int, clock: int) -> tuple[int, ...]:
        return (*state.req[:q], clock, *state.req[q + 1 :])

    def _to_all(self, kind: str, clock: int) -> tuple[Action, ...]:
        others = tuple(f"p{q}" for q in range(self.n) if q != self.me)
        return (Send(others, (kind, self.me, clock)),)

    def view(self, state: Knows) -> View:
        """Whether it still waits for something."""
        return View(Status.RUNNING if state.req[self.me] else Status.UNKNOWN)


def both_inside(seen: Observation) -> bool:
    """Whether two are in the critical section."""
    return sum(seen.state(name).crit for name in seen.participants) > 1


def mutex(n: int = 2, times: int = 2) -> System:
    """So many processes, ``p0`` and so on, each of which asks so many times."""
    machines = {f"p{me}": Process(me, n, times) for me in range(n)}
    return own_system(
        "lamport-mutex",
        machines,
        channel="fifo",
        opening={name: (SetTimer("request"),) for name in machines},
        properties=[Never(Predicate("two are in the critical section", both_inside))],
    )
