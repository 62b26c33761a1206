"""What changed between two reports, and when that fails a build."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_command_line import call
from wfmodel.reports import diff_as_html, diff_as_markdown, report_diff
from wfmodel.reports.report_data import MetricData, ReportData, ValueData


def metric(mean: float, half: float = 0.01, **other: Any) -> MetricData:
    estimate = ValueData(mean, mean - half, mean + half)
    known = {"title": "lost", "unit": "fraction", "better": "lower", "primary": True}
    return MetricData(**{**known, **other}, estimates={"saga": estimate})


BASE = ReportData(
    wfmodel="1",
    workflow="order",
    question="which?",
    seed=1,
    replications=20,
    headline="The one is better.",
    variants={"saga": 100},
    metrics={"lost": metric(0.1)},
    possible={"saga": {"lost": "impossible"}},
    assumptions={"knobs.commit": ("latency of a commit", "1 ms")},
    findings=(),
)


def test_the_same_report_has_not_changed():
    found = report_diff(BASE, BASE)
    assert not found.changed
    assert found.worse == ()
    assert "**Nothing that matters changed.**" in diff_as_markdown(found)


@pytest.mark.parametrize(
    ("mean", "better", "kind"),
    [
        (0.2, "lower", "worse"),
        (0.05, "lower", "better"),
        (0.2, "higher", "better"),
        (0.2, None, "other"),
        (0.115, "lower", "noise"),  # 0.09 to 0.11 and 0.105 to 0.125
        (0.1, "lower", "same"),
    ],
)
def test_better_or_worse_is_said_where_the_intervals_do_not_touch(mean, better, kind):
    old = replace(BASE, metrics={"lost": metric(0.1, better=better)})
    new = replace(BASE, metrics={"lost": metric(mean, better=better)})
    found = report_diff(old, new)
    assert [each.kind for each in found.deciding] == [kind]
    assert found.changed == (kind in ("better", "worse", "other"))
    assert bool(found.worse) == (kind == "worse")


def test_noise_of_what_does_not_decide_is_counted():
    old = replace(BASE, metrics={"lost": metric(0.1, primary=False)})
    new = replace(BASE, metrics={"lost": metric(0.115, primary=False)})
    found = report_diff(old, new)
    assert (found.deciding, found.others, found.noise) == ((), (), 1)


def test_an_ending_that_became_possible_is_worse_and_told_in_both_formats():
    found = report_diff(BASE, replace(BASE, possible={"saga": {"lost": "possible"}}))
    assert found.worse == ("Lost, saga: impossible → possible",)
    assert "| Lost, saga | impossible | possible |" in diff_as_markdown(found)
    assert '<td data-label="Now">possible</td>' in diff_as_html(found)


def test_what_else_differs_is_a_caution():
    found = report_diff(BASE, replace(BASE, replications=5, variants={"log": 3}))
    assert found.cautions == (
        "Different replications: 20 → 5.",
        "Only in the new report: variant log.",
        "Only in the old report: variant saga.",
    )


def test_assumptions_that_changed_are_told():
    found = report_diff(BASE, replace(BASE, assumptions={"knobs.commit": ("latency", "5 ms")}))
    assert [(each.old, each.new) for each in found.assumptions] == [("1 ms", "–"), ("–", "5 ms")]


def write(path: Path, **changes: Any) -> Path:
    value = {"mean": 0.1, "low": 0.09, "high": 0.11, **changes}
    line = {"title": "lost", "unit": "fraction", "better": "lower", "primary": True}
    data = {
        "format": 1, "wfmodel": "1", "workflow": "order", "question": "which?", "seed": 1,
        "replications": 20, "headline": "The one is better.", "variants": {"saga": 100},
        "metrics": {"lost": {**line, "estimates": {"saga": value}}},
        "possible": {}, "assumptions": {}, "findings": [],
    }  # fmt: skip
    text = json.dumps(data)
    path.write_text(f'<p>x</p><script type="application/json" id="report-data">{text}</script>')
    return path


@pytest.mark.parametrize(("asked", "code"), [((), 0), (("worse",), 1), (("changed",), 1)])
def test_it_fails_only_where_asked(asked, code, tmp_path, capsys):
    old = write(tmp_path / "old.html")
    new = write(tmp_path / "new.html", mean=0.3, low=0.29, high=0.31)
    options = [f"--fail-on={each}" for each in asked]
    ended, out, err = call(capsys, "diff", str(old), str(new), *options)
    assert ended == code
    assert "**worse**" in out
    told = "worse: Lost, saga: 10 % (9 to 11 %) → 30 % (29 to 31 %)"
    assert (told in err.replace("\u00a0", " ")) == (asked == ("worse",))


def test_what_is_no_report_is_refused_with_its_name(tmp_path, capsys):
    good = write(tmp_path / "old.html")
    page = tmp_path / "page.html"
    page.write_text("<p>nothing</p>")
    code, _, err = call(capsys, "diff", str(good), str(page))
    assert code == 2
    assert "page.html: no data of a report in it; give pages that" in err
    broken = write(tmp_path / "broken.html", mean="much")
    code, _, err = call(capsys, "diff", str(good), str(broken))
    assert code == 2
    assert "broken.html: the data of the report at 'metrics.lost.estimates.saga.mean'" in err
    half = write(tmp_path / "half.html")
    half.write_text(half.read_text().replace("order", r"\udfff"))
    code, out, err = call(capsys, "diff", str(good), str(half))
    assert (code, out) == (2, "")
    assert r"half.html: the data of the report cannot be read: not text: \udfff is half" in err


def test_a_page_of_nothing_but_beginnings_is_looked_through_once(capsys, tmp_path):
    """A pattern looked for an end from each of them: hours of processor time."""
    page = tmp_path / "a.html"
    page.write_text('<script type="application/json" id="report-data">' * 1_000_000)
    code, _, err = call(capsys, "diff", str(page), str(page))
    assert code == 2
    assert "no data of a report" in err
