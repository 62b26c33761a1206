"""Retry and Catch in the model's terms: failure modes, one retry policy, and where events lead.

ASL names errors where it retries or catches them; nothing else declares them. So each named error
becomes a failure mode of probability 0 (annotations say how often), transient if it is retried.
States.ALL and States.TaskFailed name none: in Catch they are the model's ``failure``, which takes
whatever nobody named; in Retry they mean every transient failure.

Source: Amazon States Language specification, "Errors"; AWS Step Functions Developer Guide,
"Handling errors".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from wfmodel.importers.asl.catalogue import ABSTRACTED_RETRY, ENDLESS_RETRY, SHADOWED_CATCHER
from wfmodel.importers.asl.job import Fields, SourceState, seconds, target
from wfmodel.model.failures import FailureKind, FailureMode, Jitter, RetryPolicy
from wfmodel.model.source import Path
from wfmodel.model.workflow import FAILURE, TIMEOUT, Outcome

ALL: Final = "States.ALL"
TASK_FAILED: Final = "States.TaskFailed"
STATES_TIMEOUT: Final = "States.Timeout"
HEARTBEAT_TIMEOUT: Final = "States.HeartbeatTimeout"
WILDCARDS: Final = (ALL, TASK_FAILED)

LONGEST_EXECUTION: Final = 365 * 86_400
"""Seconds that a standard execution may last (AWS Step Functions quotas)."""

DEFAULT_TIMEOUT: Final = 99_999_999
"""Seconds after which a task without TimeoutSeconds times out (ASL specification, "Timeouts")."""

_MOST_ATTEMPTS: Final = 3
_INTERVAL: Final = 1
_RATE: Final = 2


@dataclass(frozen=True, slots=True)
class Retrier:
    """One entry of Retry. ``retries`` counts further attempts, as MaxAttempts does."""

    errors: tuple[str, ...]
    retries: int
    interval: float
    rate: float
    longest: float | None
    jitter: Jitter

    def pauses(self) -> float:
        """Seconds of all pauses together: how long it takes to give up, work apart."""
        longest = math.inf if self.longest is None else self.longest
        growing = self.retries
        if self.rate > 1 and longest < math.inf:
            steps = math.log(max(1.0, longest / self.interval)) / math.log(self.rate)
            growing = min(self.retries, math.ceil(steps))
        elif longest < math.inf:
            longest = min(longest, self.interval)
            growing = 0
        flat = self.retries - growing
        return _geometric(self.interval, self.rate, growing) + (flat * longest if flat else 0)

    @property
    def endless(self) -> bool:
        """Whether an execution ends before the last attempt."""
        return self.pauses() >= LONGEST_EXECUTION

    @property
    def pace(self) -> tuple[int, float, float, float | None, Jitter]:
        """All but the errors."""
        return (self.retries, self.interval, self.rate, self.longest, self.jitter)


def _geometric(first: float, rate: float, terms: int) -> float:
    if rate == 1:
        return first * terms
    exponent = terms * math.log(rate)
    return math.inf if exponent > 700 else first * math.expm1(exponent) / (rate - 1)


def retriers(source: SourceState) -> tuple[Retrier, ...]:
    """The entries of Retry; numbers that are only known later are ASL's defaults, and said."""
    entries = source.value.get("Retry", ())
    return tuple(_retrier(source, entry, index) for index, entry in enumerate(entries))


def _retrier(source: SourceState, entry: Fields, index: int) -> Retrier:
    where = ("Retry", index)
    longest = source.number(entry, "MaxDelaySeconds", 0, *where)
    return Retrier(
        errors=tuple(str(error) for error in entry["ErrorEquals"]),
        retries=int(source.number(entry, "MaxAttempts", _MOST_ATTEMPTS, *where)),
        interval=source.number(entry, "IntervalSeconds", _INTERVAL, *where),
        rate=source.number(entry, "BackoffRate", _RATE, *where),
        longest=longest or None,
        jitter=Jitter.FULL if entry.get("JitterStrategy") == "FULL" else Jitter.NONE,
    )


def catches(source: SourceState) -> Iterator[tuple[str, str, Path]]:
    """Error, target and place of every name in Catch, in order."""
    for index, entry in enumerate(source.value.get("Catch", ())):
        for error in entry["ErrorEquals"]:
            yield str(error), target(entry["Next"]), ("Catch", index, "Next")


def times_out_as(source: SourceState) -> tuple[str, ...]:
    """Errors that are the model's event ``timeout`` here.

    A missed heartbeat is the time-out where there is no other; else it is a failure of its own.
    """
    own = "TimeoutSeconds" in source.value or "TimeoutSecondsPath" in source.value
    return (STATES_TIMEOUT,) if own else (STATES_TIMEOUT, HEARTBEAT_TIMEOUT)


