"""What a search for a run puts together: what scopes can do, and ways through forks.

``ScopeReach`` is what one scope can do from one status, a ``Crossing`` one way through a fork. Each
holds the other, as forks stand in scopes and regions are scopes. ``offending_run`` explores
scopes, ``fork_summary`` sums up their forks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from wfmodel.checks.context import Context
from wfmodel.model.flow import Node

State = tuple[int, int]
"""A node's index and the watch's status on entering it."""


class RunWatch(Protocol):
    """An automaton over a run. Its status is a small number, 0 at the start."""

    def after(self, node: Node, event: str, status: int) -> int:
        """The status once a node has been left by an event; unchanged unless a watch says so."""
        return status

    def offends(self, node: Node, status: int) -> bool:
        """Whether entering a node with this status is what is looked for."""
        ...

    def late(self, status: int, region: int) -> int:
        """The status after a join did not wait for a region; unchanged unless a watch says so."""
        return status


@dataclass(slots=True)
class ScopeReach:
    """What one scope can do from one status: its shortest ends, visits, and offence."""

    arrived: dict[State, tuple[State | None, Crossing | str]] = field(default_factory=dict)
    costs: dict[State, int] = field(default_factory=dict)
    ends: dict[tuple[bool, int], State] = field(default_factory=dict)
    visits: dict[int, State] = field(default_factory=dict)
    """Per status, the first state at which the scope can be stopped with it."""
    offence: tuple[int, State, OffencePart | None] | None = None
    """Cost, state, and (for an offence inside a fork) the words from there on."""

    def words(self, state: State) -> Iterator[str]:
        """The run from the scope's start to a state."""
        links: list[Crossing | str] = []
        at: State | None = state
        while at is not None:
            at, link = self.arrived[at]
            links.append(link)
        for link in reversed(links):
            if isinstance(link, str):
                if link:
                    yield link
            else:
                yield from link.words()


@dataclass(frozen=True, slots=True)
class RegionShare:
    """One region's share of a crossing, after the shares of the regions before it."""

    before: RegionShare | None
    explored: ScopeReach
    state: State
    end: str = ""
    """Name of the final node that the region came to; empty if it was stopped on its way."""
    late: bool = False

    def words(self) -> Iterator[str]:
        """The region's words."""
        yield from self.explored.words(self.state)
        if self.end:
            yield self.end


def _chain(link: RegionShare | None) -> list[RegionShare]:
    links: list[RegionShare] = []
    while link is not None:
        links.append(link)
        link = link.before
    return links[::-1]


@dataclass(frozen=True, slots=True)
class Crossing:
    """One way through a fork: the event that it ends with, and the status then."""

    fork: str
    event: str
    status: int
    cost: int
    link: RegionShare | None
    cancels: bool

    def words(self) -> Iterator[str]:
        """The regions that the join waited for, the join, and what came late.

        What a join cancels moves no further: how far it got, it got before.
        """
        links = _chain(self.link)
        yield f"{self.fork} -fork->"
        late: list[RegionShare] = []
        for link in links:
            if link.late and not self.cancels:
                late.append(link)
            else:
                yield from link.words()
        yield f"{self.fork} -{self.event}->"
        for link in late:
            yield from link.words()


@dataclass(frozen=True, slots=True)
class OffencePart:
    """The words from entering a fork to an offence inside one of its regions."""

    fork: str
    cost: int
    link: RegionShare | None
    explored: ScopeReach
    offence: tuple[int, State, OffencePart | None]
    name: str

    def words(self) -> Iterator[str]:
        """Regions before, then the offending region up to the offence."""
        yield f"{self.fork} -fork->"
        for link in _chain(self.link):
            yield from link.words()
        _, state, rest = self.offence
        yield from self.explored.words(state)
        if rest is None:
            yield self.name
        else:
            yield from rest.words()

    @property
    def last(self) -> State:
        """Where the offence is."""
        _, state, rest = self.offence
        return state if rest is None else rest.last


@dataclass(frozen=True, slots=True)
class Summary:
    """All ways through a fork from one status, and the nearest offence inside."""

    crossings: tuple[Crossing, ...]
    offence: OffencePart | None


class Searching(Protocol):
    """A search under way, as far as a fork's summary asks it."""

    context: Context
    watch: RunWatch

    def explore(self, scope: int, status: int) -> ScopeReach:
        """Everything that a scope can do from a status, by the number of words."""
        ...
