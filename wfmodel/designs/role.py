"""Who does what: designs differ in their roles only, the rules of control are the same for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wfmodel.designs.knobs import KnownKey
from wfmodel.designs.row_state import RowAccess
from wfmodel.model.flow import Flow, Node


@dataclass(frozen=True)
class Role:
    """A participant's place in a design.

    ``controller`` tells who controls a node, given who holds the token. ``audience`` hears the
    verdict; ``observers`` (a watchdog) get a copy of whatever moves control between participants.
    """

    me: str
    flow: Flow
    controller: Callable[[Node, str], str]
    audience: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    deduplicate: bool = True
    timeouts: bool = True
    known_key: KnownKey = KnownKey.USUAL
    parks: bool = False
    """Whoever meets a failure that nobody handles stays where it is."""
    fails_interrupted: bool = False
    """Work that a crash interrupts has failed, and is not done again by itself."""

    keeps_early: bool = False
    """An event from outside that nobody waits for yet is kept."""
    causes: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Tasks whose work sets off an event from outside, and the receives that wait for it."""
    lagging: frozenset[int] = frozenset()
    """Of those receives the ones that a loop may lie before, which does not lead by the task."""
    finds: Mapping[int, int] = field(default_factory=dict)
    """Undos that have to find something to undo, and the step that each undoes."""
    rows: Mapping[int, RowAccess] = field(default_factory=dict)
    """Steps that use a row of their service's store, and how."""

    @property
    def repeats(self) -> bool:
        """Whether an event whose key is known has its consequences published again."""
        return self.deduplicate and self.known_key is KnownKey.ANSWER

    @property
    def keeps_outputs(self) -> bool:
        """Whether what was published must be remembered: somebody may ask for it again."""
        return self.deduplicate and (bool(self.observers) or self.repeats)

    def recipients(self, *names: str) -> tuple[str, ...]:
        """Addressees of a control message, observers included."""
        return tuple(dict.fromkeys((*names, *self.observers)))
