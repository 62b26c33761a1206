"""What would reverse the conclusion: the same comparison with one assumption changed at a time.

Rates are multiplied by ten and by a tenth, because nobody knows them better than that. Knobs are
set the other way, unless the variants differ in them: then they are what is asked, not assumed.

What it cannot see: two assumptions that reverse the conclusion only together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from wfmodel.designs.faults import ALL_PARTICIPANTS, ALL_SERVICES, FACTS, Fault
from wfmodel.designs.knobs import (
    DURABLE,
    Acknowledge,
    Delivery,
    DualWriteOrder,
    Knobs,
    KnownKey,
    Lease,
    Persistence,
    Publishing,
)
from wfmodel.experiments.perturbations import more_often, scaled
from wfmodel.experiments.scenario import Scenario, Variant
from wfmodel.model.units import parse_duration
from wfmodel.simulation import Setting
from wfmodel.wording.declarations import FAULTS, duration_words
from wfmodel.wording.figures import number

CONTROLLER: Final = "orchestrator"
TEN: Final = 10.0
WATCHDOG: Final = parse_duration("30s")
"""The watchdog that is tried where the scenario has none (SQS visibility time-out)."""

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
    durable = knobs.persistence in DURABLE
    return durable and not knobs.replicas and knobs.lease is None


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
    for name, words, change in (
        ("redelivery_timeout", _redelivery_words, _redelivery),
        ("persistence", _persistence_words, _persistence),
        ("delivery", lambda new: f"delivery {new.delivery.value}", _delivery),
        ("publishing", _publishing_words, _publishing),
        ("acknowledge", _acknowledge_words, _acknowledge),
        ("deduplicate", _deduplicate_words, _deduplicate),
        ("tombstones", _tombstones_words, _tombstones),
        ("timeouts", _timeouts_words, _timeouts),
        ("watchdog", _watchdog_words, _watchdog),
    ):
        changed = _changed(scenario, name, change)
        if changed is not None:
            some = next(iter(changed.values())).knobs
            yield WhatIf(words(some), scenario.setting, changed)


def _changed(
    scenario: Scenario, name: str, change: Callable[[Knobs], Knobs]
) -> dict[str, Variant] | None:
    """All variants with a knob changed; None where they differ in it, or nothing would change."""
    variants = scenario.variants_by_name()
    if len({getattr(each.knobs, name) for each in variants.values()}) > 1:
        return None
    changed = {n: replace(v, knobs=change(v.knobs)) for n, v in variants.items()}
    return None if changed == variants else changed


def _redelivery(knobs: Knobs) -> Knobs:
    if knobs.delivery is not Delivery.AT_LEAST_ONCE:
        return knobs
    return replace(knobs, redelivery_timeout=max(1, knobs.redelivery_timeout // 10))


def _redelivery_words(new: Knobs) -> str:
    return f"redelivery after {duration_words(new.redelivery_timeout)} (a tenth)"


def _persistence(knobs: Knobs) -> Knobs:
    volatile = knobs.persistence is Persistence.MEMORY
    other = Persistence.DATABASE if volatile else Persistence.MEMORY
    return _if_meant(knobs, persistence=other)


def _persistence_words(new: Knobs) -> str:
    if new.persistence is Persistence.MEMORY:
        return "progress kept in memory only"
    return "progress committed to a database"


def _delivery(knobs: Knobs) -> Knobs:
    once = knobs.delivery is Delivery.AT_MOST_ONCE
    other = Delivery.AT_LEAST_ONCE if once else Delivery.AT_MOST_ONCE
    return _if_meant(knobs, delivery=other)


def _publishing(knobs: Knobs) -> Knobs:
    if knobs.publishing is Publishing.OUTBOX:
        return replace(knobs, publishing=Publishing.DUAL_WRITE)
    first = DualWriteOrder.COMMIT_FIRST  # the order has no meaning with an outbox
    return replace(knobs, publishing=Publishing.OUTBOX, dual_write_order=first)


def _publishing_words(new: Knobs) -> str:
    if new.publishing is Publishing.OUTBOX:
        return "a transactional outbox instead of the dual write"
    return "a dual write instead of the outbox"


def _deduplicate(knobs: Knobs) -> Knobs:
    known = KnownKey.USUAL  # without a key none is known
    return replace(knobs, deduplicate=not knobs.deduplicate, known_key=known)


def _acknowledge(knobs: Knobs) -> Knobs:
    after_work = knobs.acknowledge is Acknowledge.AFTER_WORK
    other = Acknowledge.AFTER_COMMIT if after_work else Acknowledge.AFTER_WORK
    return _if_meant(knobs, acknowledge=other)


def _acknowledge_words(new: Knobs) -> str:
    if new.acknowledge is Acknowledge.AFTER_WORK:
        return "messages acknowledged after the work (late)"
    return "messages acknowledged with the commit that accepts them"


def _if_meant(knobs: Knobs, **changes: object) -> Knobs:
    """The knobs with changes; without, where the others leave them no meaning."""
    try:
        return replace(knobs, **changes)  # type: ignore[arg-type]
    except ValueError:
        return knobs


def _deduplicate_words(new: Knobs) -> str:
    return "repeats recognised" if new.deduplicate else "no deduplication"


def _tombstones(knobs: Knobs) -> Knobs:
    return replace(knobs, tombstones=not knobs.tombstones)


def _tombstones_words(new: Knobs) -> str:
    return "undos leave tombstones" if new.tombstones else "undos leave no tombstones"


def _timeouts(knobs: Knobs) -> Knobs:
    return replace(knobs, timeouts=not knobs.timeouts)


def _timeouts_words(new: Knobs) -> str:
    return "time-outs on steps" if new.timeouts else "no time-outs on steps"


def _watchdog(knobs: Knobs) -> Knobs:
    return replace(knobs, watchdog=WATCHDOG if knobs.watchdog is None else None)


def _watchdog_words(new: Knobs) -> str:
    if new.watchdog is None:
        return "no watchdog"
    return f"a watchdog that asks after {duration_words(new.watchdog)} of silence"
