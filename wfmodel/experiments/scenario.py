"""A scenario is a question put to the simulator: which variants, in what setting, how many runs.

This class is at once the Python API, the file format and the source of its JSON Schema, as
``Workflow`` is. Everything that a run depends on is in it, so a scenario and a seed reproduce it.

>>> from wfmodel.simulation import Arrivals, Setting
>>> scenario = Scenario(
...     question="Who should keep the state of an order?",
...     setting=Setting(arrivals=Arrivals(every="1s"), horizon="5m"),
... )
>>> list(scenario.variants_by_name())
['orchestration', 'choreography']

Read ``replications`` next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, PositiveFloat, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.designs.design_field import DesignField
from wfmodel.designs.knobs import Knobs
from wfmodel.designs.known_designs import DESIGNS, build, name_of
from wfmodel.designs.system import System
from wfmodel.display import Shown
from wfmodel.experiments.experiment import Experiment
from wfmodel.experiments.one_factor import Sweep
from wfmodel.model.failures import Name
from wfmodel.model.source import Path
from wfmodel.model.strict import STRICT
from wfmodel.model.workflow import Workflow
from wfmodel.simulation.setting import Setting

DECIDING: Final = ("committed", "terminal_consistency", "fault_delay", "wrong_time")
"""What decides where a scenario does not say: fulfilled, ended clean, delayed by faults, wrong."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Variant:
    """One of the systems that are compared: a design with its knobs.

    A design is named, or declared: ``{hybrid: {groups: {...}}}``. In a file, knobs that a variant
    does not give are the scenario's.
    """

    design: DesignField
    knobs: Knobs = Field(default_factory=Knobs)


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True, repr=False)
class Scenario(Shown):
    """A comparison, declared. Without ``variants`` there is one per design, all with ``knobs``.

    ``compare`` names the reference pair (first, second): differences are second minus first; by
    default the first two variants. ``primary`` names the metrics that decide the question.
    ``relevant`` is the smallest difference of a metric that matters, in its unit (see ``relevance``
    for what holds where it is not given).
    ``sources`` says where a number comes from, by its place in this file (``knobs.commit``,
    ``setting.faults.0.every``) or ``workflow``; a report flags what has none as illustrative.
    ``what_ifs`` is the number of replications of each rerun that looks for what would reverse the
    conclusion (None: as many as ``replications``; 0: no reruns). Paths are relative to the
    scenario's file.
    """

    question: Annotated[str, Field(min_length=1)]
    setting: Setting
    workflow: Annotated[str, Field(min_length=1)] | None = None
    annotations: Annotated[str, Field(min_length=1)] | None = None
    description: str = ""
    designs: Annotated[tuple[DesignField, ...], Field(min_length=1)] = DESIGNS
    knobs: Knobs = Field(default_factory=Knobs)
    variants: Mapping[Name, Variant] = Field(default_factory=dict)
    compare: tuple[Name, Name] | None = None
    relevant: Mapping[Name, PositiveFloat] = Field(default_factory=dict)
    primary: Annotated[tuple[Name, ...], Field(min_length=1)] = DECIDING
    replications: Annotated[int, Field(ge=1, le=100_000)] = 20
    seed: int = 1
    sweep: Sweep | None = None
    experiment: Experiment | None = None
    sources: Mapping[Name, str] = Field(default_factory=dict)
    what_ifs: Annotated[int, Field(ge=0, le=100_000)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _inherit_knobs(cls, data: object) -> object:
        """In a file, a variant's knobs start from the scenario's (if those are sound)."""
        if not isinstance(data, dict):
            return data
        base, variants = data.get("knobs"), data.get("variants")
        if not (isinstance(base, dict) and isinstance(variants, dict) and _sound(base)):
            return data
        return {**data, "variants": {n: _with_base(v, base) for n, v in variants.items()}}

    @model_validator(mode="after")
    def _pair(self) -> Scenario:
        names = tuple(self.variants_by_name())
        if len(set(map(name_of, self.designs))) != len(self.designs):
            raise ValueError("designs names one design twice; use variants to tell them apart")
        for name in self.compare or ():
            if name not in names:
                raise ValueError(f"compare: no variant {name!r}; there are {', '.join(names)}")
        if self.compare is not None and self.compare[0] == self.compare[1]:
            raise ValueError("compare: a variant cannot be compared with itself")
        return self

    @model_validator(mode="after")
    def _sweepable(self) -> Scenario:
        sweep = self.sweep
        if sweep is None:
            return self
        selected = [fault for fault in self.setting.faults if sweep.selects(fault)]
        if not selected:
            at = "" if sweep.target is None else f" of {sweep.target!r}"
            raise ValueError(f"sweep: the setting has no fault {sweep.fault.value!r}{at}")
        if sweep.parameter == "every" and any(fault.every is None for fault in selected):
            raise ValueError("sweep: every needs faults by rate; one of them has no every")
        return self

    def variants_by_name(self) -> dict[str, Variant]:
        """What is compared, in order."""
        if self.variants:
            return dict(self.variants)
        return {name_of(each): Variant(design=each, knobs=self.knobs) for each in self.designs}

    def design_path(self, name: str) -> Path:
        """Where in a scenario's file the design of a variant is declared."""
        if self.variants:
            return ("variants", name, "design", name_of(self.variants[name].design))
        place = [name_of(each) for each in self.designs].index(name)
        return ("designs", place, name)

    def pair(self) -> tuple[str, str] | None:
        """The reference pair (first, second); None if there is only one variant."""
        names = tuple(self.variants_by_name())
        if self.compare is not None:
            return self.compare
        return (names[0], names[1]) if len(names) > 1 else None


def system_of(workflow: Workflow, variant: Variant) -> System:
    """The system that a variant builds.

    Raises:
        ValueError: the workflow cannot run, or the design does not fit it.
    """
    return build(workflow, variant.design, variant.knobs)


def _sound(knobs: dict[object, object]) -> bool:
    """Unsound knobs are reported once, where they stand, and not again for each variant."""
    try:
        TypeAdapter(Knobs).validate_python(knobs)
    except ValidationError:
        return False
    return True


def _with_base(variant: object, base: dict[object, object]) -> object:
    if not isinstance(variant, dict) or not isinstance(variant.get("knobs", {}), dict):
        return variant
    return {**variant, "knobs": {**base, **variant.get("knobs", {})}}
