"""Properties as text: the language of guards, over views, truth and faults instead of data.

    payment.status == "succeeded" and orders.status == "aborted"
    truth["reserve-stock"] > 1 or not payment.up

| path | value |
|---|---|
| ``P.status``, ``P.stored.status`` | what participant P believes (running, stored): a status |
| ``P.steps.S``, ``P.stored.steps.S`` | what P believes of step S |
| ``P.state``, ``P.stored.state`` | in a system of one's own, P's state: a value, or words |
| ``P.state.F``, ``P.state["0"]`` | a field of it, a place in it (and so on, inside that) |
| ``P.up`` | whether P's process runs |
| ``truth.S``, ``landed.S`` | how often S's effect stands, has ever landed |
| ``at_rest``, ``verdict`` | nothing can happen any more; the class of the end (absent before) |
| ``messages`` | how many messages are on their way |
| ``rows.R`` | what row R of a service's store is |
| ``overwritten.R`` | whether a write to row R has replaced one that its writer had not read |
| ``left.F`` | how many faults of kind F (``crashes``, ``losses``, …) are left |

A name that is no identifier is written ``truth["reserve-stock"]``; a participant so named,
``participant["order-service"].status``. A name that the system does not have is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import Enum
from typing import Any, Final, TypeAlias

from wfmodel.designs.messages import StepStatus
from wfmodel.designs.state import Status
from wfmodel.designs.system import System
from wfmodel.designs.value_words import value_words
from wfmodel.exploration.properties.visible_state import Observation, Predicate
from wfmodel.model.guards import (
    ABSENT,
    Compare,
    Condition,
    Const,
    Every,
    Not,
    Scalar,
    Some,
    Special,
    Var,
    holds,
    parse_guard,
    parts_of,
    paths_of,
)
from wfmodel.model.spelling import nearest
from wfmodel.semantics.fault_budget import FAULTS
from wfmodel.semantics.outcome_monitor import Verdict

Getter: TypeAlias = Callable[[Observation], Scalar]

_PARTS: Final = re.compile(r"([A-Za-z_]\w*)|\[('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\]")


def predicate(text: str, system: System) -> Predicate:
    """The predicate that a text says of a system.

    Raises:
        ValueError: the text says none, or names what the system does not have.
    """
    condition, names = parse_guard(text), _Names(system)
    getters = {path: names.getter(path) for path in paths_of(condition)}
    for part in parts_of(condition):
        if isinstance(part, Compare):
            _check_constant(part, names)
    return _predicate(condition, text.strip(), getters)


def _predicate(condition: Condition, words: str, getters: dict[str, Getter]) -> Predicate:
    parts: tuple[Predicate, ...] = ()
    if isinstance(condition, Every) and len(condition.parts) > 1:
        pieces = _conjuncts(words)
        known = pieces if len(pieces) == len(condition.parts) else [words] * len(condition.parts)
        parts = tuple(
            _predicate(c, w, getters) for c, w in zip(condition.parts, known, strict=True)
        )
    paths = paths_of(condition)

    def test(seen: Observation) -> bool:
        return holds(condition, {path: getters[path](seen) for path in paths}) is True

    return Predicate(words, test, parts, by_names=True)


def opposite(text: str, system: System) -> Predicate:
    """The negation of a text; of an implication (``not a or b``) the parts are a and not b."""
    condition = parse_guard(text)
    whole = predicate(text, system)
    if not isinstance(condition, Some):
        return whole.negated()
    getters = {path: _Names(system).getter(path) for path in paths_of(condition)}
    parts = tuple(
        _predicate(each.part if isinstance(each, Not) else Not(each), _shown(each), getters)
        for each in condition.parts
    )
    return replace(whole.negated(), parts=parts)


def _shown(condition: Condition) -> str:
    """The opposite of a part, in words."""
    if isinstance(condition, Not):
        return _words(condition.part)
    return f"not ({_words(condition)})"


def _words(condition: Condition) -> str:
    match condition:
        case Compare(op, left, right):
            return f"{_operand(left)} {op} {_operand(right)}"
        case Every(parts):
            return " and ".join(map(_words, parts))
        case Some(parts):
            return " or ".join(map(_words, parts))
        case Not(part):
            return f"not {_words(part)}"
        case _:
            return str(condition)


def _operand(operand: Var | Const) -> str:
    return operand.path if isinstance(operand, Var) else repr(operand.value)


def _conjuncts(words: str) -> list[str]:
    """The texts between the ``and``s of a conjunction, where no bracket or quote is open."""
    pieces, depth, quote, begin = [], 0, "", 0
    for place, character in enumerate(words):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif not depth and words.startswith(" and ", place):
            pieces.append(words[begin:place].strip())
            begin = place + 5
    return [*pieces, words[begin:].strip()]


def _check_constant(part: Compare, names: _Names) -> None:
    """A value that is misspelt would compare as unequal for ever: an error instead."""
    for one, other in ((part.left, part.right), (part.right, part.left)):
        if not (isinstance(one, Var) and isinstance(other, Const)):
            continue
        known = names.values_of(one.path)
        if known and other.value not in known:
            raise ValueError(
                f"{one.path} is never {other.value!r}{_meant(other.value, known)}"
                f" (values: {', '.join(known)})"
            )


def _split(path: str) -> list[str]:
    return [name or _unquoted(text) for name, text in _PARTS.findall(path)]


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


class _Names:
    """What paths mean in one system."""

    def __init__(self, system: System) -> None:
        self.participants = system.participants
        self.own = system.own
        nodes = system.flow.nodes
        self.rows = {} if self.own else system.flow.workflow.rows
        self.steps = [node.name for node in nodes if node.service is not None]

    def values_of(self, path: str) -> tuple[str, ...]:
        """All that a path can be; empty: anything."""
        if path == "verdict":
            return tuple(each.value for each in Verdict)
        match _split(path):
            case ["rows", row]:
                return self.rows[row].values
            case [*_, "status"]:
                return tuple(each.value for each in Status)
            case [_, *parts] if "steps" in parts[:-1]:
                return tuple(each.value for each in StepStatus)
        return ()

    def getter(self, path: str) -> Getter:
        """How to read a path from an observation.

        Raises:
            ValueError: it leads nowhere.
        """
        match _split(path):
            case ["participant", who, *rest] if rest:
                return self._of(path, self._known("participant", who, self.participants), rest)
            case ["at_rest"]:
                return lambda seen: seen.quiescent
            case ["verdict"]:
                return lambda seen: ABSENT if seen.verdict is None else seen.verdict.value
            case ["messages"]:
                return lambda seen: len(seen.config.channel)
            case ["truth", step]:
                name = self._known("step", step, self.steps)
                return lambda seen: seen.standing(name)
            case ["landed", step]:
                name = self._known("step", step, self.steps)
                return lambda seen: seen.landed(name)
            case ["rows", row]:
                name = self._known("row", row, self.rows)
                values = self.rows[name].values
                return lambda seen: values[seen.row(name).value]
            case ["overwritten", row]:
                name = self._known("row", row, self.rows)
                return lambda seen: bool(seen.row(name).lost)
            case ["left", fault]:
                kind = self._known("fault", fault, FAULTS)
                return lambda seen: int(getattr(seen.budget, kind))
            case [who, *rest] if rest:
                return self._of(path, self._known("participant", who, self.participants), rest)
        others = ("at_rest", "verdict", "messages", "truth", "landed", "left")
        rows = ("rows", "overwritten") if self.rows else ()
        raise _unknown("name", path, (*self.participants, *others, *rows))

    def _of(self, path: str, who: str, rest: list[str]) -> Getter:
        match rest:
            case ["up"]:
                return lambda seen: seen.is_up(who)
            case ["status"]:
                return lambda seen: seen.view(who).status.value
            case ["stored", "status"]:
                return lambda seen: seen.stored(who).status.value
            case ["steps", step] | ["stored", "steps", step]:
                name, stored = self._known("step", step, self.steps), rest[0] == "stored"
                return lambda seen: seen.step(who, name, stored=stored).value
            case ["state", *inner] | ["stored", "state", *inner] if self.own:
                stored = rest[0] == "stored"
                return lambda seen: _part(seen.state(who, stored=stored), inner)
        known = ("status", "up", "steps", "stored", *(("state",) if self.own else ()))
        raise ValueError(
            f"{path}: a participant has no {'.'.join(rest)!r}{_meant(rest[0], known)}"
            f" (there are: {'state, ' if self.own else ''}status, up, steps.STEP, stored.status,"
            " stored.steps.STEP)"
        )

    def _known(self, what: str, name: str, known: Iterable[str]) -> str:
        options = tuple(known)
        if name not in options:
            raise _unknown(what, name, options)
        return name


def _part(state: Any, path: list[str]) -> Scalar:  # noqa: ANN401 - a state of one's own
    """What a state, or a part of it, is: scalars as they are, all else in words; absent if none."""
    for name in path:
        if name.isdecimal() and isinstance(state, tuple):
            state = state[int(name)] if int(name) < len(state) else ABSENT
        else:
            state = getattr(state, name, ABSENT)
        if state is ABSENT:
            return Special.ABSENT
    if isinstance(state, Enum):
        state = state.value
    known: Scalar = state if isinstance(state, str | int | float | bool) else value_words(state)
    return known


def _unknown(what: str, name: str, known: tuple[str, ...]) -> ValueError:
    listed = ", ".join(known[:20])
    if name in known:
        return ValueError(f"{name!r} is not whole: what of it? ({name}. and what is meant)")
    return ValueError(f"unknown {what} {name!r}{_meant(name, known)} ({what}s here: {listed})")


def _meant(name: object, known: Iterable[str]) -> str:
    likely = nearest(name, known)
    return f"; did you mean {likely!r}?" if likely and likely != name else ""
