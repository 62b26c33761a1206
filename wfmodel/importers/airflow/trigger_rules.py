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

from collections.abc import Callable, Mapping
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

_S, _F, _K, _U = Seen.SUCCESS, Seen.FAILED, Seen.SKIPPED, Seen.UPSTREAM_FAILED
_BAD: Final = frozenset({_F, _U})
_RUN, _SKIP, _FAIL = Decision.RUN, Decision.SKIPPED, Decision.UPSTREAM_FAILED


def _all_success(seen: Sight, more: bool) -> Decision | None:
    if seen & _BAD:
        return _FAIL
    if _K in seen:
        return _SKIP
    return None if more else _RUN


def _all_failed(seen: Sight, more: bool) -> Decision | None:
    if seen & {_S, _K}:
        return _SKIP
    return None if more else _RUN


def _all_done(seen: Sight, more: bool) -> Decision | None:
    return None if more else _RUN


def _all_done_min_one_success(seen: Sight, more: bool) -> Decision | None:
    if _K in seen:
        return _SKIP
    return None if more else _RUN if _S in seen else _FAIL


def _all_done_setup_success(seen: Sight, more: bool) -> Decision | None:
    if more:
        return None
    setups = seen & {Seen.SETUP_SUCCESS, Seen.SETUP_SKIPPED, Seen.SETUP_FAILED}
    if not setups or Seen.SETUP_SUCCESS in setups:
        return _RUN
    return _SKIP if setups == {Seen.SETUP_SKIPPED} else _FAIL


def _one_success(seen: Sight, more: bool) -> Decision | None:
    if _S in seen:
        return _RUN
    return None if more else _FAIL if seen & _BAD else _SKIP


def _one_failed(seen: Sight, more: bool) -> Decision | None:
    if seen & _BAD:
        return _RUN
    return None if more else _SKIP


def _one_done(seen: Sight, more: bool) -> Decision | None:
    if seen & {_S, _F}:
        return _RUN
    return None if more else _SKIP


def _none_failed(seen: Sight, more: bool) -> Decision | None:
    if seen & _BAD:
        return _FAIL
    return None if more else _RUN


def _none_failed_min_one_success(seen: Sight, more: bool) -> Decision | None:
    if seen & _BAD:
        return _FAIL
    return None if more else _RUN if _S in seen else _SKIP


def _none_skipped(seen: Sight, more: bool) -> Decision | None:
    if _K in seen:
        return _SKIP
    return None if more else _RUN


def _all_skipped(seen: Sight, more: bool) -> Decision | None:
    if seen & {_S, _F, _U}:
        return _SKIP
    return None if more else _RUN


def _always(seen: Sight, more: bool) -> Decision | None:
    return _RUN


_RULES: Final[Mapping[str, tuple[Callable[[Sight, bool], Decision | None], Sight]]] = {
    "all_success": (_all_success, frozenset({_F, _U, _K})),
    "all_failed": (_all_failed, frozenset({_S, _K})),
    "all_done": (_all_done, frozenset()),
    "all_done_min_one_success": (_all_done_min_one_success, frozenset({_S, _K})),
    "all_done_setup_success": (
        _all_done_setup_success,
        frozenset({Seen.SETUP_SUCCESS, Seen.SETUP_SKIPPED, Seen.SETUP_FAILED}),
    ),
    "one_success": (_one_success, frozenset({_S, _F, _U})),
    "one_failed": (_one_failed, frozenset({_F, _U})),
    "one_done": (_one_done, frozenset({_S, _F})),
    "none_failed": (_none_failed, frozenset({_F, _U})),
    "none_failed_min_one_success": (_none_failed_min_one_success, frozenset({_F, _U, _S})),
    "none_skipped": (_none_skipped, frozenset({_K})),
    "all_skipped": (_all_skipped, frozenset({_S, _F, _U})),
    "always": (_always, frozenset()),
}
TRIGGER_RULES: Final = tuple(_RULES)
"""Names of all rules, as a serialised DAG has them."""

MET_BY_ONE: Final = ("one_success", "one_failed", "one_done")
"""Rules by which a task may start though others before it have not ended."""

WATCH: Final = "watch"
"""No rule of Airflow's: of a reader outside of a part, who is told of every end."""

_SCOPE: Final = frozenset({Seen.SCOPE_SKIPPED, Seen.SCOPE_FAILED})


def decide(rule: str, seen: Sight, *, open_ended: bool) -> Decision | None:
    """What a rule says of these ends; None while what is still to come (``open_ended``) matters."""
    return _RULES[rule][0](seen, open_ended)


def matters(rule: str, seen: Sight) -> Sight:
    """Of what has been seen, that which the rule (or a setup further up) can still ask for."""
    return seen if rule == WATCH else seen & (_RULES[rule][1] | _SCOPE)
