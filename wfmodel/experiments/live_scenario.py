"""A scenario whose numbers are turned by hand and that answers at once, with one run per variant.

A dial multiplies a number of the scenario or the workflow: rates and lengths of faults, time-outs,
arrivals, capacities, replicas. The draws stay the same, so an answer changes for the dial alone.
Plain Python; a notebook's widget only shows it.

>>> from wfmodel.experiments import load_scenario
>>> loaded = load_scenario("models/order-fulfilment/scenario.yaml")
>>> live = LiveScenario(loaded.scenario, loaded.workflow)
>>> [dial.title for dial in live.dials][:2]
['time between arrivals', 'time between two crashes of *']
>>> before = live.answer()
>>> live.turn(1, 0.25)
>>> live.answer().of("orchestration").values["committed"] <= before.of("orchestration").values[
...     "committed"
... ]
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter, ValidationError

from wfmodel.designs.faults import ALL_PARTICIPANTS, ALL_SERVICES, FACTS, Fault
from wfmodel.designs.knob_registry import DIALS, KNOBS
from wfmodel.designs.knobs import MOST_REPLICAS, Knobs
from wfmodel.experiments.experiment import Factor
from wfmodel.experiments.factorial.factors import FactorError, Setup, applied
from wfmodel.experiments.run_spec import Runner, RunSpec
from wfmodel.experiments.scenario import Scenario, system_of
from wfmodel.experiments.walkthrough import InstanceWalk, walk_of
from wfmodel.model.spelling import hint
from wfmodel.model.strict import first_refusal
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import Workflow
from wfmodel.wording.declarations import duration_words

RANGE: Final = 16.0
"""A dial goes from a sixteenth of what stands there to sixteen times as much."""
_REPLICAS: Final = ("knobs", "replicas")


@dataclass(frozen=True, slots=True)
class Dial:
    """A number that can be turned. ``stands``: what it is at 1, in words; ``most``: its limit.

    ``count``: of something that is counted, how many there are at 1; it goes down to one.
    """

    path: tuple[str, ...]
    title: str
    stands: str
    most: float = RANGE
    count: int | None = None


@dataclass(frozen=True)
class VariantNow:
    """What one run gave: values by metric, how many instances, and how they ended."""

    name: str
    instances: int
    values: Mapping[str, float]
    endings: Mapping[str, int]


@dataclass(frozen=True)
class LiveAnswer:
    """One run of each variant."""

    variants: tuple[VariantNow, ...]

    def of(self, name: str) -> VariantNow:
        """That of one variant.

        Raises:
            KeyError: there is no such variant.
        """
        return {each.name: each for each in self.variants}[name]


class LiveScenario:
    """What is turned, struck and asked.

    Raises:
        ValueError: the workflow cannot run, or a design does not fit it.
    """

    def __init__(self, scenario: Scenario, workflow: Workflow, *, replication: int = 0) -> None:
        scenario = replace(scenario, sweep=None, experiment=None)  # of faults that may go
        self._given = Setup(scenario, workflow)
        self._replication = replication
        self._multiples: dict[int, float] = {}
        self._struck: tuple[Fault, ...] = ()
        self._runner = Runner(workflow)
        self._setup = self._given
        systems = [system_of(workflow, each) for each in scenario.variants_by_name().values()]
        names = dict.fromkeys(name for system in systems for name in system.participants)
        services = {name for system in systems for name in system.services}
        coordinators = tuple(name for name in names if name not in services)
        self.dials: tuple[Dial, ...] = (
            *_dials(self._given),
            *_of_replicas(self._given, coordinators),
        )
        self.targets: tuple[str, ...] = tuple(names)
        """Participants that a fault can strike."""

    @property
    def scenario(self) -> Scenario:
        """The scenario as it stands now."""
        return self._setup.scenario

    @property
    def workflow(self) -> Workflow:
        """The workflow as it stands now."""
        return self._setup.workflow

    def turn(self, dial: int, multiple: float) -> None:
        """Set a dial, by its place, to so many times what the scenario says.

        Raises:
            ValueError: the multiple is beyond the dial's range, or not possible there.
        """
        known = self.dials[dial]
        if not 1 / RANGE <= multiple <= known.most:
            raise ValueError(
                f"{known.title}: a multiple from {1 / RANGE:g} to {known.most:g}; got {multiple:g}"
            )
        before = dict(self._multiples)
        self._multiples[dial] = multiple
        try:
            self._apply()
        except FactorError:
            self._multiples = before
            raise

    def strike(self, kind: str, target: str, at: str, lasts: str = "10s", **more: object) -> None:
        """Inject a fault: its kind, whom, when and for how long; ``more`` as in a scenario's file.

        Raises:
            ValueError: there is no such target, or such a fault is not possible.
        """
        if target not in (*self.targets, "*", "services"):
            instead = hint(target, self.targets) or f"; there are {', '.join(self.targets)}"
            raise ValueError(f"no participant {target!r}{instead}")
        given = {"kind": kind, "target": target, "at": [at], "lasts": lasts} | more
        try:
            fault = TypeAdapter(Fault).validate_python(given)
        except ValidationError as error:
            place, why, there = first_refusal(error)
            raise ValueError(f"{place or 'fault'}: {why}; got {there!r}") from None
        self._struck = (*self._struck, fault)
        self._apply()

    def reset(self) -> None:
        """Everything as the scenario says: dials at 1, no fault injected."""
        self._multiples, self._struck = {}, ()
        self._apply()

    def _apply(self) -> None:
        setup = self._given
        for place, multiple in sorted(self._multiples.items()):
            if multiple != 1:
                setup = _turned(setup, self.dials[place].path, multiple)
        if self._struck:
            setting = setup.scenario.setting
            setting = replace(setting, faults=(*setting.faults, *self._struck))
            setup = Setup(replace(setup.scenario, setting=setting), setup.workflow)
        if setup.workflow != self._setup.workflow:
            self._runner = Runner(setup.workflow)
        self._setup = setup

    def answer(self) -> LiveAnswer:
        """Run every variant once as everything stands now."""
        found = []
        for name, cell in self._cells():
            seen = self._runner.observation(cell)
            found.append(VariantNow(name, seen.instances, seen.values, seen.endings))
        return LiveAnswer(tuple(found))

    def walks(self, instance: int) -> dict[str, InstanceWalk]:
        """One instance in each variant, step by step.

        Raises:
            KeyError: no such instance arrived.
        """
        return {name: walk_of(self._runner.history(cell), instance) for name, cell in self._cells()}

    def _cells(self) -> Iterator[tuple[str, RunSpec]]:
        scenario, number = self._setup.scenario, self._replication
        for name, variant in scenario.variants_by_name().items():
            cell = RunSpec(variant, scenario.setting, scenario.seed, number, terms=scenario.terms)
            yield name, cell


def _turned(setup: Setup, path: tuple[str, ...], multiple: float) -> Setup:
    if path[:2] == _REPLICAS:
        return _with_replicas(setup, path[2], multiple)
    return applied(setup, Factor(path=path, levels=(multiple, 1.0), times=True), multiple)


def _with_replicas(setup: Setup, group: str, multiple: float) -> Setup:
    """The setup with so many times as many replicas; a variant that can have none stays."""

    def more(knobs: Knobs) -> Knobs:
        if not knobs.can_have_replicas:
            return knobs
        count = max(1, round(_replicas(knobs, group) * multiple))
        return replace(knobs, replicas={**knobs.replicas, group: count})

    scenario = setup.scenario
    variants = {
        name: replace(each, knobs=more(each.knobs)) for name, each in scenario.variants.items()
    }
    scenario = replace(scenario, knobs=more(scenario.knobs), variants=variants)
    return Setup(scenario, setup.workflow)


def _replicas(knobs: Knobs, group: str) -> int:
    """How many replicas each of a group has; ``group`` is a service or stands for all of them."""
    return knobs.replicas_of(group, (group,))


def _dials(setup: Setup) -> Iterator[Dial]:
    setting = setup.scenario.setting
    if setting.arrivals.every is not None:
        words = duration_words(round(setting.arrivals.every.mean_ns()))
        yield Dial(("setting", "arrivals", "every"), "time between arrivals", words)
    for place, fault in enumerate(setting.faults):
        yield from _of_fault(place, fault)
    knobs, variants = setup.scenario.knobs, setup.scenario.variants_by_name().values()
    for name, title in DIALS:
        value = getattr(knobs, name)
        ns = value.mean_ns() if hasattr(value, "mean_ns") else value
        if ns and any(not KNOBS[name].idle(each.knobs) for each in variants):
            yield Dial(("knobs", name), title, duration_words(round(ns)))
    if setup.workflow.timeout is not None:
        words = format_duration(setup.workflow.timeout)
        yield Dial(("workflow", "timeout"), "time-out of the whole", words)
    for name, state in setup.workflow.states.items():
        timeout = getattr(state, "timeout", None)
        if timeout:
            words = format_duration(timeout)
            yield Dial(("workflow", "states", name, "timeout"), f"time-out of {name}", words)
    for name, service in setup.workflow.services.items():
        if service.capacity:
            path = ("workflow", "services", name, "capacity")
            yield Dial(path, f"workers of {name}", str(service.capacity))


def _of_replicas(setup: Setup, coordinators: tuple[str, ...]) -> Iterator[Dial]:
    """Of every coordinator, of the services together, and of those that the scenario names."""
    variants = setup.scenario.variants_by_name().values()
    shared = [each.knobs for each in variants if each.knobs.can_have_replicas]
    written = dict.fromkeys(group for knobs in shared for group in knobs.replicas)
    written.pop(ALL_PARTICIPANTS, None)  # they are all there
    for group in dict.fromkeys((*coordinators, ALL_SERVICES, *written) if shared else ()):
        count = max(_replicas(knobs, group) for knobs in shared)
        title = f"replicas of {'each service' if group == ALL_SERVICES else group}"
        most = min(RANGE, MOST_REPLICAS / count)
        yield Dial((*_REPLICAS, group), title, str(count), most, count)


def _of_fault(place: int, fault: Fault) -> Iterator[Dial]:
    path = ("setting", "faults", str(place))
    what = f"{FACTS[fault.kind].plural} of {', '.join(fault.whom)}"
    if fault.every is not None:
        words = duration_words(round(fault.every.mean_ns()))
        yield Dial((*path, "every"), f"time between two {what}", words)
    if fault.lasts.mean_ns():
        words = duration_words(round(fault.lasts.mean_ns()))
        yield Dial((*path, "lasts"), f"length of {what}", words)
    if 0 < fault.probability < 1:
        most = min(RANGE, 1 / fault.probability)
        yield Dial((*path, "probability"), f"share of {what}", f"{fault.probability:.3%}", most)
