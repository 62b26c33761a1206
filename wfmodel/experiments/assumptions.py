"""Every number that a result rests on, with where it comes from; what has no source says so.

A default is ours and has a source or a reason here. What a scenario or a workflow gives is
illustrative, unless the scenario's ``sources`` names where it was found.

>>> from wfmodel.importers import load_any
>>> from wfmodel.simulation import Arrivals, Setting
>>> order = load_any("models/order-fulfilment/workflow.yaml").workflow
>>> setting = Setting(arrivals=Arrivals(every="1s"), horizon="10s")
>>> listed = assumptions(Scenario(question="Who?", setting=setting), order)
>>> found = {each.place: each for each in listed}
>>> found["workflow.services.payment.capacity"].value, found["setting.warm_up"].declared
('20', False)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import Final, NamedTuple

from wfmodel.designs.knobs import Knobs
from wfmodel.experiments.relevance import default_words
from wfmodel.experiments.scenario import Scenario, Variant
from wfmodel.experiments.workflow_numbers import workflow_numbers
from wfmodel.metrics.instance_paths import Monitor
from wfmodel.metrics.terms import Prices
from wfmodel.model.source import Document, Path
from wfmodel.model.workflow import Workflow
from wfmodel.simulation import Setting
from wfmodel.wording.declarations import (
    arrivals_words,
    distribution_words,
    duration_words,
    fault_words,
    knob_words,
)
from wfmodel.wording.figures import SPACE, number, significant

CHOICE: Final = "a choice of the team, not a measurement"

KNOBS: Final[Mapping[str, tuple[str, str]]] = {
    "persistence": ("when progress becomes durable", CHOICE),
    "commit": (
        "latency of a commit",
        "PostgreSQL synchronous commit: 0.16 ms on a fast local disk (pgbench); 1 to 5 ms on"
        " cloud disks is assumed",
    ),
    "max_deliveries": ("after how many deliveries a message is set aside", CHOICE),
    "order": ("in which order messages about one instance reach a participant", CHOICE),
    "partitions": (
        "how many lines of messages the instances share",
        "none: a line for each instance; Kafka: as many as the topic has partitions",
    ),
    "connections": ("how many commits a process has under way at once", CHOICE),
    "flush_interval": ("loss window of persistence log", "swept; no published default"),
    "replay": ("replay of one unfinished instance", "assumed: one read from a local store"),
    "delivery": ("what the broker guarantees", "SQS and Kafka: at least once (documentation)"),
    "redelivery_timeout": ("redelivery time-out", "SQS visibility time-out 30 s (documentation)"),
    "redelivery_look": (
        "how often a consumer looks for lapsed messages",
        "0: the broker has a timer for each; claim loops: their own interval",
    ),
    "poll": ("how often who asks for messages", "none: they are handed over at once (push)"),
    "heartbeat": (
        "how a worker's death is noticed that nobody saw",
        "none: it is not; Airflow: a heartbeat every 5 s, missing for 300 s, looked at every 10 s",
    ),
    "handling": (
        "how long the broker is busy with a delivery",
        "0: it has room for all; a RabbitMQ quorum queue takes some 20,000 a second",
    ),
    "custody": ("what ends a dead consumer's hold on a message", CHOICE),
    "lease": (
        "how long a dead process is taken to hold its instances",
        "none: it takes its own work back at once (DBOS); Airflow: 30 s, looked at every 300 s",
    ),
    "replicas": ("how many processes play each participant", CHOICE),
    "fenced": ("whether a store refuses a replica that was taken for dead", CHOICE),
    "acknowledge": ("when a message is acknowledged", CHOICE),
    "known_key": ("what follows from a repeat that is recognised", CHOICE),
    "publishing": ("how state and messages are tied", CHOICE),
    "dual_write_order": ("first operation of a dual write", CHOICE),
    "publish": ("latency of handing over a message", "assumed: one hop inside a region"),
    "relay_delay": ("outbox: from commit to publication", "0: log tailing; Debezium polls: 500 ms"),
    "deduplicate": ("repeats are recognised", CHOICE),
    "tombstones": ("an undo that finds nothing leaves word", CHOICE),
    "timeouts": ("whoever waits applies time-outs", CHOICE),
    "recovery": ("what a step does about a failure that may be mended", CHOICE),
    "unhandled": ("what becomes of a failure that no state handles", CHOICE),
    "interrupted": ("what becomes of work that a crash interrupts", CHOICE),
    "early": ("what becomes of an event that comes before it is waited for", CHOICE),
    "watchdog": ("silence after which a watchdog repeats", CHOICE),
    "correlation": ("records carry the instance's identity", CHOICE),
    "event_content": ("what an event carries", CHOICE),
}
"""Meaning of each knob, and the source of its default."""

SETTING: Final[Mapping[str, str]] = {
    "warm_up": "everything is measured; the answer says if the start is not over",
    "convergence": "assumed: longer than any time-out of the defaults",
    "faults_until": "they stop, so that what recovers can be seen",
    "network": "assumed: one hop inside a region",
}
"""The reason of each default of the setting."""

PRICED: Final[Mapping[str, str]] = {
    "message": "a message",
    "store_write": "a durable write",
    "worker_second": "a worker's second",
    "instance": "each instance besides",
    "undone": "an instance that ends undone",
    "half_done": "an instance that ends half done or is lost",
}
"""What each price is for."""

AIRFLOW: Final = "Airflow 3 scheduler: scheduler_heartbeat_sec, scheduler_health_check_threshold"
NOT_GIVEN: Final = "no source given"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption. ``place`` is its place in the scenario, or ``workflow`` and its place there.
    ``at``: file, line and column, if the file is at hand and gives it. ``declared``: it stands in
    the file or is another value than holds where nothing is said.
    """

    group: str
    place: str
    what: str
    value: str
    source: str
    illustrative: bool
    declared: bool = True
    at: str = ""


