"""What would reverse the conclusion: the same comparison with one assumption changed at a time.

Rates are multiplied by ten and by a tenth, because nobody knows them better than that. Knobs are
set the other way, unless the variants differ in them: then they are what is asked, not assumed.

What it cannot see: two assumptions that reverse the conclusion only together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from wfmodel.designs.faults import ALL_PARTICIPANTS, ALL_SERVICES, FACTS, Fault
from wfmodel.designs.knob_facts import Trial
from wfmodel.designs.knob_registry import KNOBS, TRIED
from wfmodel.designs.knobs import Knobs, Lease
from wfmodel.experiments.perturbations import more_often, scaled
from wfmodel.experiments.scenario import Scenario, Variant
from wfmodel.simulation import Setting
from wfmodel.wording.declarations import FAULTS, duration_words, knob_words
from wfmodel.wording.figures import number

CONTROLLER: Final = "orchestrator"
TEN: Final = 10.0
STAND_BY: Final = Lease(renewed="2s", lasts="15s", look="2s", of=CONTROLLER)  # type: ignore[arg-type]
"""Of Kubernetes: client-go's leader election, as its components are set up."""


@dataclass(frozen=True)
class WhatIf:
    """One assumption changed; everything else is the scenario's."""

    words: str
    setting: Setting
    variants: Mapping[str, Variant]


def what_ifs(scenario: Scenario) -> tuple[WhatIf, ...]:
    """Every single change that the scenario admits, in a fixed order."""
    return (*_of_faults(scenario), *_of_times(scenario), *_of_knobs(scenario))


def _with_setting(scenario: Scenario, words: str, **changes: object) -> WhatIf:
    setting = replace(scenario.setting, **changes)  # type: ignore[arg-type]
    return WhatIf(words, setting, scenario.variants_by_name())


def _of_faults(scenario: Scenario) -> Iterator[WhatIf]:
    faults = scenario.setting.faults
    for kind in dict.fromkeys(fault.kind for fault in faults):
        for factor, words in ((TEN, "ten times as many"), (1 / TEN, "a tenth as many")):
            changed = tuple(more_often(f, factor) if f.kind is kind else f for f in faults)
            if changed != faults:
                yield _with_setting(scenario, f"{words} {FAULTS[kind]}", faults=changed)
    yield from _spared(scenario)
    longer = tuple(replace(f, lasts=scaled(f.lasts, TEN)) for f in faults)
    if longer != faults:
        yield _with_setting(scenario, "every fault lasts ten times as long", faults=longer)


def _spared(scenario: Scenario) -> Iterator[WhatIf]:
    """Whoever controls others is replicated and so never fails: what one design alone can lose."""
    faults = scenario.setting.faults
    kept = tuple(
        replace(fault, target=ALL_SERVICES) if _stops(fault, ALL_PARTICIPANTS) else fault
        for fault in faults
        if not _stops(fault, CONTROLLER)
    )
    if kept != faults:
        yield _with_setting(scenario, "the orchestrator never fails", faults=kept)
        yield from _with_a_stand_by(scenario)


def _with_a_stand_by(scenario: Scenario) -> Iterator[WhatIf]:
    """The controller replicated as it can be had: another goes on when its lease is over."""
    variants = scenario.variants_by_name()
    if any(not _can_be_replicated(each.knobs) for each in variants.values()):
        return
    replicas = {CONTROLLER: 2}
    changed = {
        name: replace(each, knobs=replace(each.knobs, replicas=replicas, lease=STAND_BY))
        for name, each in variants.items()
    }
    words = f"two orchestrators, one goes on after a lease of {duration_words(STAND_BY.lasts)}"
    yield WhatIf(words, scenario.setting, changed)


def _can_be_replicated(knobs: Knobs) -> bool:
    return knobs.can_have_replicas and not knobs.replicas and knobs.lease is None


def _stops(fault: Fault, target: str) -> bool:
    return FACTS[fault.kind].stops and fault.whom == (target,)


def _of_times(scenario: Scenario) -> Iterator[WhatIf]:
    setting = scenario.setting
    if setting.network.mean_ns() > 0:
        mean = number(setting.network.mean_ns() * TEN / 1e9, "s")
        slower = scaled(setting.network, TEN)
        yield _with_setting(scenario, f"network latency of {mean} (ten times)", network=slower)
    if setting.arrivals.every is not None:
        denser = replace(setting.arrivals, every=scaled(setting.arrivals.every, 0.5))
        yield _with_setting(scenario, "twice the load", arrivals=denser)


def _of_knobs(scenario: Scenario) -> Iterator[WhatIf]:
    for name, tried in TRIED:
        changed = _changed(scenario, name, tried)
        if changed is not None:
            new = getattr(next(iter(changed.values())).knobs, name)
            words = tried.values.get(new, [*tried.values.values()][-1])
            yield WhatIf(words.format(knob_words(name, new)), scenario.setting, changed)


def _changed(scenario: Scenario, name: str, tried: Trial) -> dict[str, Variant] | None:
    """All variants with a knob changed; None where they differ in it, or nothing would change."""
    variants = scenario.variants_by_name()
    if len({getattr(each.knobs, name) for each in variants.values()}) > 1:
        return None
    changed = {n: replace(v, knobs=_other(v.knobs, name, tried)) for n, v in variants.items()}
    return None if changed == variants else changed


def _other(knobs: Knobs, name: str, tried: Trial) -> Knobs:
    """The knobs with another value; unchanged where the others leave it no meaning."""
    if KNOBS[name].idle(knobs):
        return knobs
    now = getattr(knobs, name)
    values = (value(now) if callable(value) else value for value in tried.values)
    usual = {each: getattr(Knobs(), each) for each in tried.puts_back}
    try:
        return replace(knobs, **usual, **{name: next(v for v in values if v != now)})
    except (StopIteration, ValueError):
        return knobs
