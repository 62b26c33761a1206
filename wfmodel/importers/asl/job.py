"""What translating one definition collects: findings, origins, and which annotations were used.

``SourceState`` is one state on its way: what the definition and the annotation say about it, and
where both stand. Translators turn it into states of the model; they never raise for what a file
holds, and they never change the definition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, TypeVar

from wfmodel.importers.annotations import NOTHING, StateAnnotation
from wfmodel.importers.asl.catalogue import DYNAMIC_VALUE, Problem
from wfmodel.importers.asl.values import JSONPATH, is_number
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path
from wfmodel.model.trusted import trusted
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Final as End
from wfmodel.model.workflow import Outcome, State

T = TypeVar("T")

Fields: TypeAlias = Mapping[str, Any]
"""The fields of a part of a definition whose shape has been checked."""

States: TypeAlias = dict[str, State]
"""States of the model, by name: the translated one first, then those that it needs."""

SECOND: Final = parse_duration("1s")


@dataclass(slots=True)
class TranslationJob:
    """One definition's translation in progress."""

    language: str = JSONPATH
    """The machine's query language; a state may have its own, the states inside it not."""
    variables: frozenset[str] = frozenset()
    """Workflow variables that only tasks assign: the data items that are statically clear."""
    annotated: Mapping[Path, tuple[str, StateAnnotation]] = field(default_factory=dict)
    """Key in the annotation file and annotation, by path of the state in the definition."""
    findings: list[Finding] = field(default_factory=list)
    annotation_findings: list[Finding] = field(default_factory=list)
    """Findings whose paths are those of the annotation file."""
    origins: dict[Path, Path] = field(default_factory=dict)

    def report(self, problem: Problem, path: Path, message: str, *, help: str = "") -> None:
        """A finding at a place of the definition."""
        self.findings.append(problem.at(path, message, help=help))


@dataclass(slots=True)
class MachineScope:
    """A machine, branch or item processor: the states that it gets besides its own."""

    names: frozenset[str]
    path: Path
    at: Path
    extra: States = field(default_factory=dict)

    def end(self, outcome: Outcome, origin: Path, job: TranslationJob) -> str:
        """The name of an end that the definition only implies, made when first needed."""
        wanted = "End" if outcome is Outcome.SUCCEEDED else "Uncaught error"
        name = self.free(wanted)
        if name not in self.extra:
            self.extra[name] = trusted(End, outcome=outcome)
            job.origins[(*self.at, "states", name)] = origin
        return name

    def free(self, wanted: str) -> str:
        """This name, or the first variant of it that no state of the definition has."""
        name, number = wanted, 2
        while name in self.names:
            name, number = f"{wanted} {number}", number + 1
        return name


@dataclass(frozen=True, slots=True)
class SourceState:
    """One state to translate."""

    name: str
    value: Fields
    path: Path
    at: Path
    language: str
    scope: MachineScope
    job: TranslationJob
    note: StateAnnotation = NOTHING
    note_path: Path = ()

    @property
    def description(self) -> str:
        """The annotation's words, else the definition's comment."""
        comment = self.value.get("Comment", "")
        own = comment if isinstance(comment, str) else ""
        return self.note.description if self.note.description is not None else own

    def says(self, problem: Problem, message: str, *where: str | int, help: str = "") -> None:
        """A finding about this state, or about one of its fields."""
        self.job.report(problem, (*self.path, *where), message, help=help)

    def notes(self, problem: Problem, message: str, *where: str | int, help: str = "") -> None:
        """A finding about this state's annotation."""
        finding = problem.at((*self.note_path, *where), message, help=help)
        self.job.annotation_findings.append(finding)

    def comes_from(self, model: Path, *origin: str | int) -> None:
        """Record that a part of the resulting state stems from a part of this one."""
        self.job.origins[(*self.at, *model)] = (*self.path, *origin)

    def made(self, kind: type[T], /, **given: Any) -> T:  # noqa: ANN401 - fields of any kind
        """A part of the model. Only what an annotation gives can still not fit, and is refused."""
        return trusted(kind, **given) if self.note is NOTHING else kind(**given)

    def next(self) -> str:
        """Where the state leads: its Next, or the scope's end."""
        if "Next" in self.value:
            self.comes_from(("next",), "Next")
            return target(self.value["Next"])
        self.comes_from(("next",), "End")
        return self.scope.end(Outcome.SUCCEEDED, (*self.path, "End"), self.job)

    def number(self, part: Fields, name: str, default: float, *where: str | int) -> float:
        """A number of this state or of a part of it; a dynamic one is ``default``, and is said."""
        value = part.get(name, default)
        if is_number(value):
            return float(value)
        message = f"{name} of {self.name!r} is only known later: taken as {default:g}"
        self.says(DYNAMIC_VALUE, message, *where, name)
        return default


Translator: TypeAlias = Callable[[SourceState], States]
"""From one state of the definition to states of the model."""


def seconds(value: float) -> int:
    """Nanoseconds from seconds."""
    return int(value * SECOND)


def target(value: object) -> str:
    """The name of a state; a CloudFormation function in its place stays visible as its text."""
    return value if isinstance(value, str) and value else repr(value)[:80]
