"""Trace Event JSON, which ui.perfetto.dev and chrome://tracing open.

A participant is a process, an instance in it a thread; work is a slice, a message on its way an
asynchronous slice at its recipient, a commit or an effect an instant, a fault a slice of its own.

Source: Google, *Trace Event Format* (2016): ``X`` complete, ``b`` and ``e`` nestable asynchronous,
``i`` instant, ``M`` metadata; an ``id2`` that is local keeps a slice in its process; microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from wfmodel.designs.history import History
from wfmodel.escaping import json_line, printable
from wfmodel.experiments.timeline import Bar, all_bands
from wfmodel.traces.recorded_instances import RecordedInstance, recorded

_OUTSIDE: Final = 1
"""The process of what belongs to no participant: instances as a whole, the broker."""
_FAULTS: Final = 0
_WIDE: Final = 16
"""Threads of one instance in a participant: work that overlaps stands in several."""

Event = dict[str, Any]


def perfetto_text(history: History) -> str:
    """All of it, with names for processes and threads."""
    events = [*_names(history), *_faults(history)]
    for instance in recorded(history):
        events += _instance(instance)
    return json_line({"displayTimeUnit": "ms", "traceEvents": events}) + "\n"


def _names(history: History) -> Iterator[Event]:
    for lane, name in ((-1, history.workflow), *enumerate(history.participants)):
        for what, called in (("process_name", printable(name)), ("thread_name", "faults")):
            yield {
                "ph": "M", "name": what, "pid": _process(lane), "tid": _FAULTS,
                "args": {"name": called},
            }  # fmt: skip


def _process(lane: int) -> int:
    return _OUTSIDE + lane + 1


def _thread(instance: int, slot: int = 0) -> int:
    return instance * _WIDE + slot + 1


def _micros(nanoseconds: int) -> float:
    return nanoseconds / 1000


def _faults(history: History) -> Iterator[Event]:
    for number, band in enumerate(all_bands(history)):
        ends = {"cat": "fault", "name": band.fault.value, "pid": _process(band.lane),
                "tid": _FAULTS, "id2": {"local": f"fault {number}"}}  # fmt: skip
        yield {**ends, "ph": "b", "ts": _micros(band.start_ns)}
        yield {**ends, "ph": "e", "ts": _micros(band.end_ns)}


def _instance(instance: RecordedInstance) -> Iterator[Event]:
    number = instance.number
    whole = {"cat": "instance", "name": f"instance {number}", "pid": _OUTSIDE,
             "tid": _thread(number), "id2": {"local": f"instance {number}"}}  # fmt: skip
    verdict = {"args": {"verdict": instance.verdict or "none"}}
    yield {**whole, **verdict, "ph": "b", "ts": _micros(instance.start_ns)}
    yield {**whole, "ph": "e", "ts": _micros(instance.end_ns)}
    for bar, slot in _slots(instance.bars):
        yield {
            "ph": "X", "cat": "work", "name": printable(bar.label), "pid": _process(bar.lane),
            "tid": _thread(number, slot), "ts": _micros(bar.start_ns),
            "dur": _micros(bar.end_ns - bar.start_ns),
            "args": {"instance": number, "lost": bar.lost},
        }  # fmt: skip
    for order, arrow in enumerate(instance.arrows):
        ends = {"cat": "message", "name": printable(arrow.label), "pid": _process(arrow.recipient),
                "tid": _thread(number), "id2": {"local": f"message {number}.{order}"}}  # fmt: skip
        yield {**ends, "ph": "b", "ts": _micros(arrow.sent_ns), "args": {"instance": number}}
        yield {**ends, "ph": "e", "ts": _micros(arrow.taken_ns)}
    for mark in instance.marks:
        words = f"{mark.kind.value} {mark.label}".strip()
        yield {
            "ph": "i", "s": "t", "cat": mark.kind.value, "name": printable(words),
            "pid": _process(mark.lane), "tid": _thread(number), "ts": _micros(mark.at_ns),
            "args": {"instance": number},
        }  # fmt: skip


def _slots(bars: tuple[Bar, ...]) -> Iterator[tuple[Bar, int]]:
    """Each bar with a thread in which nothing overlaps it; slices of one must nest."""
    until: dict[tuple[int, int], int] = {}
    for bar in bars:
        slot = next(s for s in range(len(bars)) if until.get((bar.lane, s), -1) <= bar.start_ns)
        until[bar.lane, slot] = bar.end_ns
        yield bar, slot
