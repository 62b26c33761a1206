"""A file of properties: a list, each entry one key that says what is claimed, and of what.

    properties:
      - never: payment.status == "succeeded" and orders.status == "aborted"
        name: no payment without an order
      - eventually: at_rest
      - leads_to: truth.charge > 0 => orders.status == "succeeded" or truth.charge == 0
      - never_ends: lost
      - at_most: 1 lost
      - no: deadlock
      - recovers_within: 40

The same on the command line, an entry per option: ``--property "eventually: at_rest"``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Protocol

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.designs.anomalies import CLEAN, Terminal
from wfmodel.designs.system import System
from wfmodel.exploration.properties.at_most import end_named, parse_at_most
from wfmodel.exploration.properties.liveness import Eventually, LeadsTo, comes_to_rest
from wfmodel.exploration.properties.predicates import opposite, predicate
from wfmodel.exploration.properties.property_answer import Answer
from wfmodel.exploration.properties.property_context import Explored
from wfmodel.exploration.properties.recovers_within import RecoversWithin
from wfmodel.exploration.properties.safety_properties import (
    Deadlock,
    Never,
    NeverEnds,
    OrphanMessage,
    UnspecifiedReception,
)
from wfmodel.exploration.properties.visible_state import Predicate
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.reading import read_document
from wfmodel.model.source import Document
from wfmodel.model.spelling import hint
from wfmodel.model.strict import STRICT
from wfmodel.model.validate import parse_as
from wfmodel.model.workflow import Task

ARROW: Final = "=>"


class Property(Protocol):
    """Whatever can be decided of a state space; a user's own class is one, too."""

    @property
    def title(self) -> str:
        """What is claimed."""
        ...

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration, so that it is asked in one pass."""
        ...

    def decide(self, explored: Explored) -> Answer:
        """The answer."""
        ...


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Claim:
    """One entry of a file: exactly one of the claims, and a name if one is wanted."""

    name: str = ""
    never: str | None = None
    always: str | None = None
    eventually: str | None = None
    leads_to: str | None = None
    never_ends: str | None = None
    at_most: str | None = None
    no: str | None = None
    recovers_within: Annotated[int, Field(ge=0)] | Literal["any"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Claim:
        given = [key for key in CLAIMS if getattr(self, key) is not None]
        if len(given) != 1:
            said = " and ".join(given) if given else "none"
            raise ValueError(f"give exactly one of {', '.join(CLAIMS)}; got {said}")
        return self

    @property
    def key(self) -> str:
        """Which claim it is."""
        return next(key for key in CLAIMS if getattr(self, key) is not None)

    @property
    def line(self) -> str:
        """The claim in one line, as on the command line."""
        return f"{self.key}: {getattr(self, self.key)}"

    def of(self, system: System) -> Property:
        """The property of a system.

        Raises:
            ValueError: it says nothing, or names what the system does not have.
        """
        return CLAIMS[self.key](str(getattr(self, self.key)), system, self.name)


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Claims:
    """A whole file."""

    properties: Annotated[tuple[Claim, ...], Field(min_length=1)]


def _leads_to(text: str, system: System, name: str) -> Property:
    cause, arrow, effect = text.partition(ARROW)
    if not arrow or ARROW in effect:
        raise ValueError(f"leads_to needs a cause and an effect: A {ARROW} B")
    return LeadsTo(predicate(cause, system), predicate(effect, system), name)


def _no(text: str, system: System, name: str) -> Property:
    made = FLAWS.get(text)
    if made is None:
        raise ValueError(f"unknown flaw {text!r}{hint(text, FLAWS)} (flaws: {', '.join(FLAWS)})")
    return made()


def _recovers(text: str, system: System, name: str) -> Property:
    if text == "any":
        return RecoversWithin()
    if not text.isdecimal():
        raise ValueError(f"recovers_within needs a number of steps, or any; got {text!r}")
    return RecoversWithin(int(text))


FLAWS: Final[Mapping[str, Callable[[], Property]]] = {
    "deadlock": Deadlock,
    "unspecified-reception": UnspecifiedReception,
    "orphan-message": OrphanMessage,
    "endless-run": comes_to_rest,
}
"""What ``no:`` may name."""


CLAIMS: Final[Mapping[str, Callable[[str, System, str], Property]]] = {
    "never": lambda text, system, name: Never(predicate(text, system), name),
    "always": lambda text, system, name: Never(opposite(text, system), name or f"always {text}"),
    "eventually": lambda text, system, name: Eventually(predicate(text, system), name),
    "leads_to": _leads_to,
    "never_ends": lambda text, system, name: NeverEnds(end_named(text)),
    "at_most": parse_at_most,
    "no": _no,
    "recovers_within": _recovers,
}
"""Key of an entry to the property that its text makes."""

_ANOMALIES: Final = tuple(terminal.value for terminal in Terminal if terminal not in CLEAN)
_OF_ONE: Final = ("no: deadlock", "no: endless-run", "recovers_within: any")

STANDARD: Final = (*(f"never_ends: {value}" for value in _ANOMALIES), *_OF_ONE)
"""What is asked of every design: no anomaly at the end, no deadlock, an end, a recovery."""

STANDARD_TOGETHER: Final = (*(f"at_most: 0 {value}" for value in _ANOMALIES), *_OF_ONE)
"""The same of several instances: of an anomaly also how many show it at once."""


def standard_claims(system: System, *, together: bool = False) -> tuple[str, ...]:
    """What is asked where nobody asks: the standard, and of each row whether a write is lost."""
    nodes = () if system.own else system.flow.nodes
    used = (node.state.row for node in nodes if isinstance(node.state, Task))
    rows = dict.fromkeys(use.of for use in used if use is not None)
    base = STANDARD_TOGETHER if together else STANDARD
    return (*base, *(f"never: overwritten[{json.dumps(row)}]" for row in rows))


def parse_property(text: str, system: System) -> Property:
    """The property that a line says: ``never: EXPRESSION``, and so on.

    Raises:
        ValueError: it says none; what is wrong is named.
    """
    key, colon, rest = text.partition(":")
    key = key.strip().replace("-", "_")
    if not colon or key not in CLAIMS:
        known = ", ".join(CLAIMS)
        raise ValueError(f"unknown property {key!r}{hint(key, CLAIMS)} (there are: {known})")
    return CLAIMS[key](rest.strip(), system, "")


def load_properties(
    path: str | Path, text: str | None = None
) -> tuple[Claims | None, Document | None, tuple[Finding, ...]]:
    """What a file claims (``text``: what it would hold), and what is wrong with it."""
    document, findings = read_document(path, text)
    if document is None:
        return None, None, findings
    claims, findings = parse_as(document, Claims)
    return claims, document, findings


def properties_of(
    claims: Claims, document: Document, system: System
) -> tuple[tuple[Property, ...], tuple[Finding, ...]]:
    """The properties of a system that a file claims, and what is wrong in their texts."""
    found: list[Property] = []
    wrong = []
    for place, claim in enumerate(claims.properties):
        try:
            found.append(claim.of(system))
        except ValueError as error:
            path = ("properties", place, claim.key)
            wrong.append(
                Finding(
                    code="E110",
                    name="bad-property",
                    severity=Severity.ERROR,
                    message=str(error),
                    path=path,
                    span=document.locate(path),
                )
            )
    return tuple(found), tuple(wrong)
