"""A workflow is a state machine: named states, transitions by event, an initial state, final ones.

These classes are at once the Python API, the file format (YAML and JSON have exactly this shape)
and the source of the JSON Schema. They are frozen and pure: they say what the process is, never how
it runs. Names of states live in the mappings that hold them.

>>> from wfmodel.model.units import parse_duration
>>> order = Workflow(
...     name="hello",
...     initial="greet",
...     states={
...         "greet": Task(service="greeter", duration=parse_duration("5ms"), next="done"),
...         "done": Final(outcome="succeeded"),
...     },
... )

Read ``flow`` next: it makes of a Workflow the one control-flow graph of rules and designs.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    NonNegativeInt,
    PositiveInt,
    Tag,
    model_validator,
)
from pydantic.dataclasses import dataclass

from wfmodel.display import Tabular
from wfmodel.model.cancellation import Cancellation
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.failures import FailureMode, Name, Probability, RetryPolicy
from wfmodel.model.guards import checked, roots_of
from wfmodel.model.rows import RowUse, StoreRow
from wfmodel.model.strict import STRICT
from wfmodel.model.trusted import trusted
from wfmodel.model.units import Duration

ROLLBACK = "rollback"
"""Built-in target: run the handlers of what has completed, latest first, then end ``aborted``."""

DONE, FAILURE, TIMEOUT, CANCEL = "done", "failure", "timeout", "cancel"
"""Built-in events: a state ended well; any failure not named more specifically; time ran out;
somebody outside cancels the instance."""

_AT_ONCE = trusted(Constant, value=0)  # a validator for it would be built at every start


class Effect(StrEnum):
    """What a completed step leaves behind (Garcia-Molina & Salem 1987; Schuldt et al. 2002)."""

    NONE = "none"
    """Reads only: nothing to undo."""
    COMPENSATABLE = "compensatable"
    """Can be undone by a compensation."""
    PIVOT = "pivot"
    """The point of no return: after it the process must go through."""
    RETRIABLE = "retriable"
    """Succeeds if repeated often enough; comes after the pivot."""


class Lands(StrEnum):
    """When an attempt's effect is there, and in whose hands."""

    WITH_COMMIT = "with-commit"
    """At the service's own store, with the commit of the result where that is one transaction."""
    IN_CALL = "in-call"
    """Outside, where no transaction of ours reaches (an e-mail), at some instant of the call."""
    AT_START = "at-start"
    """The same at the beginning of the call."""


