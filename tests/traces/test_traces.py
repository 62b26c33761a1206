"""Traces are read back by who reads them: OpenTelemetry's own classes, csv, pm4py as an oracle.

``test_perfetto.py`` asks Perfetto itself; here its JSON is held to the documented format (*Trace
Event Format*, 2016).
"""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from collections import Counter, defaultdict
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from google.protobuf.json_format import Parse
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status, TracesData

from tests.cli.test_command_line import call
from tests.traces.runs import INSTANCES, ORDER, run
from wfmodel.designs import save_history
from wfmodel.designs.history import Kind
from wfmodel.traces import TraceFormat, trace_text
from wfmodel.traces.recorded_instances import EPOCH_NS, recorded


def otlp(*, correlation: bool = True) -> tuple[list[Span], dict[bytes, str]]:
    """Spans as the protocol's own classes read them, and the service of each."""
    text = trace_text(run(correlation=correlation), TraceFormat.OTLP)
    data = Parse(json.dumps(json.loads(text, object_hook=as_protobuf)), TracesData())
    spans, service = list[Span](), dict[bytes, str]()
    for resource in data.resource_spans:
        [name] = [f.value.string_value for f in resource.resource.attributes]
        for scope in resource.scope_spans:
            spans += scope.spans
            service |= {span.span_id: name for span in scope.spans}
    return spans, service


def as_protobuf(value: dict[str, object]) -> dict[str, object]:
    """OTLP writes identifiers in hexadecimal, JSON of protobuf in base 64."""
    for key, size in (("traceId", 16), ("spanId", 8), ("parentSpanId", 8)):
        if key in value:
            number = bytes.fromhex(str(value[key]))
            assert len(number) == size
            value[key] = b64encode(number).decode()
    return value


def facts(span: Span) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


def is_fault(span: Span) -> bool:
    return span.name.startswith("fault: ")


def test_opentelemetry_reads_every_span_and_its_service():
    spans, service = otlp()
    own = {span.span_id: span for span in spans}
    assert len(own) == len(spans)
    assert set(service.values()) == {*run().participants, run().workflow}
    for span in spans:
        assert EPOCH_NS <= span.start_time_unix_nano <= span.end_time_unix_nano
        if span.parent_span_id:
            assert own[span.parent_span_id].trace_id == span.trace_id


def test_with_correlation_an_instance_is_one_trace_over_all_services():
    spans, service = otlp()
    traces = defaultdict(list)
    for span in spans:
        if not is_fault(span):
            traces[span.trace_id].append(span)
    assert len(traces) == INSTANCES
    for own in traces.values():
        [root] = [span for span in own if not span.parent_span_id]
        assert root.name.startswith("instance ")
        assert len({facts(span)["wfmodel.instance"] for span in own}) == 1
    assert max(len({service[s.span_id] for s in own}) for own in traces.values()) >= 4
    parents = {span.span_id: span for span in spans}
    taken = [span for span in spans if span.kind == Span.SPAN_KIND_CONSUMER]
    assert taken
    for span in taken:
        sent = parents[span.parent_span_id]
        assert sent.kind == Span.SPAN_KIND_PRODUCER
        assert sent.start_time_unix_nano <= span.start_time_unix_nano


def test_without_correlation_no_trace_joins_two_services():
    spans, service = otlp(correlation=False)
    joined = defaultdict(set)
    for span in spans:
        joined[span.trace_id].add(service[span.span_id])
    assert max(map(len, joined.values())) == 1
    taken = [span for span in spans if span.kind == Span.SPAN_KIND_CONSUMER]
    assert len({span.trace_id for span in taken}) == len(taken)
    assert not any("wfmodel.instance" in facts(span) for span in spans)
    assert len(spans) == len(otlp()[0])


def test_what_a_crash_ended_is_an_error_and_so_is_the_crash():
    spans, service = otlp()
    wrong = [span for span in spans if span.status.code == Status.STATUS_CODE_ERROR]
    crashes = [span for span in wrong if is_fault(span)]
    assert [service[span.span_id] for span in crashes] == ["payment", "payment"]
    lost = [bar for each in recorded(run()) for bar in each.bars if bar.lost]
    assert lost
    assert len([s for s in wrong if s.status.message == "lost in a crash"]) == len(lost)


