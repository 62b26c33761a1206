"""The composition of a choreography: where everybody is, what is in flight, what can come next.

Pure: ``moves(configuration)`` is the whole semantics, and the search only walks it. A published
event becomes one message for every service that reacts to it in some state; messages wait in a bag
and are taken in any order, in a state that reacts to them. Duplicates and losses are left to C111
and C112: with them every event could arrive anywhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from wfmodel.checks.choreography.conformance import Conformance, Markings
from wfmodel.model.declared_choreography import Choreography, Outside, ServiceReaction, Way
from wfmodel.model.source import Path

MOST_COPIES: Final = 3
"""So many copies of one message in flight are followed; more make the answer undecided."""

NOT_YET, DUE, COME = range(3)
"""Of an event from outside: it awaits another event; it can come; it has come."""


class Message(NamedTuple):
    """An event on its way to a service; ``told``: it stems from a failure."""

    event: str
    service: str
    told: bool = False


class Unheard(NamedTuple):
    """A service whose effect stands, and the failure (a path) that it has not heard of."""

    service: str
    task: str
    failure: Path


Bag = tuple[tuple[Message, int], ...]
"""Messages in flight and their numbers, in order."""


class CompositionState(NamedTuple):
    """Everything that decides what can come next, and what was done to get here."""

    states: tuple[str, ...]
    bag: Bag
    outside: tuple[int, ...]
    standing: frozenset[tuple[str, str]] = frozenset()
    """(service, task) of compensatable effects that are not undone."""
    unheard: frozenset[Unheard] = frozenset()
    workflow: Markings | None = None
    """Where the workflow may be; None: not followed; empty: it does not allow this run."""


@dataclass(frozen=True, slots=True)
class Move:
    """One step: its word, where its reaction is written, and whether it may stay away for ever."""

    word: str
    path: Path
    optional: bool = False


@dataclass(frozen=True)
class Composition:
    """A choreography laid out for search. ``undoable``: tasks whose effect can be taken back."""

    choreography: Choreography
    undoable: frozenset[str] = frozenset()
    conformance: Conformance | None = None

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Services in order of declaration: positions in ``CompositionState.states``."""
        return tuple(self.choreography.services)

    @cached_property
    def position(self) -> dict[str, int]:
        """Per service, its place in ``services``."""
        return {name: place for place, name in enumerate(self.services)}

    @cached_property
    def from_outside(self) -> tuple[str, ...]:
        """Events that the outside publishes: positions in ``CompositionState.outside``."""
        events = self.choreography.events
        return tuple(e for e, d in events.items() if d.outside is Outside.PUBLISHES)

    @cached_property
    def consumers(self) -> dict[str, tuple[str, ...]]:
        """Per event, the services that react to it in some state."""
        found: dict[str, dict[str, None]] = {}
        for name, service in self.choreography.services.items():
            for state in service.states.values():
                for event in state.on:
                    found.setdefault(event, {})[name] = None
        return {event: tuple(names) for event, names in found.items()}

    @cached_property
    def takes(self) -> dict[tuple[str, str], frozenset[str]]:
        """Per service and state, the events that it takes there or in a state that can follow."""
        found: dict[tuple[str, str], frozenset[str]] = {}
        for name, service in self.choreography.services.items():
            for start in service.states:
                seen, work = {start}, [start]
                while work:
                    for reaction in service.states[work.pop()].on.values():
                        for way in reaction.ways().values():
                            if way.to is not None and way.to not in seen:
                                seen.add(way.to)
                                work.append(way.to)
                found[name, start] = frozenset(e for s in seen for e in service.states[s].on)
        return found

    def start(self) -> CompositionState:
        """Everybody in its initial state, nothing in flight."""
        c = self.choreography
        return CompositionState(
            tuple(service.initial for service in c.services.values()),
            (),
            tuple(DUE if c.events[e].after is None else NOT_YET for e in self.from_outside),
            workflow=None if self.conformance is None else self.conformance.start(),
        )

    def moves(self, at: CompositionState) -> Iterator[tuple[Move, CompositionState | None]]:
        """Every next step and where it leads; None where that has too many copies in flight."""
        for index, event in enumerate(self.from_outside):
            if at.outside[index] == DUE:
                come = (*at.outside[:index], COME, *at.outside[index + 1 :])
                optional = self.choreography.events[event].optional
                move = Move(f"outside -{event}->", ("events", event), optional)
                yield move, self._published(at._replace(outside=come), (event,), told=False)
        for message, _ in at.bag:
            index = self.position[message.service]
            state = at.states[index]
            machine = self.choreography.services[message.service]
            reaction = machine.states[state].on.get(message.event)
            if reaction is None:
                continue
            path: Path = ("services", message.service, "states", state, "on", message.event)
            for name, way in reaction.ways().items():
                word = f"{message.service} -{message.event}{'/' if name else ''}{name}->"
                place = (*path, "outcomes", name) if name else path
                after = self._done(at, message, reaction, way, place)
                yield Move(word, place), after

    def _done(
        self,
        at: CompositionState,
        message: Message,
        reaction: ServiceReaction,
        way: Way,
        place: Path,
    ) -> CompositionState | None:
        """After a service has taken a message and ended its reaction in one way."""
        me = message.service
        index = self.position[me]
        states = at.states
        if way.to is not None:
            states = (*states[:index], way.to, *states[index + 1 :])
        standing, unheard = at.standing, at.unheard
        if message.told:
            unheard = frozenset(each for each in unheard if each.service != me)
        if reaction.undoes is not None and not way.failure:
            standing = frozenset(s for s in standing if s[1] != reaction.undoes)
            unheard = frozenset(each for each in unheard if each.task != reaction.undoes)
        if reaction.does in self.undoable and reaction.does is not None and not way.failure:
            standing |= {(me, reaction.does)}
        if way.failure:
            unheard |= {Unheard(who, what, place) for who, what in standing if who != me}
        workflow = at.workflow
        if workflow and self.conformance is not None:
            workflow = self.conformance.after(workflow, reaction, failed=way.failure)
        after = CompositionState(
            states, _less(at.bag, message), at.outside, standing, unheard, workflow
        )
        return self._published(after, way.publishes, told=message.told or way.failure)

    def _published(
        self, at: CompositionState, events: Iterable[str], *, told: bool
    ) -> CompositionState | None:
        bag, outside = at.bag, list(at.outside)
        for event in events:
            for service in self.consumers.get(event, ()):
                bag = _more(bag, Message(event, service, told))
            for index, name in enumerate(self.from_outside):
                if outside[index] == NOT_YET and self.choreography.events[name].after == event:
                    outside[index] = DUE
        if any(count > MOST_COPIES for _, count in bag):
            return None
        return at._replace(bag=bag, outside=tuple(outside))

    def waiting(self, at: CompositionState) -> tuple[str, ...]:
        """Services that are in no end."""
        machines = self.choreography.services
        return tuple(
            name
            for name, state in zip(self.services, at.states, strict=True)
            if not machines[name].states[state].is_end
        )

    def refused(self, at: CompositionState) -> tuple[Message, ...]:
        """Messages in flight that their service can never take from where it is."""
        where = dict(zip(self.services, at.states, strict=True))
        return tuple(m for m, _ in at.bag if m.event not in self.takes[m.service, where[m.service]])


def _more(bag: Bag, message: Message) -> Bag:
    """The bag, kept in order, with one more of a message."""
    place = bisect_left(bag, (message,))
    if place < len(bag) and bag[place][0] == message:
        return (*bag[:place], (message, bag[place][1] + 1), *bag[place + 1 :])
    return (*bag[:place], (message, 1), *bag[place:])


def _less(bag: Bag, message: Message) -> Bag:
    """The bag with one less of a message that is in it."""
    place = bisect_left(bag, (message,))
    left = bag[place][1] - 1
    return (*bag[:place], *(((message, left),) if left else ()), *bag[place + 1 :])
