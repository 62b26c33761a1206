"""OTLP in JSON: spans as a collector receives them, one service for each participant.

An instance is a trace. Its context travels with messages: a message that is taken up is a consumer
span below the producer span that sent it, and work is a span below the message that led to it.
Without correlation records carry no identity, so what is taken up begins a trace of its own, and
nobody can join them.

Source: OpenTelemetry, *OTLP Specification 1.5*, JSON Protobuf Encoding (identifiers in hexadecimal,
64-bit numbers as strings); *Semantic Conventions for Messaging Spans*.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from typing import Any, Final

from wfmodel.designs.history import History
from wfmodel.escaping import json_line, printable
from wfmodel.experiments.timeline import MarkKind, all_bands
from wfmodel.traces.recorded_instances import EPOCH_NS, RecordedInstance, recorded

_ERROR: Final = 2
_FAULTS: Final = "faults"
"""What a trace of faults is named after, where those of instances are numbered."""


class SpanKind(IntEnum):
    """As the protocol numbers them."""

    INTERNAL = 1
    PRODUCER = 4
    CONSUMER = 5


@dataclass(slots=True)
class TraceSpan:
    """One span, before it is written. ``lane`` -1 is the outside."""

    lane: int
    name: str
    start_ns: int
    end_ns: int
    kind: SpanKind = SpanKind.INTERNAL
    parent: TraceSpan | None = None
    wrong: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    points: list[tuple[int, str]] = field(default_factory=list)


def otlp_text(history: History) -> str:
    """A ``TracesData`` message in one line, as collectors keep them in files."""
    by_lane: dict[int, list[Any]] = defaultdict(list)
    run = f"{history.workflow}\0{history.design}\0{history.seed}\0{history.replication}"
    for instance in recorded(history):
        spans = _spans(instance, joined=history.knobs.correlation)
        _write(spans, f"{run}\0{instance.number}", by_lane)
    _write(_faults(history), f"{run}\0{_FAULTS}", by_lane)
    names = {-1: history.workflow, **dict(enumerate(history.participants))}
    resources = [
        {
            "resource": {"attributes": [_fact("service.name", printable(names[lane]))]},
            "scopeSpans": [{"scope": {"name": "wfmodel"}, "spans": by_lane[lane]}],
        }
        for lane in sorted(by_lane)
    ]
    return json_line({"resourceSpans": resources}) + "\n"


def _spans(instance: RecordedInstance, *, joined: bool) -> list[TraceSpan]:
    """The spans of an instance, parents first where they have one."""
    whole = TraceSpan(-1, f"instance {instance.number}", instance.start_ns, instance.end_ns)
    whole.facts["wfmodel.verdict"] = instance.verdict or "none"
    spans, busy = [whole], _Busy(whole if joined else None)
    for arrow in sorted(instance.arrows, key=lambda each: (each.taken_ns, each.sent_ns)):
        cause = busy.at(arrow.sender, arrow.sent_ns) if arrow.sender >= 0 else busy.otherwise
        sent = TraceSpan(
            arrow.sender, f"send {arrow.label}", arrow.sent_ns, arrow.sent_ns,
            SpanKind.PRODUCER, cause,
        )  # fmt: skip
        taken = TraceSpan(
            arrow.recipient, f"process {arrow.label}", arrow.taken_ns, arrow.taken_ns,
            SpanKind.CONSUMER, sent if joined else None,
        )  # fmt: skip
        spans += [sent, taken]
        busy.add(taken)
    for bar in instance.bars:
        work = TraceSpan(bar.lane, bar.label, bar.start_ns, bar.end_ns)
        work.parent = busy.at(bar.lane, bar.start_ns)
        work.wrong = "lost in a crash" if bar.lost else ""
        spans.append(work)
    for mark in instance.marks:
        at = busy.at(mark.lane, mark.at_ns)
        words = f"{mark.kind.value} {mark.label}".strip()
        if at is None:
            at = TraceSpan(mark.lane, words, mark.at_ns, mark.at_ns)
            spans.append(at)
        at.points.append((mark.at_ns, words))
        if mark.kind in (MarkKind.DROP, MarkKind.PHANTOM):
            at.wrong = at.wrong or words
    if joined:
        for span in spans:
            span.facts["wfmodel.instance"] = str(instance.number)
    return spans


class _Busy:
    """What each participant has taken up, to know what a later thing belongs to."""

    def __init__(self, otherwise: TraceSpan | None) -> None:
        self.otherwise = otherwise
        self._taken: dict[int, list[TraceSpan]] = defaultdict(list)

    def add(self, taken: TraceSpan) -> None:
        """A message was taken up; they come in order of time."""
        self._taken[taken.lane].append(taken)

    def at(self, lane: int, at_ns: int) -> TraceSpan | None:
        """The last message that a participant had taken up by then."""
        taken = self._taken[lane]
        place = bisect_right(taken, at_ns, key=lambda span: span.start_ns)
        return taken[place - 1] if place else self.otherwise


def _faults(history: History) -> list[TraceSpan]:
    return [
        TraceSpan(band.lane, f"fault: {band.fault.value}", band.start_ns, band.end_ns,
             wrong=band.fault.value)
        for band in all_bands(history)
    ]  # fmt: skip


def _write(spans: list[TraceSpan], name: str, by_lane: dict[int, list[Any]]) -> None:
    """Give spans identifiers, the same in every run, and put them at their service."""
    number = {id(span): place for place, span in enumerate(spans)}

    def trace(span: TraceSpan) -> str:
        while span.parent is not None:
            span = span.parent
        return _identifier(f"{name}\0trace {number[id(span)]}", 32)

    def own(span: TraceSpan) -> str:
        return _identifier(f"{name}\0span {number[id(span)]}", 16)

    for span in spans:
        written: dict[str, Any] = {
            "traceId": trace(span),
            "spanId": own(span),
            "name": printable(span.name),
            "kind": int(span.kind),
            "startTimeUnixNano": str(EPOCH_NS + span.start_ns),
            "endTimeUnixNano": str(EPOCH_NS + span.end_ns),
            "attributes": [_fact(key, value) for key, value in span.facts.items()],
            "events": [
                {"timeUnixNano": str(EPOCH_NS + at), "name": printable(words)}
                for at, words in span.points
            ],
        }
        if span.parent is not None:
            written["parentSpanId"] = own(span.parent)
        if span.wrong:
            written["status"] = {"code": _ERROR, "message": printable(span.wrong)}
        by_lane[span.lane].append(written)


def _fact(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def _identifier(name: str, length: int) -> str:
    return sha256(name.encode()).hexdigest()[:length]
