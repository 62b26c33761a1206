"""Two-phase commit as Lamport wrote it (TwoPhase.tla), as a System of one's own.

A transaction manager asks nobody: resource managers prepare, or abort, when they like, and say so.
Messages once sent stay (``msgs`` in TLA+ only grows), nothing is lost by itself, and each step is
atomic. The actions of TwoPhase.tla, and where they are here:

- ``RMPrepare``, ``RMChooseToAbort``: timers of a resource manager, set while it is working;
- ``TMRcvPrepared``: the transaction manager receives ``Prepared``;
- ``TMCommit``, ``TMAbort``: timers of the transaction manager; the first is set by the last
  ``Prepared``, the second is set from the beginning;
- ``RMRcvCommitMsg``, ``RMRcvAbortMsg``: a resource manager receives the verdict.

Source: L. Lamport, "Video course", lecture 6; J. Gray and L. Lamport, "Consensus on Transaction
Commit", ACM TODS 31(1), 2006, appendix.
"""

from __future__ import annotations

from dataclasses import dataclass

from wfmodel.designs import Channel, Knobs, System, own_system
from wfmodel.designs.messages import Action, ClearTimer, Event, Received, Send, SetTimer, TimerFired
from wfmodel.designs.state import Status, View
from wfmodel.exploration.properties import Never, Observation, Predicate

COMMIT, ABORT = "commit", "abort"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A resource manager says that it can commit."""

    who: str


@dataclass(frozen=True, slots=True)
class Manager:
    """The transaction manager. Its state: what was decided (or ""), and who has prepared."""

    resources: tuple[str, ...]
    initial: tuple[str, frozenset[str]] = ("", frozenset())

    def react(
        self, state: tuple[str, frozenset[str]], event: Event
    ) -> tuple[tuple[str, frozenset[str]], tuple[Action, ...]]:
        """Count those who have prepared; decide when a timer says so."""
        decided, prepared = state
        match event:
            case Received(Prepared(who)) if not decided:
                prepared |= {who}
                everyone = len(prepared) == len(self.resources)
                return ("", prepared), ((SetTimer(COMMIT),) if everyone else ())
            case TimerFired(verdict):
                actions = (ClearTimer(COMMIT), ClearTimer(ABORT), Send(self.resources, verdict))
                return (verdict, prepared), actions
            case _:
                return state, ()

    def view(self, state: tuple[str, frozenset[str]]) -> View:
        """It coordinates, and holds no view of its own."""
        return View()


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource manager: working, prepared, committed or aborted."""

    me: str
    initial: str = "working"

    def react(self, state: str, event: Event) -> tuple[str, tuple[Action, ...]]:
        """Prepare or abort by itself; afterwards do what the manager says."""
        idle = (ClearTimer("prepare"), ClearTimer("give up"))
        match event:
            case TimerFired("prepare"):
                return "prepared", (*idle, Send(("manager",), Prepared(self.me)))
            case TimerFired("give up"):
                return "aborted", idle
            case Received("commit"):
                return "committed", idle
            case Received("abort"):
                return "aborted", idle
            case _:
                return state, ()

    def view(self, state: str) -> View:
        """A verdict once it has one."""
        verdicts = {"committed": Status.SUCCEEDED, "aborted": Status.ABORTED}
        return View(verdicts.get(state, Status.RUNNING))


def disagree(seen: Observation) -> bool:
    """Whether the verdict depends on whom one asks: ``TCConsistent`` says it never does."""
    return {"committed", "aborted"} <= {seen.state(name) for name in seen.participants[1:]}


def two_phase_commit(resources: int = 3, *, symmetric: bool = False) -> System:
    """The protocol with so many resource managers, ``rm1`` and so on, and ``manager``.

    ``symmetric``: declare that it does not matter which resource manager is which.
    """
    names = tuple(f"rm{n}" for n in range(1, resources + 1))
    return own_system(
        "two-phase-commit",
        {"manager": Manager(names), **{name: Resource(name) for name in names}},
        channel=Channel.SET,
        opening={
            "manager": (SetTimer(ABORT),),
            **{name: (SetTimer("prepare"), SetTimer("give up")) for name in names},
        },
        knobs=Knobs(timeouts=False),
        symmetric=(names,) if symmetric else (),
        properties=(Never(Predicate("one has committed and another aborted", disagree)),),
    )