class Documents(NamedTuple):
    """The files that a scenario and its workflow were read from."""

    scenario: Document | None = None
    workflow: Document | None = None


def assumptions(
    scenario: Scenario, workflow: Workflow, documents: Documents | None = None
) -> tuple[Assumption, ...]:
    """Knobs, setting, faults, what is counted as enough, and the workflow's own numbers."""
    mine, its = documents or Documents()
    return (
        *_knobs(scenario, mine),
        *_setting(scenario, mine),
        *_measuring(scenario, mine),
        *_terms(scenario, mine),
        *_workflow(scenario, workflow, its),
    )


def places(scenario: Scenario, workflow: Workflow) -> frozenset[str]:
    """Places that ``sources`` may name."""
    known = {each.place for each in assumptions(scenario, workflow)}
    wider = {number.state for number in workflow_numbers(workflow)}
    finer = {
        f"setting.faults.{i}.{item.name}"
        for i, fault in enumerate(scenario.setting.faults)
        for item in fields(fault)
    }
    return frozenset(known | wider | finer | {"workflow"})


def summary(listed: Sequence[Assumption]) -> str:
    """How many, how many of them are defaults, and how many have no source."""
    bare = sum(each.illustrative for each in listed)
    defaults = sum(not each.declared for each in listed)
    return (
        f"It rests on {len(listed)} assumptions: {len(listed) - defaults} declared,"
        f" {defaults} defaults; {bare} have no source."
    )


def _given(
    scenario: Scenario, group: str, place: str, what: str, value: str, at: str = ""
) -> Assumption:
    """An assumption that the scenario or the workflow makes."""
    found = [
        text
        for key, text in scenario.sources.items()
        if place == key or key.startswith(f"{place}.") or place.startswith(f"{key}.")
    ]
    source = "; ".join(dict.fromkeys(found)) or NOT_GIVEN
    return Assumption(group, place, what, value, source, not found, at=at)


def _default(group: str, place: str, what: str, value: str, why: str, at: str = "") -> Assumption:
    assumed, declared = why.startswith(("assumed", "swept")), bool(at)
    source = f"as the default; {why}" if declared else f"default; {why}"
    return Assumption(group, place, what, value, source, assumed, declared, at)


def _place(document: Document | None, *paths: Path) -> str:
    """Where the first of these paths that the document has stands in it."""
    for path in paths:
        if document is not None and _holds(document.value, document.original(path)):
            return str(document.point_at(path))
    return ""


def _holds(value: object, path: Path) -> bool:
    for part in path:
        try:
            value = value[part]  # type: ignore[index]
        except (LookupError, TypeError):
            return False
    return bool(path)


