"""What rules over a scenario know: its workflow, its variants, and where a knob is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.designs.knobs import Knobs
from wfmodel.designs.known_designs import name_of
from wfmodel.designs.system import System
from wfmodel.experiments.scenario import Scenario, system_of
from wfmodel.model.distributions import Distribution
from wfmodel.model.flow import Flow, build_flow
from wfmodel.model.source import Path
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import Compensation, Task, Workflow

RARE: Final = 1e-9
"""Probability of what is not counted with: quantiles are defined inside (0, 1)."""


class Candidate(NamedTuple):
    """A variant, and the system that it builds."""

    name: str
    design: str
    knobs: Knobs
    system: System


class StepWork(NamedTuple):
    """A step or handler, and who does it."""

    name: str
    service: str
    state: Task | Compensation


@dataclass(frozen=True)
class ScenarioContext:
    """A scenario under check. ``written``: the mapping of its file, or of its own making."""

    scenario: Scenario
    workflow: Workflow
    written: object

    @cached_property
    def flow(self) -> Flow:
        """The workflow's flow, copies expanded as in runs."""
        return build_flow(self.workflow)

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The variants, in order."""
        return tuple(
            Candidate(name, name_of(each.design), each.knobs, system_of(self.workflow, each))
            for name, each in self.scenario.variants_by_name().items()
        )

    @cached_property
    def work(self) -> tuple[StepWork, ...]:
        """Steps and handlers, each once."""
        found = {
            node.name: StepWork(node.name, node.service, node.state)
            for node in self.flow.nodes
            if node.service is not None and isinstance(node.state, Task | Compensation)
        }
        return tuple(found.values())

    def is_written(self, path: Path) -> bool:
        """Whether the file has a value there."""
        here = self.written
        for part in path:
            if not isinstance(here, dict) or part not in here:
                return False
            here = here[part]
        return True

    def place(self, candidate: Candidate, *knobs: str) -> Path:
        """Where the first of these knobs that is written for a variant is written, else where its
        runtime is.
        """
        for base in (("variants", candidate.name, "knobs"), ("knobs",)):
            for knob in knobs:
                if self.is_written((*base, knob)):
                    return (*base, knob)
        for runtime in (("variants", candidate.name, "runtime"), ("runtime",)):
            if self.is_written(runtime):
                return runtime
        return ("variants", candidate.name) if self.scenario.variants else ()

    def varies(self, key: str) -> bool:
        """Whether a factor of an experiment puts values under this key that are not written."""
        experiment = self.scenario.experiment
        factors = () if experiment is None else tuple(experiment.factors.values())
        return any(key in each.parts for each in factors)

    def written_knobs(self, knob: str) -> Iterator[tuple[Path, tuple[Candidate, ...]]]:
        """Where a knob is written, and the variants for which it is written there; none where an
        experiment varies knobs.
        """
        if self.varies("knobs"):
            return
        places: dict[Path, list[Candidate]] = {}
        for each in self.candidates:
            path = self.place(each, knob)
            if path[-2:] == ("knobs", knob):
                places.setdefault(path, []).append(each)
        for path, group in places.items():
            yield path, tuple(group)

    def strikes(self, candidate: Candidate, service: str, *kinds: FaultKind) -> bool:
        """Whether a fault of these kinds can strike a participant."""
        return any(
            fault.kind in kinds and fault.probability > 0 and service in struck(fault, candidate)
            for fault in self.scenario.setting.faults
        )

    def faults(self) -> Iterator[tuple[Path, Fault]]:
        """Every fault, and where it is declared; not those whose strength is varied."""
        sweep = self.scenario.sweep
        if self.varies("faults"):
            return
        for number, fault in enumerate(self.scenario.setting.faults):
            if sweep is None or sweep.parameter == "every" or not sweep.selects(fault):
                yield ("setting", "faults", number), fault

    @property
    def end(self) -> int:
        """When the last run has ended, in nanoseconds."""
        return self.scenario.setting.horizon + self.scenario.setting.convergence


def struck(fault: Fault, candidate: Candidate) -> tuple[str, ...]:
    """The participants of a variant that a fault strikes."""
    return fault.targets(candidate.system.participants, candidate.system.services)


def takes_no_time(duration: Distribution) -> bool:
    """Whether nothing but zero is ever drawn."""
    return duration.quantile(1 - RARE) == 0


def slow(work: StepWork, limit: int) -> str:
    """How an attempt can outlast a limit (nanoseconds), in words; empty if that is rare (1 %)."""
    duration = work.state.duration
    for share, words in ((0.5, "every second attempt"), (0.99, "one attempt in a hundred")):
        if duration.quantile(share) > limit:
            always = duration.quantile(RARE) > limit
            said = "every attempt" if always else words
            return f"{said} at {work.name!r} takes longer than {format_duration(limit)}"
    return ""


def first_few(names: list[str], most: int = 3) -> str:
    """Names in quotes, the first of them."""
    shown = ", ".join(map(repr, names[:most]))
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
