"""A System is what every driver runs: pure machines, who plays which, and the policies around them.

A user's own design is a System too: any objects with ``initial``, ``react`` and ``view``. It needs
no workflow: ``own_system`` builds one from machines alone, with messages and timers of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from pydantic import TypeAdapter, ValidationError

from wfmodel.designs.knobs import Acknowledge, Knobs
from wfmodel.designs.messages import Action, Event
from wfmodel.designs.permutation import Rename, checked_groups, renamed
from wfmodel.designs.placement import Design
from wfmodel.designs.reaction_checks import check_actions, check_machines
from wfmodel.designs.state import View
from wfmodel.display import Tabular
from wfmodel.model.distributions import Distribution
from wfmodel.model.flow import Flow, build_flow
from wfmodel.model.spelling import hint
from wfmodel.model.strict import first_refusal
from wfmodel.model.workflow import Final, Workflow

State: TypeAlias = Any
"""A machine's own kind of hashable value; only the machine itself looks inside."""


class Channel(StrEnum):
    """What the way from a participant to another does to messages."""

    MULTISET = "multiset"
    """Any message may come next; each comes as often as it was sent."""
    SET = "set"
    """A message once sent stays, and may come any number of times (as in many TLA+ models)."""
    FIFO = "fifo"
    """Messages of one sender come in the order in which they were sent."""
    QUEUE = "queue"
    """All messages to one participant come in the order in which they were sent."""


def takes(machine: Machine, state: State, message: Hashable) -> bool:
    """Whether a machine takes a message in a state, or leaves it to wait."""
    chooses = getattr(machine, "takes", None)
    return chooses is None or bool(chooses(state, message))


class Machine(Protocol):
    """A participant's behaviour, per instance. States are hashable values.

    One that has ``takes(state, message)`` besides takes only messages for which that is true;
    others wait until it is in another state.
    """

    @property
    def initial(self) -> Hashable:
        """The state of a participant that knows nothing."""
        ...

    def react(self, state: State, event: Event) -> tuple[State, tuple[Action, ...]]:
        """The next state and the actions, in order. Pure."""
        ...

    def view(self, state: State) -> View:
        """What a store with this content says of the instance."""
        ...


@dataclass(frozen=True, repr=False)
class System(Tabular):
    """Machines by participant name, in a stated order; ``start`` hears of a new instance.

    ``services`` are the participants that work on steps; the others only coordinate.
    ``opening`` holds what a participant has asked for before anything happens. ``atomic``: a
    reaction, its commit and its messages are one step, so that no crash comes between them.
    ``atomic`` is for exploration; the simulator has commits, and of ``channel`` it has the order.
    ``lasts`` says how long timers of one's own run in the simulator.
    ``symmetric`` holds groups of participants that may be exchanged, ``rename`` how that is done to
    what a state, a message or a timer says; a search checks it. ``declared`` is the design that it
    was built from; None for a system of one's own. ``properties`` are what its author claims: lines
    as on the command line, or properties of ``wfmodel.exploration.properties``. ``watches``: who
    hears of whose crash.
    """

    design: str
    flow: Flow
    knobs: Knobs
    machines: dict[str, Machine]
    services: tuple[str, ...]
    start: tuple[str, ...]
    channel: Channel = Channel.MULTISET
    atomic: bool = False
    opening: Mapping[str, tuple[Action, ...]] = field(default_factory=dict)
    symmetric: tuple[tuple[str, ...], ...] = ()
    rename: Rename = renamed
    lasts: Mapping[Any, Distribution] = field(default_factory=dict)
    declared: Design | None = None
    properties: tuple[Any, ...] = ()
    watches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def own(self) -> bool:
        """Whether it is a system of one's own, without a workflow."""
        return self.declared is None and not self.services

    def is_selective(self, name: str) -> bool:
        """Whether a participant chooses what it takes."""
        return hasattr(self.machines[name], "takes")

    def watchers_of(self, name: str) -> tuple[str, ...]:
        """Who hears when a participant crashes."""
        return tuple(who for who, whom in self.watches.items() if name in whom)

    def as_recorded(self) -> System:
        """The same as a run records it: a commit is a step of its own, and each message comes as
        often as it was sent.
        """
        channel = Channel.MULTISET if self.channel is Channel.SET else self.channel
        if channel is self.channel and not self.atomic:
            return self
        return replace(self, channel=channel, atomic=False)

    @property
    def participants(self) -> tuple[str, ...]:
        """Names, in the order that gives each its number."""
        return tuple(self.machines)


