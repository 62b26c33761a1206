"""What a machine of one's own may not do, said with participant, state and event.

A search meets each (state, event) once, so each reaction is asked for twice and looked at once.
Machines of a declared workflow are the house's own, and are not looked at.
"""

from __future__ import annotations

import traceback
from collections.abc import Hashable, Mapping
from typing import Any, Final

from wfmodel.designs.messages import (
    Action,
    ClearTimer,
    Event,
    Received,
    Send,
    SetTimer,
    Timer,
    TimerFired,
)
from wfmodel.designs.state import View
from wfmodel.designs.value_words import value_words
from wfmodel.model.spelling import hint

ACTIONS: Final = (Send, SetTimer, ClearTimer)
"""What a machine without a workflow may ask for."""


WATCHDOG: Final = "watchdog"


class BadReaction(ValueError):  # noqa: N818 - it says what is wrong with a machine
    """A machine of one's own does what no machine may; the text says who, where and what."""


def checked_reaction(
    who: str,
    machine: Any,  # noqa: ANN401 - whatever the user gave
    state: Any,  # noqa: ANN401
    event: Event,
    known: tuple[str, ...],
) -> tuple[Hashable, tuple[Action, ...]]:
    """What a machine answers to an event, after making sure that it is an answer.

    Raises:
        BadReaction: it is none, or differs from call to call, or the state was changed in place.
    """
    place = f"{who} in state {value_words(state)!r}, meeting {event_words(event)}"
    before = repr((state, event))
    first = _answer(place, machine, state, event)
    if repr((state, event)) != before:
        raise BadReaction(
            f"{place}: react changed what it was given, in place: {before} became"
            f" {(state, event)!r}; it must return a new state"
        )
    after, actions = first
    must_be_hashable(f"{place}: the next state", after)
    check_actions(place, actions, known)
    second = _answer(place, machine, state, event)
    for what, one, other in zip(("goes to", "asks for"), first, second, strict=True):
        if one != other:
            raise BadReaction(
                f"{place}: react {what} {one!r} when called once and {other!r} when called again;"
                f" it must be pure, and states and messages must be equal by value"
            )
    return after, actions


def event_words(event: Event) -> str:
    """An event, as a message about a machine names it."""
    match event:
        case Received(message):
            return f"message {value_words(message)!r}"
        case TimerFired(timer):
            return f"timer {value_words(timer)!r}"
        case _:
            return repr(event)


def _answer(place: str, machine: Any, state: Any, event: Event) -> tuple[Any, Any]:  # noqa: ANN401
    try:
        answer = machine.react(state, event)
    except Exception as error:
        raise BadReaction(f"{place}: {raised_words(error)}") from error
    if type(answer) is not tuple or len(answer) != 2:
        raise BadReaction(
            f"{place}: react must return the next state and a tuple of actions,"
            f" as in 'return state, ()'; got {answer!r}"
        )
    return answer


def raised_words(error: BaseException) -> str:
    """What was raised, and where: the innermost line."""
    met = traceback.extract_tb(error.__traceback__)
    frames = [each for each in met if not each.filename.startswith("<")]
    known = bool(frames) and not isinstance(error, SyntaxError)
    at = f" ({frames[-1].filename}, line {frames[-1].lineno})" if known else ""
    return f"raised {type(error).__name__}: {error}{at}"


def must_be_hashable(what: str, value: object) -> None:
    """A value that a search can know again.

    Raises:
        BadReaction: it is none.
    """
    try:
        hash(value)
    except TypeError:
        raise BadReaction(
            f"{what} is not hashable: {value!r}; use strings, numbers, tuples, frozensets and"
            " frozen dataclasses"
        ) from None


def check_actions(place: str, actions: object, known: tuple[str, ...]) -> None:
    """What somebody asks for.

    Raises:
        BadReaction: it is no tuple of actions, or one names somebody who is not there.
    """
    if type(actions) is not tuple:
        meant = f"; did you mean ({actions!r},)?" if isinstance(actions, ACTIONS) else ""
        raise BadReaction(f"{place}: actions are a tuple; got {actions!r}{meant}")
    for action in actions:
        match action:
            case Send(to, message):
                _check_recipients(place, to, known)
                must_be_hashable(f"{place}: the message", message)
            case SetTimer(timer) | ClearTimer(timer):
                must_be_hashable(f"{place}: the timer", timer)
                if isinstance(timer, Timer) and timer.kind != WATCHDOG:
                    raise BadReaction(
                        f"{place}: there is no {timer!r} without a workflow"
                        f"{hint(timer.kind, [WATCHDOG])} (a timer of one's own is any other value;"
                        f" a failure detector is Timer({WATCHDOG!r}))"
                    )
            case _:
                raise BadReaction(
                    f"{place}: {action!r} is no action of a system of one's own"
                    " (there are Send, SetTimer, ClearTimer)"
                )


def _check_recipients(place: str, to: object, known: tuple[str, ...]) -> None:
    if type(to) is not tuple:
        raise BadReaction(
            f"{place}: recipients are a tuple, as in Send(({known[0]!r},), message); got {to!r}"
        )
    for name in to:
        if name not in known:
            raise BadReaction(
                f"{place}: sends to {name!r}, and there is no such participant"
                f"{hint(name, known)} (there are: {', '.join(known)})"
            )


def check_machines(system: str, machines: Mapping[str, Any]) -> None:
    """Whether each can be a participant.

    Raises:
        BadReaction: one is a class, lacks something, or begins with what no state can be.
    """
    for who, machine in machines.items():
        place = f"the system {system!r}: {who}"
        if isinstance(machine, type):
            name = machine.__name__
            raise BadReaction(f"{place} is the class {name}, not one of it: write {name}()")
        lacking = [name for name in ("initial", "react", "view") if not hasattr(machine, name)]
        if lacking:
            raise BadReaction(f"{place} ({machine!r}) has no {' and no '.join(lacking)}")
        must_be_hashable(f"{place}: its initial state", machine.initial)


def checked_view(who: str, machine: Any, state: Any) -> View:  # noqa: ANN401
    """What a machine says of a state.

    Raises:
        BadReaction: it is no ``View``.
    """
    place = f"{who} in state {value_words(state)!r}"
    try:
        found = machine.view(state)
    except Exception as error:
        raise BadReaction(f"{place}: view {raised_words(error)}") from error
    if not isinstance(found, View):
        raise BadReaction(f"{place}: view must return a View; got {found!r}")
    return found
