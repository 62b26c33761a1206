"""Every number that a result rests on, with where it comes from; what has no source says so.

A default is ours and has a source or a reason here. What a scenario or a workflow gives is
illustrative, unless the scenario's ``sources`` names where it was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Final

from wfmodel.designs.knobs import Knobs
from wfmodel.experiments.scenario import Scenario, Variant
from wfmodel.model.flow import NodeKind, build_flow
from wfmodel.model.workflow import Compensation, Task, Wait, Workflow
from wfmodel.wording.declarations import (
    arrivals_words,
    distribution_words,
    duration_words,
    fault_words,
    knob_words,
    work_words,
)

CHOICE: Final = "a choice of the team, not a measurement"

KNOBS: Final[Mapping[str, tuple[str, str]]] = {
    "persistence": ("when progress becomes durable", CHOICE),
    "commit": (
        "latency of a commit",
        "PostgreSQL synchronous commit: 0.16 ms on a fast local disk (pgbench); 1 to 5 ms on"
        " cloud disks is assumed",
    ),
    "flush_interval": ("loss window of persistence log", "swept; no published default"),
    "replay": ("replay of one unfinished instance", "assumed: one read from a local store"),
    "delivery": ("what the broker guarantees", "SQS and Kafka: at least once (documentation)"),
    "redelivery_timeout": ("redelivery time-out", "SQS visibility time-out 30 s (documentation)"),
    "redelivery_look": (
        "how often a consumer looks for lapsed messages",
        "0: the broker has a timer for each; claim loops: their own interval",
    ),
    "custody": ("what ends a dead consumer's hold on a message", CHOICE),
    "lease": (
        "how long a dead process is taken to hold its instances",
        "none: it takes its own work back at once (DBOS); Airflow: 30 s, looked at every 300 s",
    ),
    "acknowledge": ("when a message is acknowledged", CHOICE),
    "known_key": ("what follows from a repeat that is recognised", CHOICE),
    "publishing": ("how state and messages are tied", CHOICE),
    "dual_write_order": ("first operation of a dual write", CHOICE),
    "publish": ("latency of handing over a message", "assumed: one hop inside a region"),
    "relay_delay": ("outbox: from commit to publication", "0: log tailing; Debezium polls: 500 ms"),
    "deduplicate": ("repeats are recognised", CHOICE),
    "tombstones": ("an undo that finds nothing leaves word", CHOICE),
    "timeouts": ("whoever waits applies time-outs", CHOICE),
    "watchdog": ("silence after which a watchdog repeats", CHOICE),
    "correlation": ("records carry the instance's identity", CHOICE),
    "event_content": ("what an event carries", CHOICE),
}
"""Meaning of each knob, and the source of its default."""

NOT_GIVEN: Final = "no source given"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption. ``place`` is its place in the scenario file, or the workflow's state."""

    group: str
    place: str
    what: str
    value: str
    source: str
    illustrative: bool


def assumptions(scenario: Scenario, workflow: Workflow) -> tuple[Assumption, ...]:
    """Knobs, setting, faults and the workflow's own numbers, in this order."""
    return (*_knobs(scenario), *_setting(scenario), *_workflow(scenario, workflow))


def places(scenario: Scenario, workflow: Workflow) -> frozenset[str]:
    """Places that ``sources`` may name."""
    known = {each.place for each in assumptions(scenario, workflow)}
    finer = {
        f"setting.faults.{i}.{item.name}"
        for i, fault in enumerate(scenario.setting.faults)
        for item in fields(fault)
    }
    return frozenset(known | finer | {"workflow"})


def _given(scenario: Scenario, group: str, place: str, what: str, value: str) -> Assumption:
    """An assumption that the scenario or the workflow makes."""
    found = [
        text
        for key, text in scenario.sources.items()
        if place == key or key.startswith(f"{place}.") or place.startswith(f"{key}.")
    ]
    source = "; ".join(dict.fromkeys(found)) or NOT_GIVEN
    return Assumption(group, place, what, value, source, not found)