def _knobs(scenario: Scenario, document: Document | None) -> Iterator[Assumption]:
    variants, defaults = scenario.variants_by_name(), Knobs()
    for item in fields(Knobs):
        what, source = KNOBS[item.name]
        values = {name: getattr(v.knobs, item.name) for name, v in variants.items()}
        place = f"knobs.{item.name}"
        own = (("variants", name, "knobs", item.name) for name in scenario.variants)
        at = _place(document, ("knobs", item.name), *own)
        words = {name: knob_words(item.name, value) for name, value in values.items()}
        distinct = list(dict.fromkeys(words.values()))
        text = distinct[0]
        if len(distinct) > 1:
            text = "; ".join(f"{name}: {each}" for name, each in words.items())
        is_choice = isinstance(next(iter(values.values())), bool | Enum)
        of_runtime = None if place in scenario.sources else _of_runtimes(variants, item.name)
        if of_runtime is not None:
            source, is_given = of_runtime
            flagged = is_given and not is_choice
            yield Assumption("Knobs", place, what, text, source, illustrative=flagged, at=at)
            continue
        if all(value == getattr(defaults, item.name) for value in values.values()):
            only = knob_words(item.name, getattr(defaults, item.name))
            yield _default("Knobs", place, what, only, source, at)
            continue
        if place in scenario.sources or not is_choice:
            yield _given(scenario, "Knobs", place, what, text, at)
        else:
            chosen = f"scenario; {CHOICE}"
            yield Assumption("Knobs", place, what, text, chosen, illustrative=False, at=at)


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


_UNTIL: Final = {"horizon": "last arrival (the horizon)", "end": "end of observation"}


def _setting(scenario: Scenario, document: Document | None) -> Iterator[Assumption]:
    setting, defaults = scenario.setting, {each.name: each.default for each in fields(Setting)}
    rows = [
        ("arrivals", "instances arrive", arrivals_words(setting.arrivals)),
        ("horizon", "arrivals last", duration_words(setting.horizon)),
        ("warm_up", "not measured at first", duration_words(setting.warm_up)),
        ("convergence", "then time to recover", duration_words(setting.convergence)),
        ("faults_until", "faults strike until", f"the {_UNTIL[setting.faults_until]}"),
        ("network", "latency from broker to recipient", distribution_words(setting.network)),
    ]
    for name, what, value in rows:
        place, at = f"setting.{name}", _place(document, ("setting", name))
        if getattr(setting, name) == defaults[name] and place not in scenario.sources:
            yield _default("Setting", place, what, value, SETTING[name], at)
        else:
            yield _given(scenario, "Setting", place, what, value, at)
    for i, fault in enumerate(setting.faults):
        place, at = (
            f"setting.faults.{i}",
            _place(document, ("setting", "faults", i)),
        )
        yield _given(scenario, "Faults", place, fault.kind.value, fault_words(fault), at)


def _measuring(scenario: Scenario, document: Document | None) -> Iterator[Assumption]:
    """What counts as stuck, and as enough to matter."""
    group, monitor, known = "Measuring", Monitor(), scenario.terms.every_metric()
    for name, what, lasts_ns in (
        ("poll", "a monitor looks every", monitor.poll_ns),
        ("threshold", "stuck: no durable progress for", monitor.threshold_ns),
    ):
        yield _default(group, f"monitor.{name}", what, duration_words(lasts_ns), AIRFLOW)
    for name in scenario.primary:
        if name not in known:
            continue
        place, what = f"relevant.{name}", f"smallest difference that matters: {known[name].title}"
        if name in scenario.relevant:
            value = number(scenario.relevant[name], known[name].unit)
            at = _place(document, ("relevant", name))
            yield _given(scenario, group, place, what, value, at)
        else:
            value = default_words(known[name].unit)
            yield _default(group, place, what, value, "a convention (docs/scenarios.md, relevant)")


def _terms(scenario: Scenario, document: Document | None) -> Iterator[Assumption]:
    group, prices = "Money and promises", scenario.prices
    for name, promise in scenario.promises.items():
        at = _place(document, ("promises", name))
        yield _given(scenario, group, f"promises.{name}", f"promise {name}", str(promise), at)
    for name, shared in scenario.shared.items():
        place, at = f"shared.{name}.rows", _place(document, ("shared", name, "rows"))
        what = f"rows of {name} that instances share"
        yield _given(scenario, group, place, what, f"{shared.rows:,}", at)
    for item in () if prices is None else fields(Prices):
        price = getattr(prices, item.name)
        if price and prices is not None and item.name != "currency":
            place, at = f"prices.{item.name}", _place(document, ("prices", item.name))
            what = f"price of {PRICED[item.name]}"
            money = f"{significant(price)}{SPACE}{prices.currency}"
            yield _given(scenario, group, place, what, money, at)


def _workflow(
    scenario: Scenario, workflow: Workflow, document: Document | None
) -> Iterator[Assumption]:
    for each in workflow_numbers(workflow):
        if each.declared:
            at = _place(document, each.path)
            yield _given(scenario, each.group, each.place, each.what, each.value, at)
        else:
            yield _default(each.group, each.place, each.what, each.value, each.why)
