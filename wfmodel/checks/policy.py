"""Which findings count, and how much: what a configuration and the command line say, in one place.

All rules always run; what is found is then chosen from. So a cached answer serves every
configuration, and a suppression is never called unused because its rule was not selected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeVar

from pydantic import BeforeValidator, Field

from wfmodel.checks.resolved_finding import Reported
from wfmodel.model.findings import Severity
from wfmodel.model.spelling import hint
from wfmodel.model.strict import STRICT
from wfmodel.model.wildcards import path_pattern

if TYPE_CHECKING:
    from wfmodel.checks.rule import Described

Level = Literal["error", "warning", "info", "off"]
Entry = TypeVar("Entry", bound="Described")
EventsCarry = Literal["carry-state", "thin"]
"""What events of a derived choreography carry, as ``designs.EventContent`` has it."""

RANK: Mapping[Severity, int] = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}

NOTHING_READ = frozenset(f"L{number}" for number in range(101, 110))
"""Nothing of the file was read, and so nothing of it was checked (exit code 2)."""

FAULT = "L199"
"""wfmodel itself failed at the file (exit code 3)."""

CANNOT_BE_IGNORED = NOTHING_READ | {FAULT} | {"U103", "U104"}
"""There was nothing to check, or a suppression that does not say what it means."""

OPT_IN = frozenset({"S128"})
"""Rules for those who have decided so: they count only where they are asked for, by selection or by
a severity. Known here, so that an answer of the cache is shown without importing any rule."""

_SHAPE = frozenset({"L110", "L111", "L112", "L113"})
"""Why there is no workflow for rules to look at: a selection of rules does not hide it."""


def with_dashes(value: object) -> object:
    """TOML's usual ``per-path`` and Python's ``per_path`` are one key."""
    if not isinstance(value, Mapping):
        return value
    return {str(key).replace("-", "_"): inner for key, inner in value.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSettings:
    """What holds for some files only. ``path`` is a pattern (``**`` crosses folders)."""

    __pydantic_config__: ClassVar = STRICT
    path: Annotated[str, Field(min_length=1)]
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Level] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A configuration: ``[tool.wfmodel]`` of pyproject.toml, or ``wfmodel.toml``.

    Whoever reads a file validates it as this class; most runs read none, and need no validator.
    """

    __pydantic_config__: ClassVar = STRICT
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    level: Severity | None = None
    severity: Mapping[str, Level] = field(default_factory=dict)
    per_path: tuple[Annotated[PathSettings, BeforeValidator(with_dashes)], ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: str | None = None
    choreography: EventsCarry | None = None
    cache_dir: str | None = None
    """Read, so that who has it is told, and not followed."""
    include: tuple[str, ...] = ()
    relative_to: str | None = None
    gitignore: bool | None = None
    fail_on_unread: bool | None = None
    fail_on_empty: bool | None = None
    max_steps: Annotated[int, Field(ge=1)] | None = None
    max_seconds: Annotated[float, Field(gt=0, le=86_400)] | None = None


@dataclass(frozen=True)
class Catalogue:
    """Every code that a finding can have; collected when somebody asks for one."""

    collect: Callable[[], tuple[Described, ...]]

    @cached_property
    def entries(self) -> tuple[Described, ...]:
        """All of them."""
        return self.collect()

    def find(self, name: str) -> Described:
        """The entry of a code or name, in any case.

        Raises:
            ValueError: there is none.
        """
        return entry_named(self.entries, name)

    def codes(self, names: Iterable[str]) -> frozenset[str]:
        """Codes of names, codes, and letters of families.

        Raises:
            ValueError: one of them does not exist.
        """
        found: set[str] = set()
        for name in names:
            letter = name.strip().upper()
            family = {entry.code for entry in self.entries if entry.code[0] == letter}
            found |= family or {self.find(name).code}
        return frozenset(found)


def entry_named(entries: Sequence[Entry], name: str) -> Entry:
    """The entry of a code or name, in any case.

    Raises:
        ValueError: there is none.
    """
    wanted = name.strip().casefold()
    for entry in entries:
        if wanted in (entry.code.casefold(), entry.name):
            return entry
    known = (text for entry in entries for text in (entry.name, entry.code))
    raise ValueError(f"there is no rule {name!r}{hint(wanted, known)}")


@dataclass(frozen=True)
class Policy:
    """Settings with names turned into codes."""

    selected: frozenset[str]
    """Only these; empty: all."""
    asked_for: frozenset[str]
    """Shown whatever their severity."""
    ignored: frozenset[str]
    level: Severity
    severity: Mapping[str, Level]
    per_path: tuple[tuple[str, frozenset[str], Mapping[str, Level]], ...]

    @classmethod
    def of(cls, settings: Settings, catalogue: Catalogue) -> Policy:
        """The policy of a configuration.

        Raises:
            ValueError: it names a rule that does not exist.
        """
        return cls(
            catalogue.codes(settings.select),
            catalogue.codes((*settings.select, *settings.extend_select)),
            catalogue.codes(settings.ignore),
            settings.level or Severity.WARNING,
            _by_code(settings.severity, catalogue),
            tuple(
                (each.path, catalogue.codes(each.ignore), _by_code(each.severity, catalogue))
                for each in settings.per_path
            ),
        )

    def apply(self, file: str, findings: Sequence[Reported]) -> tuple[list[Reported], int]:
        """Findings that are shown, and how many are only hidden by the level."""
        ignored, severity = set(self.ignored), dict(self.severity)
        for pattern, dropped, levels in self.per_path:
            if matches(file, pattern):
                ignored |= dropped
                severity |= levels
        shown, hidden = [], 0
        for finding in findings:
            fixed = finding.code in CANNOT_BE_IGNORED  # a note would be as good as nothing
            level = None if fixed else severity.get(finding.code)
            if not self._wanted(finding.code, ignored, level):
                continue
            kept = finding if level is None else finding.at_severity(Severity(level))
            if finding.code in self.asked_for or RANK[kept.severity] >= RANK[self.level]:
                shown.append(kept)
            else:
                hidden += 1
        return shown, hidden

    def _wanted(self, code: str, ignored: set[str], level: Level | None) -> bool:
        if code in CANNOT_BE_IGNORED:
            return True
        asked = code in self.asked_for or level is not None or code in _SHAPE
        chosen = asked or not (self.selected or code in OPT_IN)
        return chosen and code not in ignored and level != "off"


def _by_code(levels: Mapping[str, Level], catalogue: Catalogue) -> dict[str, Level]:
    return {code: level for name, level in levels.items() for code in catalogue.codes((name,))}


def matches(file: str, pattern: str) -> bool:
    """Whether a file's path, or its end, matches a pattern; ``legacy/`` means all below it."""
    path = PurePath(file).as_posix().removeprefix("./")
    pattern = pattern.removeprefix("./")
    whole = pattern.rstrip("/") + "/**" if pattern.endswith("/") else pattern
    return path_pattern(whole).search(path)
