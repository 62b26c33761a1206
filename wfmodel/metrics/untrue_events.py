"""Events that a dual write loses or makes up, and dead letters.

A state change and the messages that tell of it are two writes. Without one transaction around both,
a crash in between leaves a state that nobody is told of, or a message about nothing.
"""

from __future__ import annotations

from wfmodel.designs.history import Drop, Kind
from wfmodel.metrics.cost import per_instance
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import Value


def lost_events(tracks: Tracks) -> Value:
    """Messages that were owed and never published.

    Definition: messages whose sender had committed the state that they tell of, and crashed before
    it published them (rows DROP, cause UNPUBLISHED), per instance.
    Unit: per instance.
    Source: the dual write problem; Richardson, Microservices Patterns, 2018, ch. 3 (transactional
    outbox).
    Cannot see: messages lost on the network.
    """
    drops = tracks.column_of(Kind.DROP, 5) == Drop.UNPUBLISHED
    return per_instance(tracks, int(drops.sum()))


def dead_letters(tracks: Tracks) -> Value:
    """Messages that were given up after too many deliveries.

    Definition: messages that were delivered as often as ``max_deliveries`` allows, and never
    acknowledged (rows DROP, cause SET_ASIDE), per instance.
    Unit: per instance.
    Source: Hohpe & Woolf, Enterprise Integration Patterns, 2003 (dead letter channel).
    Cannot see: failures that the workflow does not handle (``unhandled: park``).
    """
    drops = tracks.column_of(Kind.DROP, 5) == Drop.SET_ASIDE
    return per_instance(tracks, int(drops.sum()))


def phantom_events(tracks: Tracks) -> Value:
    """Messages that tell of a state which does not exist.

    Definition: messages that were published before the commit of the state that they tell of, which
    a crash then prevented (rows PHANTOM), per instance.
    Unit: per instance.
    Source: the dual write problem; Richardson, Microservices Patterns, 2018, ch. 3.
    Cannot see: whether the state came about later, by a repetition.
    """
    return per_instance(tracks, tracks.count_of(Kind.PHANTOM))
