"""Trigger rules: what becomes of a task, by how its upstream tasks ended.

A rule looks only at which ends occurred, never at how many: so what has been seen is a set of
letters. A decision falls as soon as Airflow's would; but for one, nothing that is still to come
could change it. The one is ``all_success``: a skipped upstream task skips at once, a failed one
fails, and where both happen the first counts.

>>> decide("all_success", frozenset({Seen.FAILED}), open_ended=True)
<Decision.UPSTREAM_FAILED: 'upstream_failed'>
>>> decide("none_failed_min_one_success", frozenset({Seen.SKIPPED}), open_ended=True)

Source: ``airflow/ti_deps/deps/trigger_rule_dep.py`` of Airflow 3.3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias


class Seen(StrEnum):
    """How an upstream task ended, and in which part it is upstream."""

    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream failed"
    SETUP_SUCCESS = "direct setup succeeded"
    SETUP_SKIPPED = "direct setup skipped"
    SETUP_FAILED = "direct setup failed"
    SCOPE_SKIPPED = "setup further up skipped"
    SCOPE_FAILED = "setup further up failed"


class Decision(StrEnum):
    """What becomes of a task: it runs, or it gets its last state without running."""

    RUN = "run"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"


Sight: TypeAlias = frozenset[Seen]

Row: TypeAlias = tuple[Sight, Decision]
"""Ends, and what becomes of the task where one of them has been seen."""

_SUCCESS: Final = frozenset({Seen.SUCCESS})
_BAD: Final = frozenset({Seen.FAILED, Seen.UPSTREAM_FAILED})
_SKIPPED: Final = frozenset({Seen.SKIPPED})
_RUN, _SKIP, _FAIL = Decision.RUN, Decision.SKIPPED, Decision.UPSTREAM_FAILED


@dataclass(frozen=True, slots=True)
class _TriggerRule:
    """Rows, of which the first that fits decides: some at any time, some once all tasks have ended.

    ``otherwise`` is what becomes of the task where all have ended and no row fits.
    """

    at_once: tuple[Row, ...] = ()
    at_last: tuple[Row, ...] = ()
    otherwise: Decision = _RUN
    waits: bool = True
    """Whether it waits for other tasks at all."""

    @property
    def asks_for(self) -> Sight:
        """All ends that a row is about."""
        return frozenset[Seen]().union(*(ends for ends, _ in (*self.at_once, *self.at_last)))


_RULES: Final[Mapping[str, _TriggerRule]] = {
    "all_success": _TriggerRule(at_once=((_BAD, _FAIL), (_SKIPPED, _SKIP))),
    "all_failed": _TriggerRule(at_once=((_SUCCESS | _SKIPPED, _SKIP),)),
    "all_done": _TriggerRule(),
    "all_done_min_one_success": _TriggerRule(((_SKIPPED, _SKIP),), ((_SUCCESS, _RUN),), _FAIL),
    "all_done_setup_success": _TriggerRule(
        at_last=(
            (frozenset({Seen.SETUP_SUCCESS}), _RUN),
            (frozenset({Seen.SETUP_FAILED}), _FAIL),
            (frozenset({Seen.SETUP_SKIPPED}), _SKIP),
        )
    ),
    "one_success": _TriggerRule(((_SUCCESS, _RUN),), ((_BAD, _FAIL),), _SKIP),
    "one_failed": _TriggerRule(at_once=((_BAD, _RUN),), otherwise=_SKIP),
    "one_done": _TriggerRule(at_once=((_SUCCESS | {Seen.FAILED}, _RUN),), otherwise=_SKIP),
    "none_failed": _TriggerRule(at_once=((_BAD, _FAIL),)),
    "none_failed_min_one_success": _TriggerRule(((_BAD, _FAIL),), ((_SUCCESS, _RUN),), _SKIP),
    "none_skipped": _TriggerRule(at_once=((_SKIPPED, _SKIP),)),
    "all_skipped": _TriggerRule(at_once=((_SUCCESS | _BAD, _SKIP),)),
    "always": _TriggerRule(waits=False),
}
TRIGGER_RULES: Final = tuple(_RULES)
"""Names of all rules, as a serialised DAG has them."""

MET_BY_ONE: Final = ("one_success", "one_failed", "one_done")
"""Rules by which a task may start though others before it have not ended."""

WATCH: Final = "watch"
"""No rule of Airflow's: of a reader outside of a part, who is told of every end."""

_SCOPE: Final = frozenset({Seen.SCOPE_SKIPPED, Seen.SCOPE_FAILED})
_ASKED_FOR: Final = {name: rule.asks_for for name, rule in _RULES.items()}


def decide(rule: str, seen: Sight, *, open_ended: bool) -> Decision | None:
    """What a rule says of these ends; None while what is still to come (``open_ended``) matters."""
    told = _RULES[rule]
    rows = told.at_once if open_ended else (*told.at_once, *told.at_last)
    found = next((decision for ends, decision in rows if seen & ends), None)
    if found is not None or (open_ended and told.waits):
        return found
    return told.otherwise


def matters(rule: str, seen: Sight) -> Sight:
    """Of what has been seen, that which the rule (or a setup further up) can still ask for."""
    return seen if rule == WATCH else seen & (_ASKED_FOR[rule] | _SCOPE)