class Outcome(StrEnum):
    """How a workflow, a region or a sub-workflow ended."""

    SUCCEEDED = "succeeded"
    ABORTED = "aborted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Compensation:
    """Handler that undoes a task's effect; ``rollback`` runs it, at ``service`` or the task's.

    ``tolerates_absence``: it succeeds with nothing to undo. ``status_query``: one can ask for it.
    """

    action: Name = "compensate"
    service: Name | None = None
    duration: Distribution = _AT_ONCE
    failures: Mapping[Name, FailureMode] = Field(default_factory=dict)
    timeout: Duration | None = None
    retry: RetryPolicy | None = None
    idempotent: bool = False
    tolerates_absence: bool = False
    status_query: bool = False
    lands: Lands = Lands.WITH_COMMIT
    priority: int = 0
    reads: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Task:
    """An action at a service. ``on`` maps an event (a failure's name, ``timeout`` or ``failure``)
    to a target; an event with no entry ends the workflow as ``failed``.

    ``status_query``: the service can be asked, by the key of the step, whether it was done.
    ``tolerates_absence`` is for a task that ``compensates`` another, as of a ``Compensation``.
    Where its service has a ``capacity``, a higher ``priority`` is served first.
    """

    service: Name
    next: Name | None = None
    action: Name | None = None
    duration: Distribution = _AT_ONCE
    failures: Mapping[Name, FailureMode] = Field(default_factory=dict)
    timeout: Duration | None = None
    retry: RetryPolicy | None = None
    idempotent: bool = False
    status_query: bool = False
    tolerates_absence: bool = False
    effect: Effect = Effect.NONE
    lands: Lands = Lands.WITH_COMMIT
    priority: int = 0
    reads: tuple[Name, ...] = ()
    writes: tuple[Name, ...] = ()
    row: RowUse | None = None
    compensates: Name | None = None
    compensation: Compensation | None = None
    on: Mapping[Name, Name] = Field(default_factory=dict)
    description: str = ""
    kind: Literal["task"] = "task"


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Branch:
    """One way out of a choice: when it is taken, and how often.

    ``guard`` is an expression (``wfmodel.model.guards``) that the checker decides; ``when`` says it
    in words, beside it or instead. ``reads`` is needed only where words stand alone.
    """

    next: Name
    when: str = ""
    guard: Annotated[str, AfterValidator(checked)] = ""
    reads: tuple[Name, ...] = ()
    probability: Probability | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """Data items that must be known to decide it."""
        return self.reads or roots_of(self.guard)

    @property
    def label(self) -> str:
        """When it is taken, in words; empty where it says nothing."""
        return self.when or self.guard


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Choice:
    """Takes the first branch whose guard holds, else ``default``.

    Simulation draws by probability: branches without one share what the others leave, together
    with the default. ``service`` says who decides, where it is not whoever acted before.
    """

    branches: Annotated[tuple[Branch, ...], Field(min_length=1)]
    default: Name | None = None
    service: Name | None = None
    description: str = ""
    kind: Literal["choice"] = "choice"

    @model_validator(mode="after")
    def _probabilities(self) -> Choice:
        total = sum(branch.probability or 0.0 for branch in self.branches)
        if total > 1 + 1e-9:
            raise ValueError(f"the branches' probabilities add up to {total:g}, more than 1")
        return self

    def targets(self) -> tuple[str, ...]:
        """Every target in order, the default last."""
        default = () if self.default is None else (self.default,)
        return (*(branch.next for branch in self.branches), *default)

    def probabilities(self) -> tuple[float, ...]:
        """Probability of each of ``targets()``; they add up to 1."""
        given = [branch.probability for branch in self.branches]
        if self.default is not None:
            given.append(None)
        rest = 1 - sum(p for p in given if p is not None)
        shares = sum(p is None for p in given)
        if shares:
            return tuple(rest / shares if p is None else p for p in given)
        total = sum(p for p in given if p is not None)
        return tuple((p or 0.0) / total if total else 1 / len(given) for p in given)


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Region:
    """One branch of a parallel state: a small machine of its own."""

    initial: Name
    states: Mapping[Name, State]
    name: str = ""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Parallel:
    """Runs regions side by side and goes on when the join is satisfied.

    ``join``: ``all``, ``any``, or how many regions must succeed; with ``first``, the region that
    ends first decides, well or badly. ``siblings`` says what happens to the others once the join is
    decided (satisfied early, or out of reach): they ``finish``, or are cancelled at their next step
    (``cancel``); undeclared, they finish. With ``wait`` the join is decided only when every region
    has ended, so that a join of 0 is one that nothing can fail. ``for_each`` runs the one region
    ``copies`` times side by side, once per item of a data item: the bound of a loop over items.
    """

    regions: Annotated[tuple[Region, ...], Field(min_length=1)]
    join: Literal["all", "any", "first"] | NonNegativeInt = "all"
    siblings: Literal["finish", "cancel", "wait"] | None = None
    for_each: Name | None = None
    copies: Annotated[int, Field(ge=1, le=1000)] = 1
    next: Name | None = None
    on: Mapping[Name, Name] = Field(default_factory=dict)
    description: str = ""
    kind: Literal["parallel"] = "parallel"

    @model_validator(mode="after")
    def _bounds(self) -> Parallel:
        if self.for_each is not None and len(self.regions) != 1:
            raise ValueError(f"for_each needs exactly one region; there are {len(self.regions)}")
        if self.copies > 1 and self.for_each is None:
            raise ValueError("copies needs for_each: which data item holds the items?")
        if isinstance(self.join, int) and self.join > self.width:
            raise ValueError(f"the join waits for {self.join} regions; there are {self.width}")
        if self.join == 0 and self.siblings != "wait":
            raise ValueError("a join of 0 needs siblings: wait; else nothing is waited for")
        if self.join == "first" and self.siblings == "wait":
            raise ValueError("join: first goes on when one region has ended; siblings: wait waits")
        return self

    @property
    def width(self) -> int:
        """How many regions run."""
        return len(self.regions) * self.copies

    @property
    def needed(self) -> int:
        """How many regions must succeed."""
        if self.join == "all":
            return self.width
        return self.join if isinstance(self.join, int) else 1


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Wait:
    """Waits for a time."""

    duration: Distribution
    next: Name | None = None
    service: Name | None = None
    description: str = ""
    kind: Literal["wait"] = "wait"


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Reaction:
    """What an outside event leads to, and how often it is that event which comes."""

    next: Name
    probability: Probability | None = None


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Receive:
    """Waits for one of several outside events (an approval), with a time-out.

    ``delay``: how long the outside takes, from when it is waited for or, with ``caused_by`` (a
    callback that a task sets going), from the end of its work: then it may come too early.
    ``staff``: how many it does at once (people). Probabilities that add up to less than 1 leave the
    rest to silence; events without one share what is left.
    """

    events: Annotated[Mapping[Name, Reaction], Field(min_length=1)]
    caused_by: Name | None = None
    delay: Distribution = _AT_ONCE
    staff: Annotated[int, Field(ge=1)] | None = None
    timeout: Duration | None = None
    on: Mapping[Name, Name] = Field(default_factory=dict)
    service: Name | None = None
    writes: tuple[Name, ...] = ()
    description: str = ""
    kind: Literal["receive"] = "receive"

    @model_validator(mode="after")
    def _probabilities(self) -> Receive:
        total = sum(event.probability or 0.0 for event in self.events.values())
        if total > 1 + 1e-9:
            raise ValueError(f"the events' probabilities add up to {total:g}, more than 1")
        if self.caused_by is not None and self.service is None:
            raise ValueError("caused_by needs service: who hears of it before it is waited for?")
        return self

    def probabilities(self) -> tuple[float, ...]:
        """Probability of each event, in order; what is missing to 1 is silence."""
        given = [event.probability for event in self.events.values()]
        rest = max(0.0, 1 - sum(p for p in given if p is not None))
        shares = sum(p is None for p in given)
        return tuple(rest / shares if p is None else p for p in given)


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class SubWorkflow:
    """Runs one of ``workflows``; ``aborted`` and ``failed`` ends raise these, else ``failure``."""

    workflow: Name
    next: Name | None = None
    on: Mapping[Name, Name] = Field(default_factory=dict)
    description: str = ""
    kind: Literal["workflow"] = "workflow"


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Final:
    """An end, and how the process ended there."""

    outcome: Outcome = Outcome.SUCCEEDED
    description: str = ""
    kind: Literal["final"] = "final"


