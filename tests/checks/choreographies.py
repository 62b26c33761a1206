"""Choreographies at random, and a naive second implementation of what they can do.

Written apart from the explorer, from the documentation: an instance is a mapping of states, a list
of events in flight, and a set of what the outside has said. Nothing is shared, nothing is clever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st

from wfmodel.model.declared_choreography import Choreography
from wfmodel.model.validate import adapter

Situation = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...], frozenset, frozenset]
"""(service, state) pairs; (event, service) in flight, sorted; said by the outside; published."""

EVENTS = ["a", "b", "c", "d"]
STATES = ["s", "t", "u"]


def start(c: Choreography) -> Situation:
    return tuple((n, s.initial) for n, s in c.services.items()), (), frozenset(), frozenset()


def _consumers(c: Choreography, event: str) -> list[str]:
    return [n for n, s in c.services.items() if any(event in each.on for each in s.states.values())]


def moves(c: Choreography, at: Situation) -> Iterator[tuple[str, bool, Situation]]:
    """Word, whether it may stay away, what follows."""
    states, flight, said, published = at
    for name, event in c.events.items():
        due = event.outside == "publishes" and name not in said
        if due and (event.after is None or event.after in published):
            more = tuple(sorted([*flight, *((name, s) for s in _consumers(c, name))]))
            then = (states, more, said | {name}, published | {name})
            yield f"outside -{name}->", event.optional, then
    for event, service in sorted(set(flight)):
        here = dict(states)
        reaction = c.services[service].states[here[service]].on.get(event)
        if reaction is None:
            continue
        rest = list(flight)
        rest.remove((event, service))
        for outcome, way in reaction.ways().items():
            after = dict(here)
            after[service] = way.to or here[service]
            new = [(e, s) for e in way.publishes for s in _consumers(c, e)]
            word = f"{service} -{event}{'/' + outcome if outcome else ''}->"
            then = (
                tuple(after.items()),
                tuple(sorted([*rest, *new])),
                said,
                published | {*way.publishes},
            )
            yield word, False, then


def replay(c: Choreography, words: tuple[str, ...]) -> Situation:
    at = start(c)
    for word in words:
        options = {name: after for name, _, after in moves(c, at)}
        assert word in options, f"{word} cannot follow; {sorted(options)}"
        at = options[word]
    return at


@dataclass
class Truth:
    """Per verdict, the length of a shortest run to it."""

    refused: dict[tuple[str, str, str], int] = field(default_factory=dict)
    orphans: dict[tuple[str, str], int] = field(default_factory=dict)
    stuck: dict[frozenset, int] = field(default_factory=dict)
    endless: int | None = None


def takes(c: Choreography, service: str, state: str, event: str) -> bool:
    """Whether some way through the service's own states leads to one that reacts to the event."""
    reach, grown = {state}, True
    while grown:
        more = {
            way.to
            for s in reach
            for r in c.services[service].states[s].on.values()
            for way in r.ways().values()
            if way.to
        }
        grown = not more <= reach
        reach |= more
    return any(event in c.services[service].states[s].on for s in reach)


def enumerate_all(c: Choreography, most: int, copies: int) -> Truth | None:
    """Everything, layer by layer; None if there is too much of it."""
    depth = {start(c): 0}
    layer, after = [start(c)], {}
    while layer:
        following = []
        for at in layer:
            after[at] = list(moves(c, at))
            for _, _, then in after[at]:
                if any(then[1].count(m) > copies for m in then[1]):
                    return None
                if then not in depth:
                    depth[then] = depth[at] + 1
                    following.append(then)
        layer = following
        if len(depth) > most:
            return None
    truth = Truth()
    for at, steps in depth.items():  # in order of depth
        _judge(c, at, steps, all(optional for _, optional, _ in after[at]), truth)
    ending, grown = {at for at in depth if all(o for _, o, _ in after[at])}, True
    while grown:
        more = {at for at in depth for _, o, t in after[at] if not o and t in ending} - ending
        grown = bool(more)
        ending |= more
    truth.endless = min((steps for at, steps in depth.items() if at not in ending), default=None)
    return truth


def _judge(c: Choreography, at: Situation, steps: int, rests: bool, truth: Truth) -> None:
    here = dict(at[0])
    dead = {(e, s) for e, s in at[1] if not takes(c, s, here[s], e)}
    for event, service in dead:
        truth.refused.setdefault((service, here[service], event), steps)
    waiting = {s: q for s, q in here.items() if not c.services[s].states[q].is_end}
    if rests and waiting:
        truth.stuck.setdefault(frozenset(waiting.items()), steps)
    if rests and not waiting:
        for message in set(at[1]) - dead:
            truth.orphans.setdefault(message, steps)


@st.composite
def choreographies(draw: st.DrawFn) -> Choreography:
    """One to three services of two or three states over four events."""
    maybe_state = st.one_of(st.none(), st.sampled_from(STATES))
    publishes = st.lists(st.sampled_from(EVENTS), max_size=2)

    def way() -> dict:
        to = draw(maybe_state)
        target = {"to": to} if to else {}
        return {**target, "publishes": draw(publishes), "failure": draw(st.booleans())}

    def reaction() -> dict:
        if draw(st.booleans()):
            single = way()
            del single["failure"]
            return {**single, "idempotent": draw(st.booleans())}
        return {"outcomes": {"well": way(), "badly": way()}}

    services = {}
    for name in ["x", "y", "z"][: draw(st.integers(1, 3))]:
        states = {}
        for state in STATES:
            heard = draw(st.lists(st.sampled_from(EVENTS), unique=True, max_size=2))
            states[state] = {"on": {e: reaction() for e in heard}, "end": draw(st.booleans())}
        services[name] = {"initial": "s", "states": states}
    events = {"a": {"outside": "publishes"}}
    if draw(st.booleans()):
        events["b"] = {"outside": "publishes", "optional": draw(st.booleans())}
        if draw(st.booleans()):
            events["b"]["after"] = "c"
    data = {"choreography": "random", "services": services, "events": events}
    return adapter(Choreography).validate_python(data)
