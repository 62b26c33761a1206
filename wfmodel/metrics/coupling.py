"""Coupling: who must know whom, read from the messages that a run really exchanged.

A link is an ordered pair of different participants between which a message was published by the one
and taken up by the other. The outside, which starts instances, is nobody's partner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from wfmodel.designs.history import Kind
from wfmodel.designs.messages import Command, Event, Message, Proceed, Received
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import Function, Undefined, Value

NO_LINK = Undefined("no participant heard from another")


class SchemaLink(NamedTuple):
    """Sender, recipient, message."""

    sender: int
    recipient: int
    message: Message


Links: TypeAlias = frozenset[SchemaLink]


def links(tracks: Tracks) -> Links:
    """Distinct (sender, recipient, message) of the run."""
    history = tracks.history
    sent, taken = _distinct(tracks, Kind.SEND), _distinct(tracks, Kind.REACT)
    return links_of(sent, taken, history.messages, history.events)


def links_of(
    sent: Iterable[tuple[int, int]],
    taken: Iterable[tuple[int, int]],
    messages: Sequence[Message],
    events: Sequence[Event],
) -> Links:
    """Links from (sender, message) that were published and (recipient, event) that were met.

    A delivery does not say who sent it; it is ascribed to everyone who published that message in
    this run (a message names its node, so that is one participant but for a watchdog's nudges).
    """
    senders: dict[Message, set[int]] = {}
    for sender, message in sent:
        senders.setdefault(messages[message], set()).add(sender)
    found = set()
    for recipient, number in taken:
        event = events[number]
        if isinstance(event, Received):
            for sender in senders.get(event.message, ()):
                if sender >= 0 and sender != recipient:
                    found.add(SchemaLink(sender, recipient, event.message))
    return frozenset(found)


def _distinct(tracks: Tracks, kind: Kind) -> list[tuple[int, int]]:
    """Distinct (participant, a) of the rows of one kind."""
    participant, a = tracks.column_of(kind, 3), tracks.column_of(kind, 4)
    if not len(a):
        return []
    width = int(a.max()) + 1
    codes = np.flatnonzero(np.bincount((participant + 1) * width + a))
    return [(code // width - 1, code % width) for code in codes.tolist()]


def _partners(found: Links) -> set[tuple[int, int]]:
    return {(link.sender, link.recipient) for link in found}


OF_LINKS: Final[dict[str, Callable[[Links], Value]]] = {}
"""What is measured of links, by the metric's name."""


def _of_links(measured: Callable[[Links], Value]) -> Function:
    """The metric of a run whose value follows from its links alone."""
    OF_LINKS[measured.__name__] = measured

    @wraps(measured)
    def metric(tracks: Tracks) -> Value:
        return measured(tracks.once(links))

    return metric


@_of_links
def link_count(found: Links) -> Value:
    """How many participants must know another one.

    Definition: the number of distinct (sender, recipient) pairs.
    Unit: links.
    Source: coupling; Stevens, Myers & Constantine, IBM Systems Journal 1974.
    Cannot see: links of paths that the run never took; data that are shared outside messages.
    """
    return float(len(_partners(found))) if found else NO_LINK


@_of_links
def fan_in(found: Links) -> Value:
    """From how many others the most dependent participant hears.

    Definition: the largest number of distinct senders of any one recipient.
    Unit: participants.
    Source: Henry & Kafura, IEEE TSE 1981 (fan-in, fan-out).
    Cannot see: as link_count.
    """
    heard = [recipient for _, recipient in _partners(found)]
    return float(np.bincount(heard).max()) if heard else NO_LINK


@_of_links
def fan_out(found: Links) -> Value:
    """To how many others the most outgoing participant speaks.

    Definition: the largest number of distinct recipients of any one sender.
    Unit: participants.
    Source: Henry & Kafura, IEEE TSE 1981 (fan-in, fan-out).
    Cannot see: as link_count.
    """
    spoken = [sender for sender, _ in _partners(found)]
    return float(np.bincount(spoken).max()) if spoken else NO_LINK


@_of_links
def shared_schemas(found: Links) -> Value:
    """Message formats that participants must agree on.

    Definition: the number of distinct formats on links; a format is a class of message and the node
    that it is about (its payload is that step's).
    Unit: formats.
    Source: stamp and data coupling; Stevens, Myers & Constantine, IBM Systems Journal 1974.
    Cannot see: as link_count; formats that are the same for several steps.
    """
    formats = {(type(link.message).__name__, getattr(link.message, "node", -1)) for link in found}
    return float(len(formats)) if found else NO_LINK


@_of_links
def touched_by_new_step(found: Links) -> Value:
    """Participants that must change when a step is inserted.

    Definition: consider every hand-over of work (a command or an event "you are next") on a link,
    and insert there a step at a new service. The new service changes, and so does the sender, who
    must now address it. The recipient changes too if it is handed control by an event, because the
    event now comes from another service; a commanded service is still commanded by the same
    participant. The value is the mean over distinct (sender, recipient, node).
    Unit: participants.
    Source: change coupling; Richardson, Microservices Patterns, 2018, ch. 4 (orchestration keeps
    the flow in one place).
    Cannot see: as link_count; topics that hide the sender from a recipient; compensations of the
    new step; hand-overs inside one service.
    """
    handed = {
        (link.sender, link.recipient, link.message.node): isinstance(link.message, Proceed)
        for link in found
        if isinstance(link.message, Command | Proceed)
    }
    if not handed:
        return Undefined("no participant handed work to another")
    return sum(3 if by_event else 2 for by_event in handed.values()) / len(handed)