def own_system(
    name: str,
    machines: Mapping[str, Machine],
    *,
    channel: Channel | str = Channel.MULTISET,
    knobs: Knobs | None = None,
    opening: Mapping[str, tuple[Action, ...]] | None = None,
    start: tuple[str, ...] = (),
    atomic: bool = True,
    symmetric: Iterable[tuple[str, ...]] = (),
    rename: Rename = renamed,
    lasts: Mapping[Any, Distribution | str | Mapping[str, Any]] | None = None,
    properties: Iterable[Any] = (),
    watches: Mapping[str, tuple[str, ...]] | None = None,
) -> System:
    """A System of one's own machines, without a workflow. docs/own-systems.md tells how.

    Messages and timers are any hashable values. A timer of one's own may fire at any moment once it
    is set; ``Timer("watchdog")`` and the like fire for nothing only when all else is still.
    ``start`` names who gets a ``Start`` message; ``opening`` is for those who begin without one.
    ``symmetric`` names groups whose members are interchangeable: a search then looks at one of all
    the states that differ in who is who, and refuses if they are not. ``rename`` replaces names in
    a state, a message or a timer where ``renaming.renamed`` does not find them. ``lasts`` says how
    long each timer of one's own runs in the simulator: a duration (``"500ms"``), or a distribution,
    which is drawn once for each instance. ``properties`` are asked where nothing else is: lines as
    ``wfmodel explore --property`` has them, or properties of ``wfmodel.exploration.properties``.
    ``watches`` says of a participant whose crashes it hears of (``PeerGone``).

    Raises:
        ValueError: there is no machine, or one cannot be one (``BadReaction``), or a name in
            ``opening``, ``start``, ``watches`` or ``symmetric`` is no participant, or a group, a
            duration or the channel is none, or messages are acknowledged otherwise than with the
            commit where participants are interchangeable.
    """
    opening = dict(opening or {})
    _check_parts(name, machines, opening, start, watches or {})
    groups = checked_groups(name, tuple(symmetric), tuple(machines))
    if groups and not atomic and knobs and knobs.acknowledge is not Acknowledge.AFTER_COMMIT:
        raise ValueError(
            f"the system {name!r} has interchangeable participants: acknowledge:"
            f" {knobs.acknowledge} is not among what a reduced search knows"
        )
    flow = build_flow(Workflow(name=name, initial="end", states={"end": Final()}))
    return System(
        name,
        flow,
        knobs or Knobs(),
        dict(machines),
        (),
        start,
        _channel(name, channel),
        atomic,
        opening,
        groups,
        rename,
        {timer: _length(timer, length) for timer, length in (lasts or {}).items()},
        properties=tuple(properties),
        watches=dict(watches or {}),
    )


def _check_parts(
    name: str,
    machines: Mapping[str, Machine],
    opening: Mapping[str, tuple[Action, ...]],
    start: tuple[str, ...],
    watches: Mapping[str, tuple[str, ...]],
) -> None:
    if not machines:
        raise ValueError(f"the system {name!r} has no machines")
    check_machines(name, machines)
    watched = [who for some in watches.values() for who in some]
    for who in (*opening, *start, *watches, *watched):
        if who not in machines:
            known = ", ".join(machines)
            meant = hint(who, machines)
            raise ValueError(
                f"the system {name!r} has no participant {who!r}{meant}; there are {known}"
            )
    for who, actions in opening.items():
        check_actions(f"the system {name!r}: what {who} opens with", actions, tuple(machines))


def _channel(system: str, given: str) -> Channel:
    known = [each.value for each in Channel]
    if given not in known:
        raise ValueError(
            f"the system {system!r} has no channel {given!r}{hint(given, known)}"
            f" (there are: {', '.join(known)})"
        )
    return Channel(given)


def _length(timer: object, length: object) -> Distribution:
    try:
        return TypeAdapter[Distribution](Distribution).validate_python(length)
    except ValidationError as error:
        why = first_refusal(error).why
        raise ValueError(f"lasts of timer {timer!r}: {why}; got {length!r}") from None
