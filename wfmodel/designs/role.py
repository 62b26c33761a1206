"""Who does what: designs differ in their roles only, the rules of control are the same for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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

    def recipients(self, *names: str) -> tuple[str, ...]:
        """Addressees of a control message, observers included."""
        return tuple(dict.fromkeys((*names, *self.observers)))
