"""XES, which process mining reads: a trace is an instance, an event the begin or end of work.

Work that a crash ended has ``ate_abort``; how the instance ended is an event and an attribute.
Without correlation nobody can say which records belong together, so a service's records of an
instance are a trace of their own.

Source: IEEE Std 1849-2023, *eXtensible Event Stream*: extensions Concept, Lifecycle, Organizational
and Time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from xml.etree import ElementTree as Xml

from wfmodel.designs.history import History
from wfmodel.escaping import printable, xml_text
from wfmodel.experiments.timeline import VERDICTS
from wfmodel.traces.recorded_instances import EPOCH, RecordedInstance, recorded

_EXTENSIONS: Final = ("concept", "lifecycle", "org", "time")
_NAMES: Final = {"org": "Organizational"}

Entry = tuple[int, int, str, str]
"""When, whose (a lane), what, and which transition of its life cycle."""


def xes_text(history: History) -> str:
    """The log; events of a trace are in order of time."""
    log = Xml.Element("log", {"xes.version": "2.0", "xes.features": ""})
    for prefix in _EXTENSIONS:
        name = _NAMES.get(prefix, prefix.capitalize())
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        Xml.SubElement(log, "extension", {"name": name, "prefix": prefix, "uri": uri})
    Xml.SubElement(log, "classifier", {"name": "Activity", "keys": "concept:name"})
    _string(log, "concept:name", f"{history.workflow}, {history.design}")
    for instance in recorded(history):
        for case, entries in _cases(history, instance):
            trace = Xml.SubElement(log, "trace")
            _string(trace, "concept:name", case)
            if history.knobs.correlation:
                _string(trace, "verdict", instance.verdict or "none")
            for entry in entries:
                _event(trace, history, entry)
    Xml.indent(log)
    return xml_text(Xml.tostring(log, encoding="unicode", xml_declaration=False)) + "\n"


def _cases(history: History, instance: RecordedInstance) -> Iterator[tuple[str, list[Entry]]]:
    entries = sorted(_entries(instance))
    if history.knobs.correlation:
        yield str(instance.number), entries
        return
    for lane, name in enumerate(history.participants):
        own = [entry for entry in entries if entry[1] == lane]
        if own:
            yield f"{name} {instance.number}", own


def _entries(instance: RecordedInstance) -> Iterator[Entry]:
    for bar in instance.bars:
        yield bar.start_ns, bar.lane, bar.label, "start"
        yield bar.end_ns, bar.lane, bar.label, "ate_abort" if bar.lost else "complete"
    for mark in instance.marks:
        if mark.kind in VERDICTS:
            yield mark.at_ns, mark.lane, mark.kind.value, "complete"


def _event(trace: Xml.Element, history: History, entry: Entry) -> None:
    at_ns, lane, what, transition = entry
    event = Xml.SubElement(trace, "event")
    _string(event, "concept:name", what)
    _string(event, "lifecycle:transition", transition)
    _string(event, "org:resource", history.participants[lane])
    when = EPOCH + timedelta(microseconds=at_ns // 1000)
    stamp = when.isoformat(timespec="microseconds")
    Xml.SubElement(event, "date", {"key": "time:timestamp", "value": stamp})


def _string(parent: Xml.Element, key: str, value: str) -> None:
    Xml.SubElement(parent, "string", {"key": key, "value": printable(value)})
