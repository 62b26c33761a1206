"""Random histories: the fast metrics and the naive definitions say the same; and what must hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics import naive
from tests.metrics.runs import MS, A, B, C, Run, step, view, with_participants_reversed
from wfmodel.designs.history import History
from wfmodel.metrics import CLEAN, METRICS, MetricGroup, Monitor, measure, tracks_of
from wfmodel.metrics.consistency import consistent_ns
from wfmodel.metrics.observability import stalls
from wfmodel.metrics.staleness import age_integral
from wfmodel.metrics.view_lag import Applied, applied

pytestmark = pytest.mark.long

STATUSES = st.sampled_from(("unknown", "running", "compensating", "succeeded", "aborted", "failed"))
SAID = st.sampled_from(("running", "done", "failed", "compensated"))
VIEWS = st.builds(
    lambda status, active, steps: view(status, sorted(active), **steps),
    STATUSES,
    st.sets(st.sampled_from((A, B, C))),
    st.dictionaries(st.sampled_from("ABC"), SAID, max_size=2),
)
INSTANCES = st.integers(0, 2)
WHO = st.sampled_from("oabc")
DEEDS = st.one_of(
    st.tuples(st.just("says"), WHO, VIEWS, INSTANCES),
    st.tuples(st.just("lands"), st.sampled_from((A, B, C)), INSTANCES, st.integers(0, 1)),
    st.tuples(st.just("undoes"), st.sampled_from((A, B, C)), INSTANCES, st.integers(0, 1)),
    st.tuples(st.just("fault"), WHO),
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Three instances, any deeds at ascending times (no two at one instant)."""
    memory = draw(st.booleans())
    run = Run(
        persistence="memory" if memory else "database",
        steps=(step(A), step(B, "pivot"), step(C, "none")),
    )
    for instance in range(3):
        run.arrive(instance, instance)
    now = 10.0
    for name, *arguments in draw(st.lists(DEEDS, max_size=25)):
        now += draw(st.integers(1, 50_000))
        getattr(run, name)(now, *arguments)
    return run.ends(now + draw(st.integers(1, 50_000)), at_rest=draw(st.booleans()))


@given(histories())
@settings(max_examples=150, deadline=None)
def test_divergence_is_what_the_definition_says(history: History) -> None:
    lives = [naive.life(history, i) for i in range(3)]
    values = measure(history).values
    lasting = [[m for m in life.moments if m.end > m.start] for life in lives]
    integral = [sum(m.divergence * (m.end - m.start) for m in moments) for moments in lasting]
    time = [sum((m.divergence > 0) * (m.end - m.start) for m in moments) for moments in lasting]
    assert values["divergence_max"] == pytest.approx(
        np.mean([max(m.divergence for m in moments) for moments in lasting])
    )
    assert values["divergence_pairs"] == pytest.approx(
        np.mean([max(m.pairs for m in moments) for moments in lasting])
    )
    assert values["divergence_integral"] == pytest.approx(np.mean(integral) / 1e9)
    assert values["divergence_time"] == pytest.approx(np.mean(time) / 1e9)


@given(histories())
@settings(max_examples=150, deadline=None)
def test_consistent_time_is_what_the_definition_says(history: History) -> None:
    tracks = tracks_of(history)
    held = consistent_ns(tracks)
    for i in range(3):
        life = naive.life(history, i)
        expected = sum(
            min(m.end, life.last) - min(m.start, life.last)
            for m in life.moments
            if m.divergence == 0 and naive.locally_sound(history, m)
        )
        assert held[i] == expected
        assert tracks.verdict_ns[i] == life.verdict_ns


@given(histories())
@settings(max_examples=150, deadline=None)
def test_windows_are_what_the_definition_says(history: History) -> None:
    pairs = applied(tracks_of(history))
    for i in range(3):
        mine = pairs.instance == i
        found = zip(pairs.lag_ns[mine].tolist(), pairs.seen[mine].tolist(), strict=True)
        assert sorted(found) == sorted(naive.windows(history, i))


