"""A choreography is a set of state machines that share events: each service reacts, nobody leads.

These are communicating finite state machines (Brand & Zafiropulo, JACM 1983) over a broker: a
published event reaches every service that has a reaction to it, asynchronously and in any order. A
service takes it in a state that reacts to it; until then the event waits.

>>> loaded = load_choreography("hello.yaml", '''
... choreography: hello
... events: {greeted: {outside: publishes}, answered: {outside: consumes}}
... services:
...   host:
...     initial: idle
...     states:
...       idle: {on: {greeted: {to: done, publishes: [answered]}}}
...       done: {}
... ''')
>>> loaded.choreography.services["host"].states["idle"].on["greeted"].publishes
('answered',)

Read ``wfmodel.checks.choreography`` next: what can go wrong with such a thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass as plain_dataclass
from enum import StrEnum
from pathlib import Path as FilePath
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.model.failures import Name
from wfmodel.model.findings import Finding
from wfmodel.model.reading import read_document
from wfmodel.model.source import Document
from wfmodel.model.strict import STRICT
from wfmodel.model.validate import parse_as


class Guarantee(StrEnum):
    """How often the broker delivers an event to a service that consumes it."""

    AT_LEAST_ONCE = "at-least-once"
    AT_MOST_ONCE = "at-most-once"


class Announcing(StrEnum):
    """How a service's own write and its publications belong together."""

    OUTBOX = "outbox"
    """One transaction (Richardson, Microservices Patterns, ch. 3)."""
    DUAL_WRITE = "dual-write"
    """Two writes: a crash between them leaves one of them out."""


class Outside(StrEnum):
    """What the world beyond the choreography does with an event."""

    PUBLISHES = "publishes"
    CONSUMES = "consumes"


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class DeclaredEvent:
    """An event at the edge of the system (others need no declaration).

    What the outside publishes comes once in every instance, at any time: ``after`` says that it
    comes only once another event has been published (an answer), ``optional`` that it may stay
    away. A timer is such an event.
    """

    outside: Outside | None = None
    after: Name | None = None
    optional: bool = False
    description: str = ""

    @model_validator(mode="after")
    def _only_from_outside(self) -> DeclaredEvent:
        if self.outside is not Outside.PUBLISHES and (self.after is not None or self.optional):
            raise ValueError("after and optional are for events with outside: publishes")
        return self


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Way:
    """One way in which a reaction can end. ``to`` absent: the service stays in its state."""

    to: Name | None = None
    publishes: tuple[Name, ...] = ()
    failure: bool = False


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class ServiceReaction:
    """What a service does when it takes an event: it does or undoes a task of the workflow.

    A reaction with one way to end says ``to`` and ``publishes`` itself, one with several has
    ``outcomes``. One with neither takes the event and ignores it.
    """

    does: Name | None = None
    undoes: Name | None = None
    idempotent: bool = False
    to: Name | None = None
    publishes: tuple[Name, ...] = ()
    outcomes: Mapping[Name, Way] = Field(default_factory=dict)
    description: str = ""

    @model_validator(mode="after")
    def _one_form(self) -> ServiceReaction:
        if self.outcomes and (self.to is not None or self.publishes):
            raise ValueError("say to and publishes inside the outcomes, or have no outcomes")
        if self.does is not None and self.undoes is not None:
            raise ValueError("a reaction does a task or undoes one, not both")
        return self

    def ways(self) -> Mapping[str, Way]:
        """Every way to end, by name; the only one of a reaction without outcomes is ``""``."""
        return self.outcomes or {"": Way(to=self.to, publishes=self.publishes)}


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class ServiceState:
    """A state of a service, and what it reacts to. One without reactions is an end.

    ``end: true`` on a state with reactions says that an instance may also stay there for good, such
    as the state of a service that has not been asked yet.
    """

    on: Mapping[Name, ServiceReaction] = Field(default_factory=dict)
    end: bool = False
    description: str = ""

    @property
    def is_end(self) -> bool:
        """Whether an instance may stay here for good."""
        return self.end or not self.on


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class ServiceMachine:
    """One service: a state machine per instance of the workflow."""

    initial: Name
    states: Annotated[Mapping[Name, ServiceState], Field(min_length=1)]
    description: str = ""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Choreography:
    """A whole declaration; ``choreography`` is its name, ``workflow`` a file beside it."""

    choreography: Name
    services: Annotated[Mapping[Name, ServiceMachine], Field(min_length=1)]
    events: Mapping[Name, DeclaredEvent] = Field(default_factory=dict)
    workflow: Name | None = None
    delivery: Guarantee = Guarantee.AT_LEAST_ONCE
    publishing: Announcing = Announcing.OUTBOX
    correlation: Name | None = None
    description: str = ""


@plain_dataclass(frozen=True, slots=True)
class LoadedChoreography:
    """What became of a file: a choreography unless findings say why not."""

    choreography: Choreography | None
    findings: tuple[Finding, ...] = ()
    document: Document | None = None


def load_choreography(path: str | FilePath, text: str | None = None) -> LoadedChoreography:
    """Read a choreography, YAML or JSON (``-``: standard input; ``text``: what it would hold)."""
    document, findings = read_document(path, text)
    if document is None:
        return LoadedChoreography(None, findings)
    choreography, findings = parse_as(document, Choreography)
    return LoadedChoreography(choreography, findings, document)
