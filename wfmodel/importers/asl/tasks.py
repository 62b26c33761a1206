"""Task: an action at a service; with ``.waitForTaskToken`` also a wait for the outside's answer.

A task that waits for a callback becomes two states. The first keeps its name: the request, with
what it does, its failures and its retries. The second, ``<name> (callback)``, is a receive: the
answer comes from outside the workflow, as the events ``SendTaskSuccess`` and ``SendTaskFailure``
and the errors that Catch names. The time-out is the receive's: it is the answer that is waited for.

Source: AWS Step Functions Developer Guide, "Wait for a Callback with Task Token".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wfmodel.importers.asl.catalogue import (
    DYNAMIC_VALUE,
    HEARTBEAT,
    RETRIED_CALLBACK,
    UNKNOWN_ANNOTATED_EVENT,
)
from wfmodel.importers.asl.errors import (
    DEFAULT_TIMEOUT,
    STATES_TIMEOUT,
    WILDCARDS,
    catches,
    failure_modes,
    handlers,
    named_errors,
    retriers,
    retry_policy,
    tells_timeouts_apart,
    times_out_as,
)
from wfmodel.importers.asl.job import SourceState, States, seconds
from wfmodel.importers.asl.resources import Resource, read_resource
from wfmodel.importers.asl.values import is_number
from wfmodel.importers.asl.variables import assigned, read_variables
from wfmodel.model.distributions import Constant
from wfmodel.model.source import Path
from wfmodel.model.spelling import did_you_mean
from wfmodel.model.workflow import TIMEOUT, Effect, Outcome, Reaction, Receive, Task

SUCCESS: Final = "SendTaskSuccess"
FAILED: Final = "SendTaskFailure"
"""Events of a callback: the names of the calls that answer it."""


def task(source: SourceState) -> States:
    """A task, followed by a receive if its completion comes from outside."""
    payload = source.value.get("Parameters", source.value.get("Arguments"))
    resource = read_resource(source.value["Resource"], payload)
    timeout = _timeout(source)
    source.comes_from(("service",), "Resource")
    source.comes_from(("action",), "Resource")
    if resource.callback:
        return _with_callback(source, resource, timeout)
    on = handlers(source, times_out=timeout is not None)
    return {source.name: _task(source, resource, on, source.next(), timeout)}


def _task(
    source: SourceState,
    resource: Resource,
    on: dict[str, str],
    next_state: str,
    timeout: int | None = None,
) -> Task:
    note, rules = source.note, retriers(source)
    modes = failure_modes(source, rules)
    source.comes_from(("retry",), "Retry")
    return source.made(
        Task,
        service=note.service or resource.service,
        action=note.action or resource.action,
        duration=note.duration or source.made(Constant, value=0),
        failures=modes,
        timeout=timeout,
        retry=retry_policy(source, rules, modes, times_out=timeout is not None),
        idempotent=bool(note.idempotent),
        status_query=bool(note.status_query),
        tolerates_absence=bool(note.tolerates_absence),
        effect=note.effect or Effect.NONE,
        reads=_reads(source) if note.reads is None else note.reads,
        writes=() if resource.callback else _written(source),
        compensates=note.compensates,
        compensation=note.compensation,
        next=next_state,
        on=on,
        description=source.description,
    )


def _written(source: SourceState) -> tuple[str, ...]:
    """What is known once the task has ended, or has been answered."""
    if source.note.writes is not None:
        return source.note.writes
    return tuple(name for name in assigned(source.value) if name in source.job.variables)


def _reads(source: SourceState) -> tuple[str, ...]:
    parts = {
        name: source.value[name]
        for name in ("InputPath", "Parameters", "Arguments")
        if name in source.value
    }
    return read_variables(parts, source.language, source.job.variables)


def _timeout(source: SourceState) -> int | None:
    """TimeoutSeconds; without it the heartbeat, which bounds the silence of a lost worker.

    Where Catch waits for a time-out that is not written or only known later, ASL's own default.
    """
    note, value = source.note, source.value
    heartbeat = next((n for n in ("HeartbeatSeconds", "HeartbeatSecondsPath") if n in value), None)
    limit = next((n for n in ("TimeoutSeconds", "TimeoutSecondsPath") if n in value), None)
    if heartbeat is not None:
        what = "its time-out stands for them" if limit or note.timeout else "taken as its time-out"
        source.says(HEARTBEAT, f"the model has no heartbeats of {source.name!r}: {what}", heartbeat)
    if note.timeout is not None:
        return note.timeout
    field = limit or heartbeat
    default = seconds(DEFAULT_TIMEOUT) if tells_timeouts_apart(source) else None
    if field is None:
        return default
    source.comes_from(("timeout",), field)
    if is_number(value[field]):
        return seconds(value[field])
    taken = "no time-out" if default is None else f"ASL's default, {DEFAULT_TIMEOUT} s"
    message = f"{field} of {source.name!r} is only known later: {taken}"
    source.says(DYNAMIC_VALUE, message, field, help="annotate its timeout")
    return default


def _with_callback(source: SourceState, resource: Resource, timeout: int | None) -> States:
    name = source.scope.free(f"{source.name} (callback)")
    on = handlers(source, times_out=False)
    on.pop(TIMEOUT, None)
    request = _task(source, resource, on, name)
    at = (*source.at[:-1], name)
    source.job.origins[at] = source.path
    _say_retried(source)
    answer = source.made(
        Receive,
        events=_events(source, at),
        delay=source.note.delay or source.made(Constant, value=0),
        timeout=timeout,
        on=_on_silence(source, at, timeout),
        writes=_written(source),
        description=source.description,
    )
    return {source.name: request, name: answer}


def _say_retried(source: SourceState) -> None:
    """Errors that an answer can bring, or its absence: retrying those starts anew in ASL."""
    for index, entry in enumerate(source.value.get("Retry", ())):
        if any(error in (*WILDCARDS, STATES_TIMEOUT) for error in entry["ErrorEquals"]):
            message = (
                f"the model retries the request of {source.name!r}, not the wait for its callback"
            )
            source.says(RETRIED_CALLBACK, message, "Retry", index)


def _events(source: SourceState, at: Path) -> dict[str, Reaction]:
    """Success leads on; failures lead where Catch takes them, at probability 0 unless annotated."""
    given = dict(source.note.events)
    events = {
        SUCCESS: source.made(Reaction, next=source.next(), probability=given.pop(SUCCESS, None))
    }
    source.job.origins[(*at, "events", SUCCESS, "next")] = (*source.path, "Next")
    for error, to, place in _answers(source):
        if error not in events:
            events[error] = source.made(Reaction, next=to, probability=given.pop(error, 0.0))
            source.job.origins[(*at, "events", error, "next")] = (*source.path, *place)
    if FAILED in given:
        to = source.scope.end(Outcome.FAILED, source.path, source.job)
        events[FAILED] = source.made(Reaction, next=to, probability=given.pop(FAILED))
    for name in given:
        message = f"the callback of {source.name!r} has no event {name!r}"
        help = did_you_mean(name, tuple(events))
        source.notes(UNKNOWN_ANNOTATED_EVENT, message, "events", name, help=help)
    return events


def _answers(source: SourceState) -> Iterator[tuple[str, str, Path]]:
    """Errors that an answer may carry; those of services (``Lambda.…``) are the request's."""
    for error, to, place in catches(source):
        if error in WILDCARDS:
            yield FAILED, to, place
        elif "." not in error and error in named_errors(source):
            yield error, to, place


def _on_silence(source: SourceState, at: Path, timeout: int | None) -> dict[str, str]:
    for error, to, place in catches(source):
        if timeout is not None and (error == WILDCARDS[0] or error in times_out_as(source)):
            source.job.origins[(*at, "on", TIMEOUT)] = (*source.path, *place)
            return {TIMEOUT: to}
    return {}
