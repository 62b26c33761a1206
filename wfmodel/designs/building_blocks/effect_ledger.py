"""What cannot be taken back, done outside: an e-mail, a charge. It counts how often each was done.

``idempotent``: a key that was done is not done again. ``fenced``: what comes with an older token
than one that was met is refused (Kleppmann, How to do distributed locking, 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wfmodel.designs.messages import Action, Event, Received, Send
from wfmodel.designs.state import View


@dataclass(frozen=True, slots=True)
class Apply:
    """Do what ``key`` names; ``token``: of the lease under which it is asked for."""

    key: str
    who: str
    token: int = 0

    def __str__(self) -> str:
        under = f" under token {self.token}" if self.token else ""
        return f"{self.who} does {self.key}{under}"


@dataclass(frozen=True, slots=True)
class EffectApplied:
    """The answer; ``ok``: it is done, now or before."""

    key: str
    ok: bool = True

    def __str__(self) -> str:
        return f"{self.key} {'done' if self.ok else 'refused'}"


@dataclass(frozen=True)
class Ledger:
    """How often each key was done, and the highest token that was met."""

    times: tuple[tuple[str, int], ...] = ()
    token: int = 0

    def count(self, key: str) -> int:
        """How often it was done."""
        return dict(self.times).get(key, 0)

    def __str__(self) -> str:
        done = [f"{key} done {count} time{'s' if count > 1 else ''}" for key, count in self.times]
        token = [f"token {self.token}"] if self.token else []
        return ", ".join((*done, *token)) or "nothing done"


@dataclass(frozen=True)
class EffectLedger:
    """The outside."""

    idempotent: bool = False
    fenced: bool = False
    initial: Ledger = Ledger()

    def react(self, state: Ledger, event: Event) -> tuple[Ledger, tuple[Action, ...]]:
        """Do it, unless a guard forbids."""
        match event:
            case Received(Apply(key, who, token)):
                late = self.fenced and token < state.token
                if not late and not (self.idempotent and state.count(key)):
                    times = {**dict(state.times), key: state.count(key) + 1}
                    state = Ledger(tuple(sorted(times.items())), max(state.token, token))
                answer: Any = EffectApplied(key, ok=not late)
                return state, (Send((who,), answer),)
        return state, ()

    def view(self, state: Ledger) -> View:
        """It waits for nothing."""
        return View()


def applied_twice(state: Ledger) -> bool:
    """Whether something was done more than once."""
    return any(count > 1 for _, count in state.times)