def _knobs(scenario: Scenario) -> Iterator[Assumption]:
    variants, defaults = scenario.variants_by_name(), Knobs()
    for item in fields(Knobs):
        what, source = KNOBS[item.name]
        values = {name: getattr(v.knobs, item.name) for name, v in variants.items()}
        place = f"knobs.{item.name}"
        of_runtime = None if place in scenario.sources else _of_runtimes(variants, item.name)
        if of_runtime is not None:
            text = _by_variant(values)
            source, is_given = of_runtime
            is_choice = isinstance(next(iter(values.values())), bool | Enum)
            yield Assumption("Knobs", place, what, text, source, is_given and not is_choice)
            continue
        if set(values.values()) == {getattr(defaults, item.name)}:
            only = knob_words(getattr(defaults, item.name))
            assumed = source.startswith(("assumed", "swept"))
            yield Assumption("Knobs", place, what, only, f"default; {source}", assumed)
            continue
        distinct = dict.fromkeys(values.values())
        text = _by_variant(values)
        if place in scenario.sources or not isinstance(next(iter(distinct)), bool | Enum):
            yield _given(scenario, "Knobs", place, what, text)
        else:
            yield Assumption("Knobs", place, what, text, f"scenario; {CHOICE}", illustrative=False)


def _by_variant(values: Mapping[str, object]) -> str:
    """A knob's value; each variant's, where they differ."""
    if len(set(values.values())) == 1:
        return knob_words(next(iter(values.values())))
    return "; ".join(f"{name}: {knob_words(value)}" for name, value in values.items())


def _of_runtimes(variants: Mapping[str, Variant], knob: str) -> tuple[str, bool] | None:
    """Where runtimes say what a knob is, and whether somebody gave a number for it; None if no
    variant has the value of its runtime.
    """
    said: dict[str, None] = {}
    other = given = False
    for variant in variants.values():
        runtime = variant.runtime
        values = {} if runtime is None else runtime.knob_values()
        if runtime is None or knob not in values:
            other = True
        elif getattr(Knobs(**{knob: values[knob]}), knob) != getattr(variant.knobs, knob):
            other = given = True
        else:
            pages = ", ".join(runtime.sources(knob))
            said[runtime.origins()[knob] + (f" ({pages})" if pages else "")] = None
            given = given or runtime.is_given(knob)
    if not said:
        return None
    return "; ".join((*said, *(["else the scenario's"] if other else []))), given


def _setting(scenario: Scenario) -> Iterator[Assumption]:
    setting = scenario.setting
    rows = [
        ("arrivals", "instances arrive", arrivals_words(setting.arrivals)),
        ("horizon", "arrivals and faults last", duration_words(setting.horizon)),
        ("warm_up", "not measured at first", duration_words(setting.warm_up)),
        ("convergence", "then time to recover", duration_words(setting.convergence)),
        ("network", "latency from broker to recipient", distribution_words(setting.network)),
    ]
    for name, what, value in rows:
        yield _given(scenario, "Setting", f"setting.{name}", what, value)
    for number, fault in enumerate(setting.faults):
        place = f"setting.faults.{number}"
        yield _given(scenario, "Faults", place, fault.kind.value, fault_words(fault))


def _workflow(scenario: Scenario, workflow: Workflow) -> Iterator[Assumption]:
    told = set()
    for node in build_flow(workflow, expand_copies=False).nodes:
        state, place = node.state, f"workflow.{node.name}"
        if place in told:
            continue
        told.add(place)
        if isinstance(state, Task | Compensation):
            what = node.name.replace("~undo", ", handler")
            yield _given(scenario, "Workflow", place, what, work_words(state))
        elif isinstance(state, Wait) and node.kind is NodeKind.WAIT:
            value = f"waits {distribution_words(state.duration)}"
            yield _given(scenario, "Workflow", place, node.name, value)
