"""At most so many instances at once: the claim about several instances that run together.

    at_most: 1 lost
    at_most: 1 where payment.status == "running"

The first is about how instances end, once all of them have; the second about any moment, of the
instances for which the expression holds then. ``at_most: 0`` says that it happens to none, which
can be asked of one instance too. ``exploration.instances`` decides it for several.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.system import System
from wfmodel.exploration.properties.predicates import predicate
from wfmodel.exploration.properties.property_answer import Answer
from wfmodel.exploration.properties.property_context import Explored
from wfmodel.exploration.properties.safety_properties import AT_REST, Never, NeverEnds, held
from wfmodel.exploration.properties.visible_state import Predicate
from wfmodel.model.guards import parse_guard, paths_of
from wfmodel.model.spelling import hint


@dataclass(frozen=True)
class AtMost:
    """At most ``most`` instances end in a way, or are somewhere at one moment.

    Cannot see: instances that share data, or that a participant serves in turn; an instance that
    something outside of the system would still move.
    """

    most: int
    what: Terminal | Predicate
    name: str = ""

    by_states: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """What is claimed."""
        what = self.what
        words = f"{what}" if isinstance(what, Terminal) else f"where {what.words}"
        count = f"at most {self.most}" if self.most else "no"
        return self.name or f"{count} instance{'s' if self.most > 1 else ''} {words}"

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration of one instance."""
        return self._never.predicates()

    @property
    def _never(self) -> Never | NeverEnds:
        return NeverEnds(self.what) if isinstance(self.what, Terminal) else Never(self.what)

    def decide(self, explored: Explored) -> Answer:
        """The answer where there is one instance."""
        if self.most:
            return held(self.title, explored, explored.first(AT_REST))
        return replace(self._never.decide(explored), title=self.title)


def parse_at_most(text: str, system: System, name: str = "") -> AtMost:
    """The claim that a text says: ``N END`` or ``N where EXPRESSION``.

    Raises:
        ValueError: it says none; what is wrong is named.
    """
    number, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if not number.isdecimal() or not rest:
        raise ValueError(f"at_most needs a number, and an end or 'where ...'; got {text.strip()!r}")
    first, _, condition = rest.partition(" ")
    if first == "where":
        if any(path.split(".")[0] == "left" for path in paths_of(parse_guard(condition))):
            raise ValueError("the faults that are left belong to all instances, not to one of them")
        return AtMost(int(number), predicate(condition, system), name)
    return AtMost(int(number), end_named(rest), name)


def end_named(text: str) -> Terminal:
    """The way to end that a text names.

    Raises:
        ValueError: there is no such end.
    """
    known = [terminal.value for terminal in Terminal]
    if text not in known:
        raise ValueError(f"unknown end {text!r}{hint(text, known)} (ends: {', '.join(known)})")
    return Terminal(text)