@given(histories())
@settings(max_examples=100, deadline=None)
def test_bounds(history: History) -> None:
    measured = measure(history)
    assert set(measured.values) == set(METRICS)
    assert {name for name, value in measured.values.items() if np.isnan(value)} == set(
        measured.reasons
    )
    for name, value in measured.values.items():
        assert not value < 0, name
        assert not (METRICS[name].unit == "fraction" and value > 1), name
    assert sum(measured.classes.values()) == measured.instances == 3


@given(histories())
@settings(max_examples=100, deadline=None)
def test_classes_and_anomalies_tell_one_story(history: History) -> None:
    tracks = tracks_of(history)
    for terminal, anomalies, i in zip(tracks.terminal, tracks.anomalies, range(3), strict=True):
        life = naive.life(history, i)
        assert (terminal in CLEAN) == (anomalies == 0)
        assert (terminal == "lost") == (not life.verdicts)
        assert len(life.verdicts) < 2 or terminal == "split-verdict"


@given(histories())
@settings(max_examples=60, deadline=None)
def test_names_and_numbers_of_participants_change_nothing(history: History) -> None:
    other = measure(with_participants_reversed(history)).values
    for name, value in measure(history).values.items():
        assert other[name] == pytest.approx(value, nan_ok=True), name


@given(histories())
@settings(max_examples=60, deadline=None)
def test_an_instance_is_measured_alike_alone_and_in_company(history: History) -> None:
    together = tracks_of(history)
    for i in range(3):
        rows = history.rows[np.isin(history.rows[:, 2], (i, -1))]
        alone = tracks_of(replace(history, rows=rows))
        assert alone.terminal[0] is together.terminal[i]
        assert consistent_ns(alone)[0] == consistent_ns(together)[i]


@given(histories(), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_longer_observation_never_makes_consistency_better(history: History, extra: int) -> None:
    end = int(history.rows[-1, 0])
    longer = measure(history, until_ns=end + extra * MS).values
    assert longer["global_agreement"] <= measure(history).values["global_agreement"] + 1e-12


@given(histories())
@settings(max_examples=60, deadline=None)
def test_no_divergence_exactly_if_all_views_agree_all_the_time(history: History) -> None:
    agree = all(
        m.divergence == 0
        for i in range(3)
        for m in naive.life(history, i).moments
        if m.end > m.start
    )
    names = [name for name, metric in METRICS.items() if metric.group is MetricGroup.DIVERGENCE]
    values = measure(history).values
    assert (values["divergence_max"] == 0) == agree
    assert not agree or all(values[name] == 0 for name in names)


@given(histories(), st.integers(1, 40), st.integers(1, 60))
@settings(max_examples=100, deadline=None)
def test_stalls_are_what_the_definition_says(history: History, poll: int, threshold: int) -> None:
    monitor = Monitor(poll_ns=poll * 500 * MS, threshold_ns=threshold * 500 * MS)
    found = [naive.stalls(history, i, monitor.poll_ns, monitor.threshold_ns) for i in range(3)]
    values = measure(history, monitor=monitor).values
    stuck = [polls for polls in found if polls["stuck"]]
    assert values["stuck"] == pytest.approx(len(stuck) / 3)
    if stuck:
        blind = sum(not polls["named"] for polls in stuck)
        assert values["blindness"] == pytest.approx(blind / len(stuck))
    spells = [stall for stall in stalls(tracks_of(history, monitor)) if stall.named_ns >= 0]
    for spell in spells:
        assert spell.named_ns in found[spell.instance]["named"]
        assert spell.named_ns - spell.since_ns >= monitor.threshold_ns


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8)


@given(st.lists(SPANS, min_size=1, max_size=3))
def test_the_age_of_the_oldest_missing_write_is_what_the_definition_says(
    views: list[list[tuple[int, int]]],
) -> None:
    view = np.array([i for i, spans in enumerate(views) for _ in spans])
    written = np.array([start for spans in views for start, _ in spans])
    lag = np.array([length for spans in views for _, length in spans])
    pairs = Applied(view, view, np.arange(len(view)), written, lag, lag >= 0)
    expected = sum(
        naive.age_area([(start, start + length) for start, length in spans]) for spans in views
    )
    assert age_integral(pairs).sum() == pytest.approx(expected)
