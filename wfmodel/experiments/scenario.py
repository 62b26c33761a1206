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

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from pydantic import Field, PositiveFloat, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import ArgsKwargs

from wfmodel.designs.design_field import DesignField
from wfmodel.designs.knobs import Knobs
from wfmodel.designs.known_designs import DESIGNS, build, name_of
from wfmodel.designs.system import System
from wfmodel.display import Shown
from wfmodel.experiments.experiment import Experiment
from wfmodel.experiments.one_factor import Sweep
from wfmodel.metrics.isolation import SharedData
from wfmodel.metrics.terms import Prices, Promise, Terms
from wfmodel.model.failures import Name
from wfmodel.model.source import Path
from wfmodel.model.strict import STRICT
from wfmodel.model.workflow import Workflow
from wfmodel.runtimes import Runtime, RuntimeField
from wfmodel.runtimes.runtime import read_runtime
from wfmodel.simulation.setting import Setting

DECIDING: Final = ("committed", "terminal_consistency", "fault_delay", "wrong_time")
"""What decides where a scenario does not say: fulfilled, ended clean, delayed by faults, wrong."""


PromiseName = Annotated[str, Field(pattern=r"^[a-zA-Z][a-zA-Z0-9_-]{0,59}$")]


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Variant:
    """One of the systems that are compared: a design with its knobs.

    A design is named, or declared: ``{hybrid: {groups: {...}}}``. In a file, knobs that a variant
    does not give are the scenario's, else those of its ``runtime``, else those of the scenario's.
    """

    design: DesignField
    runtime: RuntimeField | None = None
    knobs: Knobs = Field(default_factory=Knobs)

    @model_validator(mode="before")
    @classmethod
    def _on_runtime(cls, data: object) -> object:
        return _changed(data, _on_runtime)


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True, repr=False)
class Scenario(Shown):
    """A comparison, declared. Without ``variants`` there is one per design, all with ``knobs``.

    ``compare`` names the reference pair (first, second): differences are second minus first; by
    default the first two variants. ``primary`` names the metrics that decide the question.
    ``relevant`` is the smallest difference of a metric that matters, in its unit (see ``relevance``
    for what holds where it is not given).
    ``prices`` give the metrics ``cost`` and ``cost_per_failure``, each of ``promises`` the metric
    ``promise.NAME``, each of ``shared`` three metrics ``shared.NAME.…``; they may be primary, and
    are shown in any case.
    ``sources`` says where a number comes from, by its place in this file (``knobs.commit``,
    ``setting.faults.0.every``) or ``workflow``; a report flags what has none as illustrative.
    ``runtime`` names an engine, whose parameters give the knobs that ``knobs`` does not; in Python,
    ``knobs`` is then a mapping, too.
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
    runtime: RuntimeField | None = None
    knobs: Knobs = Field(default_factory=Knobs)
    variants: Mapping[Name, Variant] = Field(default_factory=dict)
    compare: tuple[Name, Name] | None = None
    relevant: Mapping[Name, PositiveFloat] = Field(default_factory=dict)
    prices: Prices | None = None
    promises: Mapping[PromiseName, Promise] = Field(default_factory=dict)
    shared: Mapping[PromiseName, SharedData] = Field(default_factory=dict)
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
        """Knobs start from the runtime's, and in a file a variant's from the scenario's."""
        return _changed(data, _inherited)

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

    @property
    def terms(self) -> Terms:
        """Prices, promises and shared data."""
        return Terms(self.prices, tuple(self.promises.items()), tuple(self.shared.items()))

    def variants_by_name(self) -> dict[str, Variant]:
        """What is compared, in order."""
        if self.variants:
            return dict(self.variants)
        return {
            name_of(each): Variant(design=each, runtime=self.runtime, knobs=self.knobs)
            for each in self.designs
        }

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


def _changed(data: object, change: Callable[[dict[str, object]], dict[str, object]]) -> object:
    """What a class is made of, from a file or by a call, with the keys of ``change`` in place."""
    if isinstance(data, ArgsKwargs):
        given = dict(data.kwargs or {})
        return ArgsKwargs(data.args, {**given, **change(given)})
    return {**data, **change(data)} if isinstance(data, dict) else data


def _on_runtime(data: dict[str, object]) -> dict[str, object]:
    """Knobs that are given, on top of the runtime's.

    Raises:
        ValueError: knobs are all decided already, and the runtime would change nothing.
    """
    runtime, knobs = data.get("runtime"), data.get("knobs", {})
    named = _runtime(runtime)
    if named is None or (isinstance(runtime, Runtime) and not isinstance(knobs, dict)):
        return {}
    if not isinstance(knobs, dict):
        made = f"Knobs(**Runtime({named.name!r}).knob_values())"
        raise ValueError(f"runtime beside Knobs changes nothing: give a mapping, or {made}")
    return {"knobs": {**named.knob_values(), **knobs}}


def _inherited(data: dict[str, object]) -> dict[str, object]:
    """Knobs on top of the runtime's; in variants, what they do not give themselves."""
    found, knobs, variants = _on_runtime(data), data.get("knobs", {}), data.get("variants")
    if not (isinstance(knobs, dict) and isinstance(variants, dict)):
        return found
    if not _sound(found.get("knobs", knobs)):
        return found
    runtime = _runtime(data.get("runtime"))
    each = {name: _with_base(variant, runtime, knobs) for name, variant in variants.items()}
    return {**found, "variants": each}


def _runtime(value: object) -> Runtime | None:
    """A runtime, if it is a sound one; what is wrong with another is said where it stands."""
    try:
        return None if value is None else read_runtime(value)
    except ValueError:
        return None


def _sound(knobs: object) -> bool:
    """Unsound knobs are reported once, where they stand, and not again for each variant."""
    try:
        TypeAdapter(Knobs).validate_python(knobs)
    except ValidationError:
        return False
    return True


def _with_base(variant: object, runtime: Runtime | None, base: dict[str, object]) -> object:
    if not isinstance(variant, dict) or not isinstance(variant.get("knobs", {}), dict):
        return variant
    own = {"runtime": runtime, **variant}
    return {**own, "knobs": {**base, **variant.get("knobs", {})}}
