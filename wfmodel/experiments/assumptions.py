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

from wfmodel.designs.knob_facts import CHOICE
from wfmodel.designs.knob_registry import KNOBS
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
        what, source = KNOBS[item.name].what, KNOBS[item.name].source
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
        place, at = f"setting.faults.{i}", _place(document, ("setting", "faults", i))
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
