"""The notebook's explorer: what it answers without a browser, and what its script does in one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import wfmodel
from tests.reports.test_explorer_page import SCENARIO, browser, data_of  # noqa: F401 - a fixture
from wfmodel.reports.live_data import ExplorerFrame, script

pytest.importorskip("anywidget", reason="anywidget is not installed")


@pytest.fixture(scope="module")
def widget():
    return wfmodel.explorer(SCENARIO, instances=3)


def test_it_answers_what_it_is_asked(widget):
    before = list(widget.rows)
    widget.ask({"what": "turn", "dial": 1, "multiple": 0.1})
    assert (widget.said, widget.rows != before) == ("", True)
    widget.ask({"what": "strike", "kind": "crash", "target": "payment", "at": "1m", "lasts": "9m"})
    struck = list(widget.rows)
    assert widget.said == ""
    widget.ask({"what": "reset"})
    assert widget.rows == before != struck


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"what": "turn", "dial": 0, "multiple": 1e9}, "a multiple from"),
        ({"what": "turn", "dial": 99, "multiple": 1.0}, "index out of range"),
        ({"what": "dance"}, "there are turn, strike, reset, show"),
        ({"what": "strike", "kind": "crash", "target": "nobody", "at": "1m", "lasts": "1s"},
         "no participant 'nobody'"),
        ({}, "what"),
    ],
)  # fmt: skip
def test_what_is_wrong_becomes_a_line(widget, message, said):
    before = list(widget.rows)
    widget.ask(message)
    assert said in widget.said
    assert widget.rows == before


def test_it_shows_the_instances_of_the_run_as_it_stands(widget):
    widget.ask({"what": "show"})
    assert len(data_of(widget.page)["arrived"]) == 3


def test_without_the_widget_it_is_the_page_in_a_frame(tmp_path: Path):
    shown = wfmodel.explorer(SCENARIO, live=False, instances=2)
    assert isinstance(shown, ExplorerFrame)
    assert shown._repr_html_().count("<iframe") == 1
    shown.save(tmp_path / "page.html")
    assert len(data_of((tmp_path / "page.html").read_text(encoding="utf-8"))["arrived"]) == 2


def test_a_scenario_that_cannot_be_run_is_refused():
    with pytest.raises(ValueError, match="key 'question' is missing"):
        wfmodel.explorer(SCENARIO.with_name("workflow.yaml"))


def test_the_script_draws_asks_and_shows(widget, browser, tmp_path):  # noqa: F811 - as above
    state = {"controls": widget.controls, "rows": widget.rows, "said": "", "page": ""}
    page = tmp_path / "widget.html"
    page.write_text(
        "<!DOCTYPE html><div id=el></div><script type=module>\n"
        + script().replace("export default { render };", "")
        + f"\nconst state = {json.dumps(state)}; const heard = {{}}; window.sent = [];\n"
        "const model = {get: (key) => state[key], on: (what, then) => { heard[what] = then; },\n"
        "  send: (message) => window.sent.push(message)};\n"
        "window.put = (key, value) => { state[key] = value; heard[`change:${key}`](); };\n"
        'render({model, el: document.getElementById("el")});</script>',
        encoding="utf-8",
    )
    shown = browser.new_page()
    said = []
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.goto(page.as_uri())
    assert shown.locator("input[type=range]").count() == len(widget.controls["dials"])
    shown.locator("input[type=range]").nth(1).fill("-2")
    shown.wait_for_function("window.sent.length > 0")
    [place] = [n for n, d in enumerate(widget.controls["dials"]) if "orchestrator" in d["title"]]
    counted = shown.get_by_role("slider", name="replicas of orchestrator")
    assert (counted.get_attribute("min"), counted.get_attribute("max")) == ("1", "16")
    counted.fill("3")
    shown.wait_for_function("window.sent.length > 1")
    assert shown.locator("label", has=counted).locator("output").inner_text() == "3"
    shown.get_by_text("inject").click()
    shown.get_by_text("as the scenario says").click()
    assert counted.input_value() == "1"
    asked = shown.evaluate("window.sent")
    assert asked[0] == {"what": "turn", "dial": 1, "multiple": 0.25}
    assert asked[1] == {"what": "turn", "dial": place, "multiple": 3}
    assert [each["what"] for each in asked[2:]] == ["strike", "reset"]
    shown.evaluate('window.put("rows", [{title: "lost", cells: ["<b>7</b>", "0"]}])')
    assert shown.locator("td").first.inner_text() == "<b>7</b>"
    shown.evaluate('window.put("said", "no such fault")')
    assert shown.locator(".said").inner_text() == "no such fault"
    assert said == []
    shown.close()
