"""What a foreign format cannot say stands in a side file, in the words of the native model.

```yaml
services:
  bank: {capacity: 4}
states:
  ProcessPayment:
    service: bank
    effect: pivot
    duration: {distribution: lognormal, median: 300ms, p99: 2s}
    failures:
      CardDeclined: {kind: business, probability: 0.02}
```

A state is named as in the machine; where a name occurs twice, by its path: ``Parallel/0/Name``.
Nothing here is required, and nothing is guessed: an effect, above all, comes only from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, PositiveInt
from pydantic.dataclasses import dataclass

from wfmodel.model.distributions import Distribution
from wfmodel.model.failures import FailureMode, Name, Probability, RetryPolicy
from wfmodel.model.json_schema import schema_of
from wfmodel.model.strict import STRICT
from wfmodel.model.trusted import trusted
from wfmodel.model.units import Duration
from wfmodel.model.workflow import Compensation, DataItem, Effect, Outcome, Service

SCHEMA_FILE: Final = Path(__file__).with_name("annotations.schema.json")
"""The generated schema of annotation files, kept in the package."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class StateAnnotation:
    """One state's annotation. A field that is not given leaves what the machine says.

    ``probabilities`` is by target of a choice; ``items`` bounds a loop over items, ``for_each``
    names the data item that holds them; ``delay`` and ``events`` (probability by event) belong to a
    task that waits for a callback; ``outcome`` says how an end ended.
    """

    service: Name | None = None
    action: Name | None = None
    duration: Distribution | None = None
    failures: Mapping[Name, FailureMode] = Field(default_factory=dict)
    timeout: Duration | None = None
    retry: RetryPolicy | None = None
    idempotent: bool | None = None
    status_query: bool | None = None
    tolerates_absence: bool | None = None
    effect: Effect | None = None
    compensates: Name | None = None
    compensation: Compensation | None = None
    reads: tuple[Name, ...] | None = None
    writes: tuple[Name, ...] | None = None
    probabilities: Mapping[Name, Probability] = Field(default_factory=dict)
    items: Annotated[PositiveInt, Field(le=1000)] | None = None
    for_each: Name | None = None
    delay: Distribution | None = None
    events: Mapping[Name, Probability] = Field(default_factory=dict)
    outcome: Outcome | None = None
    description: str | None = None

    def given(self) -> tuple[str, ...]:
        """Names of the fields that say something, in order of declaration."""
        values = ((item.name, getattr(self, item.name)) for item in fields(self))
        return tuple(name for name, value in values if value is not None and value != {})


NOTHING: Final = trusted(StateAnnotation)
"""The annotation of a state that has none."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Annotations:
    """A whole annotation file."""

    name: Name | None = None
    services: Mapping[Name, Service] = Field(default_factory=dict)
    data: Mapping[Name, DataItem] = Field(default_factory=dict)
    states: Mapping[Name, StateAnnotation] = Field(default_factory=dict)
    timeout: Duration | None = None
    description: str | None = None


NOTHING_AT_ALL: Final = trusted(Annotations)
"""The annotations of a definition that has none."""


def annotations_schema() -> dict[str, Any]:
    """The schema of an annotation file."""
    return schema_of(Annotations, "wfmodel annotations")