def test_perfetto_events_keep_to_the_documented_format():
    read = json.loads(trace_text(run(), TraceFormat.PERFETTO))
    events = read["traceEvents"]
    assert {event["ph"] for event in events} == {"M", "X", "i", "b", "e"}
    for event in events:
        assert {"name", "ph", "pid", "tid"} <= event.keys()
        assert event["ph"] == "M" or event["ts"] >= 0
        assert event["ph"] != "X" or event["dur"] >= 0
    names = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
    assert set(names.values()) == {run().workflow, *run().participants}
    begun = Counter((e["cat"], e["id2"]["local"], e["pid"]) for e in events if e["ph"] == "b")
    ended = Counter((e["cat"], e["id2"]["local"], e["pid"]) for e in events if e["ph"] == "e")
    assert begun == ended
    assert set(begun.values()) == {1}


def test_slices_of_a_thread_in_perfetto_do_not_overlap():
    threads = defaultdict(list)
    for event in json.loads(trace_text(run(), TraceFormat.PERFETTO))["traceEvents"]:
        if event["ph"] == "X":
            threads[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    assert sum(map(len, threads.values())) == sum(len(each.bars) for each in recorded(run()))
    for slices in threads.values():
        slices.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(slices))


def test_csv_has_every_row_of_the_history():
    history = run()
    rows = list(csv.DictReader(io.StringIO(trace_text(history, TraceFormat.CSV))))
    assert len(rows) == len(history.rows)
    for read, row in zip(rows, history, strict=True):
        assert round(float(read["time_s"]) * 1e9) == row.time_ns
        assert read["instance"] == ("" if row.instance < 0 else str(row.instance))
        assert read["kind"] == Kind(row.kind).name.lower().replace("_", "-")


@pytest.mark.parametrize("correlation", [True, False])
def test_pm4py_reads_the_log(tmp_path, correlation):
    pm4py = pytest.importorskip("pm4py", reason="the extra 'oracles' is not installed")
    history = run(correlation=correlation)
    path = tmp_path / "run.xes"
    path.write_text(trace_text(history, TraceFormat.XES), encoding="utf-8")
    log = pm4py.read_xes(str(path))
    work = log[log["lifecycle:transition"] != "start"]
    done = work[~work["concept:name"].isin(["succeeded", "aborted", "failed"])]
    bars = Counter(bar.label for each in recorded(history) for bar in each.bars)
    assert Counter(done["concept:name"]) == bars
    assert set(log["org:resource"]) <= set(history.participants)
    cases = log.groupby("case:concept:name")["org:resource"].nunique()
    assert (cases.max() > 1) == correlation
    assert (len(cases) == INSTANCES) == correlation


def test_a_log_is_well_formed_and_in_order_of_time():
    log = ElementTree.fromstring(trace_text(run(), TraceFormat.XES))
    traces = log.findall("trace")
    assert len(traces) == INSTANCES
    for trace in traces:
        times = [date.get("value") for date in trace.iter("date")]
        assert times == sorted(times)
        assert times


@pytest.mark.parametrize("form", TraceFormat)
def test_the_same_run_gives_the_same_bytes(form):
    assert trace_text(run(), form) == trace_text(run(), form)


def test_a_kept_history_is_written_in_several_formats(capsys, tmp_path):
    save_history(run(), tmp_path / "kept.npz")
    files = {form: tmp_path / f"run.{form}" for form in TraceFormat}
    options = [f"--traces={form}={path}" for form, path in files.items()]
    code, _, err = call(capsys, "simulate", "--follow", str(tmp_path / "kept.npz"), *options)
    assert (code, err) == (0, "")
    for form, path in files.items():
        assert path.read_text(encoding="utf-8") == trace_text(run(), form)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (["perfeto=x"], "did you mean 'perfetto'"),
        (["jaeger=x"], "formats: otlp, perfetto, xes, csv"),
        (["csv"], "FORMAT=FILE; got 'csv'"),
        (["csv=x", "xes=x"], "two formats for 'x'"),
        (["csv=/no/such/folder/x"], "there is no directory"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_run(capsys, asked, why):
    options = [f"--traces={each}" for each in asked]
    code, _, err = call(capsys, "simulate", str(ORDER), *options)
    assert code == 2
    assert why in err
