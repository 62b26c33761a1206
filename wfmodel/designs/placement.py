"""What designs differ in, and all of it: who controls which node, who starts, who is told the end.

A design answers with a ``Placement`` for a flow; ``assembly`` makes machines of it. So a new design
is one function from a flow to a placement, and an entry in ``known_designs``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from wfmodel.model.flow import Flow, Node
from wfmodel.model.source import Path

Owner: TypeAlias = Callable[[Node], str | None]
"""Who controls a node whoever hands it over; None: whoever holds the token."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Who controls what. ``coordinators`` are participants beside the services.

    ``starter`` hears of a new instance, ``audience`` of its verdict. ``unit`` is the word for those
    who decide.
    """

    coordinators: tuple[str, ...]
    owner: Owner
    starter: str
    audience: tuple[str, ...] = ()
    unit: str = "service"

    def controller(self, node: Node, holder: str) -> str:
        """Who controls a node: its owner, or whoever holds the token."""
        return self.owner(node) or holder


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a declared design does not fit a workflow; ``path`` is the place in its declaration."""

    path: Path
    message: str
    key: bool = False
    """The key at the path is what is wrong, not its value."""


class Design(Protocol):
    """A design, with what is declared of it: a frozen value that can be compared and hashed."""

    name: ClassVar[str]

    def misfits(self, flow: Flow) -> Iterable[Misfit]:
        """Whatever keeps the declaration from being built for this flow."""
        ...

    def place(self, flow: Flow) -> Placement:
        """Who controls what in a flow that the design fits."""
        ...

    def __str__(self) -> str:
        """The design on one line, as the command line reads it."""
        ...


class Undeclared:
    """Of designs that need no declaration: they fit every workflow, and their name says all."""

    name: ClassVar[str]

    def misfits(self, flow: Flow) -> Iterable[Misfit]:
        """None."""
        return ()

    def __str__(self) -> str:
        """The name."""
        return self.name


def services_of(flow: Flow) -> tuple[str, ...]:
    """Services that work on steps, in order of first appearance."""
    return tuple(dict.fromkeys(n.service for n in flow.nodes if n.service is not None))


def unused(name: str, taken: tuple[str, ...]) -> str:
    """A name for a coordinating participant that no service has."""
    while name in taken:
        name += "'"
    return name


def first_owner(flow: Flow, owner: Owner) -> str | None:
    """The owner of the first owned node that is reached; None where all belong to the holder."""
    queue, met = [flow.initial], {flow.initial}
    while queue:
        node = flow.nodes[queue.pop(0)]
        found = owner(node)
        if found is not None:
            return found
        inner = [flow.initial_of(scope) for scope in node.regions]
        for target in (*inner, *(edge.target for edge in node.edges)):
            if target not in met:
                met.add(target)
                queue.append(target)
    return None