State: TypeAlias = Annotated[
    Annotated[Task, Tag("task")]
    | Annotated[Choice, Tag("choice")]
    | Annotated[Parallel, Tag("parallel")]
    | Annotated[Wait, Tag("wait")]
    | Annotated[Receive, Tag("receive")]
    | Annotated[SubWorkflow, Tag("workflow")]
    | Annotated[Final, Tag("final")],
    Discriminator("kind"),
]
"""Any kind of state; ``kind`` tells which."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Service:
    """A service that tasks name: how many steps it works on at once (None: no limit)."""

    capacity: PositiveInt | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class DataItem:
    """A declared data item. ``input`` items are there from the start."""

    type: Literal["string", "number", "integer", "boolean", "object", "array", "any"] = "any"
    input: bool = False
    values: tuple[str | float | bool, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class SubDefinition:
    """A workflow that others call: states of its own, data of the caller."""

    initial: Name
    states: Mapping[Name, State]
    description: str = ""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True, repr=False)
class Workflow(Tabular):
    """A whole declaration. ``services`` and ``data`` may stay empty: then names are not checked.

    ``timeout`` is the limit for an instance, from its start, and ``cancel`` says that somebody
    outside may cancel it: then it ends as failed, and what it did stands, or is undone (``on``).
    """

    name: Name
    initial: Name
    states: Mapping[Name, State]
    services: Mapping[Name, Service] = Field(default_factory=dict)
    data: Mapping[Name, DataItem] = Field(default_factory=dict)
    rows: Mapping[Name, StoreRow] = Field(default_factory=dict)
    workflows: Mapping[Name, SubDefinition] = Field(default_factory=dict)
    timeout: Duration | None = None
    cancel: Cancellation | None = None
    on: Mapping[Literal["timeout", "cancel"], Literal["rollback"]] = Field(default_factory=dict)
    description: str = ""
