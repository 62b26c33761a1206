"""Participants are interchangeable if an exchange of two changes only names; this is checked.

What a system does follows from its machines' reactions alone, so it is enough that every reaction,
with names exchanged, is the reaction of whoever has the place then. Each reaction that a search has
met is checked so, with neighbours of a group exchanged, and what it is exchanged for is checked in
turn: this covers every exchange there is. Beyond ``MOST`` reactions only those are checked that the
search itself meets, and the answer says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from itertools import pairwise
from typing import Any, Final

from wfmodel.designs.messages import (
    Action,
    ClearTimer,
    Event,
    Received,
    Send,
    SetTimer,
    TimerFired,
)
from wfmodel.designs.permutation import Names
from wfmodel.designs.system import Channel, takes
from wfmodel.designs.table import Table
from wfmodel.exploration.symmetry.swapping import Swapping, placed
from wfmodel.semantics.cell_rules import CellRules
from wfmodel.semantics.fault_budget import FaultBudget

MOST: Final = 20_000
"""Reactions whose exchanges are followed up."""


class NotInterchangeable(ValueError):  # noqa: N818 - it says what is wrong with the declaration
    """Participants are declared interchangeable and are not; the text says where they differ."""


class Interchangeable:
    """The check of one system, kept up with what a search has met."""

    def __init__(self, table: Table, groups: tuple[tuple[int, ...], ...]) -> None:
        self.table = table
        self.system = table.system
        self.rename = table.system.rename
        cell_rules = CellRules(table)
        self._in_order = cell_rules.policy.outbox
        self._at_once = cell_rules.atomic
        self.swaps = [pair for group in groups for pair in pairwise(group)]
        self.sampled = False
        """Whether some exchange of a reaction was not followed up."""
        self._swapping = Swapping(table)
        self._checked: set[tuple[int, Hashable, Event]] = set()
        self._viewed: set[tuple[int, Hashable]] = set()
        self._known = [0] * len(table.names)

    def check_beginning(self, budget: FaultBudget) -> None:
        """Whether everybody of a group begins alike.

        Raises:
            NotInterchangeable: they do not.
        """
        system, names = self.system, self.table.names
        for i, j in self.swaps:
            new = self._swapping.names(i, j)
            for p, machine in enumerate(self.table.machines):
                other = self.table.machines[placed(p, i, j)]
                if self.rename(machine.initial, new) != other.initial:
                    told = f"{names[p]} begins with {machine.initial!r}"
                    self._refuse(i, j, f"{told}, {names[placed(p, i, j)]} with {other.initial!r}")
                opening = self._renamed(system.opening.get(names[p], ()), new)
                if self._normal(opening) != self._normal(
                    system.opening.get(names[placed(p, i, j)], ())
                ):
                    self._refuse(i, j, f"what {names[p]} opens with differs")
            watches = {
                (new.get(a, a), new.get(b, b)) for a, some in system.watches.items() for b in some
            }
            if watches != {(a, b) for a, some in system.watches.items() for b in some}:
                self._refuse(i, j, "they watch, or are watched, differently")
            if {new.get(name, name) for name in system.start} != set(system.start):
                self._refuse(i, j, "only one of them is sent Start")
            if self._swapping.budget(budget, i, j) != budget:
                self._refuse(i, j, "the budget bounds faults at them differently")

    def follow(self) -> None:
        """Check what has been tabulated since the last time.

        Raises:
            NotInterchangeable: a reaction differs.
        """
        for p, entries in enumerate(self.table.entries):
            if len(entries) == self._known[p]:
                continue
            met = list(entries)[self._known[p] :]
            self._known[p] = len(entries)
            states, events = self.table.states[p].values, self.table.events.values
            for state, event in met:
                self._check((p, states[state], events[event]))

    def _check(self, first: tuple[int, Hashable, Event]) -> None:
        todo = [first]
        while todo:
            key = todo.pop()
            if key in self._checked:
                continue
            self._checked.add(key)
            images = [self._compare(*key, i, j) for i, j in self.swaps]
            if len(self._checked) < MOST:
                todo.extend(images)
            elif any(image not in self._checked for image in images):
                self.sampled = True

    def _compare(
        self,
        p: int,
        state: Any,  # noqa: ANN401 - a user's own kind of value
        event: Event,
        i: int,
        j: int,
    ) -> tuple[int, Hashable, Event]:
        """The reaction with names exchanged, after making sure that it is as it must be."""
        q, new = placed(p, i, j), self._swapping.names(i, j)
        mine, other = self.table.machines[p], self.table.machines[q]
        state_then, event_then = self.rename(state, new), self._event(event, new)
        if self.rename(state_then, new) != state:
            self._refuse(
                i,
                j,
                f"renaming twice does not give {state!r} back but {self.rename(state_then, new)!r}",
            )
        if (p, state) not in self._viewed:
            self._viewed.add((p, state))
            if mine.view(state) != other.view(state_then):
                self._refuse(i, j, f"their views differ in {state!r} and {state_then!r}")
        if isinstance(event, Received):
            message, then = event.message, self.rename(event.message, new)
            if takes(mine, state, message) != takes(other, state_then, then):
                self._refuse(i, j, f"only one of them takes {message!r} in {state!r}")
        after, actions = mine.react(state, event)
        after_then, actions_then = other.react(state_then, event_then)
        wanted = self.rename(after, new)
        asked = self._renamed(actions, new)
        if wanted != after_then or self._normal(asked) != self._normal(actions_then):
            who, whose = self.table.names[p], self.table.names[q]
            self._refuse(
                i,
                j,
                f"{who} in {state!r}, meeting {event!r}, goes to {after!r} and asks for"
                f" {actions!r};"
                f" {whose} in {state_then!r}, meeting {event_then!r}, goes to {after_then!r} and"
                f" asks for {actions_then!r}",
            )
        return (q, state_then, event_then)

    def _refuse(self, i: int, j: int, why: str) -> None:
        names = self.table.names
        raise NotInterchangeable(
            f"{self.system.design}: {names[i]!r} and {names[j]!r} are declared interchangeable and"
            f" are not: {why}. If only a name was not found in there, give own_system a rename"
        )

    # ------------------------------------------------------------------------------- names

    def _event(self, event: Event, new: Names) -> Event:
        match event:
            case Received(message):
                return Received(self.rename(message, new))
            case TimerFired(timer):
                return TimerFired(self.rename(timer, new))
            case _:
                return event

    def _renamed(self, actions: Iterable[Action], new: Names) -> tuple[Action, ...]:
        return tuple(self._action(action, new) for action in actions)

    def _action(self, action: Action, new: Names) -> Action:
        match action:
            case Send(to, message):
                return Send(tuple(new.get(name, name) for name in to), self.rename(message, new))
            case SetTimer(timer):
                return SetTimer(self.rename(timer, new))
            case ClearTimer(timer):
                return ClearTimer(self.rename(timer, new))
            case _:
                return action

    def _normal(self, actions: Iterable[Action]) -> Hashable:
        """What actions come to: equal where no run can tell them apart."""
        timers: dict[Any, bool] = {}
        sends: list[tuple[tuple[str, ...], Any]] = []
        others = []
        for action in actions:
            match action:
                case SetTimer(timer) | ClearTimer(timer):
                    timers[timer] = isinstance(action, SetTimer)
                case Send(to, message):
                    sends.append((tuple(sorted(to)), message))
                case _:
                    others.append(action)
        return (frozenset(timers.items()), tuple(others), self._sent(sends))

    def _sent(self, sends: list[tuple[tuple[str, ...], Any]]) -> Hashable:
        if self._in_order:
            return tuple(sends)
        if not self._at_once:
            return frozenset(Counter(sends).items())
        to_each: dict[str, list[Any]] = {}
        for recipients, message in sends:
            for name in recipients:
                to_each.setdefault(name, []).append(message)
        ordered = self.system.channel is Channel.FIFO
        return frozenset(
            (name, tuple(got) if ordered else frozenset(Counter(got).items()))
            for name, got in to_each.items()
        )