def named_errors(source: SourceState) -> tuple[str, ...]:
    """Errors in Retry and Catch that become failure modes, in order, each once."""
    retried = [e for entry in source.value.get("Retry", ()) for e in entry["ErrorEquals"]]
    caught = [error for error, _, _ in catches(source)]
    other = (*WILDCARDS, *times_out_as(source))
    return tuple(dict.fromkeys(str(e) for e in (*retried, *caught) if e not in other))


def failure_modes(source: SourceState, rules: tuple[Retrier, ...]) -> dict[str, FailureMode]:
    """Named errors at probability 0, then what the annotation says of them and of others."""
    modes = {}
    for name in named_errors(source):
        rule = _first(rules, name)
        kind = FailureKind.TRANSIENT if rule and rule.retries else FailureKind.BUSINESS
        modes[name] = source.made(FailureMode, kind=kind)
    return modes | dict(source.note.failures)


def _first(rules: tuple[Retrier, ...], error: str) -> Retrier | None:
    """The retrier that takes an error: the first that names it or stands for it."""
    for rule in rules:
        if error in rule.errors or ALL in rule.errors:
            return rule
        if TASK_FAILED in rule.errors and error != STATES_TIMEOUT:
            return rule
    return None


def retry_policy(
    source: SourceState,
    rules: tuple[Retrier, ...],
    modes: Mapping[str, FailureMode],
    *,
    times_out: bool,
) -> RetryPolicy | None:
    """The one policy that stands for all retriers: the most patient gives the pace."""
    if source.note.retry is not None:
        return source.note.retry
    active = [rule for rule in rules if rule.retries]
    if not active:
        return None
    longest = max(active, key=lambda rule: (rule.endless, rule.retries))
    if any(rule.pace != longest.pace for rule in active):
        message = f"{source.name!r} retries all it retries as the most patient retrier does"
        source.says(ABSTRACTED_RETRY, message, "Retry")
    if longest.endless:
        message = f"{source.name!r} retries for longer than an execution lasts: taken as endless"
        source.says(ENDLESS_RETRY, message, "Retry", rules.index(longest))
    return source.made(
        RetryPolicy,
        attempts=None if longest.endless else longest.retries + 1,
        backoff=seconds(longest.interval),
        factor=longest.rate,
        cap=None if longest.longest is None else seconds(longest.longest),
        jitter=longest.jitter,
        on=_retried(source, rules, modes, times_out),
    )


def _retried(
    source: SourceState,
    rules: tuple[Retrier, ...],
    modes: Mapping[str, FailureMode],
    times_out: bool,
) -> tuple[str, ...]:
    """What is retried; empty: every transient failure and time-out.

    A business failure gives the same answer at every attempt, so retrying it is left out.
    """

    def is_retried(error: str) -> bool:
        rule = _first(rules, error)
        return rule is not None and rule.retries > 0

    transient = [n for n, mode in modes.items() if mode.kind is FailureKind.TRANSIENT]
    names = tuple(name for name in transient if is_retried(name))
    timeout = times_out and any(is_retried(error) for error in times_out_as(source))
    if is_retried(TASK_FAILED):
        if timeout or not times_out:
            return ()
        if not names:
            message = f"{source.name!r} is retried after a time-out too"
            source.says(ABSTRACTED_RETRY, message, "Retry")
    return (*names, TIMEOUT) if timeout else names


def handlers(source: SourceState, *, times_out: bool) -> dict[str, str]:
    """``on``: the target of every event that Catch takes; of two entries the first wins."""
    on: dict[str, str] = {}
    for error, state, place in catches(source):
        for event in _events(source, error):
            if event not in on:
                on[event] = state
                source.comes_from(("on", event), *place)
            elif error not in WILDCARDS:
                message = f"an earlier entry takes {error!r}: this one never does"
                source.says(SHADOWED_CATCHER, message, *place[:2], "ErrorEquals")
    if on.get(TIMEOUT) == on.get(FAILURE) or (not times_out and not _names_timeout(source)):
        on.pop(TIMEOUT, None)
    if FAILURE in on and times_out and not _takes_timeout(source):
        # Our `failure` would take the time-out too; States.TaskFailed does not.
        on[TIMEOUT] = source.scope.end(Outcome.FAILED, source.path, source.job)
    return on


def _events(source: SourceState, error: str) -> tuple[str, ...]:
    if error == ALL:
        return (FAILURE, TIMEOUT)
    if error == TASK_FAILED:
        return (FAILURE,)
    return (TIMEOUT,) if error in times_out_as(source) else (error,)


def tells_timeouts_apart(source: SourceState) -> bool:
    """Whether Catch names a time-out, or has States.ALL beside States.TaskFailed for it."""
    caught = {error for error, _, _ in catches(source)}
    return _names_timeout(source) or {ALL, TASK_FAILED} <= caught


def _names_timeout(source: SourceState) -> bool:
    return any(error in times_out_as(source) for error, _, _ in catches(source))


def _takes_timeout(source: SourceState) -> bool:
    return _names_timeout(source) or any(error == ALL for error, _, _ in catches(source))
