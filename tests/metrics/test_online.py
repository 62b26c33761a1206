"""On line or from the whole history: the same metrics, on hand-made histories of all kinds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement.interpreted import interpreted_meter
from tests.metrics.online import Told, assert_same, measured_online, naive_curve, with_gone
from tests.metrics.runs import MS, A, B, C, Run, one_step, step, view
from tests.metrics.test_against_naive import VIEWS, WHO
from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import Drop, History
from wfmodel.designs.messages import Command
from wfmodel.metrics import METRICS, Monitor, measure
from wfmodel.metrics.streaming import ERROR, Meter, Sketch
from wfmodel.metrics.streaming import meter_layout as at
from wfmodel.metrics.streaming.meter import RING
from wfmodel.metrics.streaming.meter_layout import BUCKET_BITS, BUCKETS
from wfmodel.native.answering import Answering

pytestmark = pytest.mark.long


INSTANCES = 4
NUMBERS = st.integers(0, INSTANCES - 1)
STEPS = st.sampled_from((A, B, C))
EPOCHS = st.integers(0, 1)
MESSAGES = st.builds(Command, STEPS, EPOCHS)
FAULTS = st.sampled_from((FaultKind.CRASH, FaultKind.PAUSE, FaultKind.SLOW_SERVICE))
DEEDS = st.one_of(
    st.tuples(st.just("arrive"), NUMBERS),
    st.tuples(st.just("says"), WHO, VIEWS, NUMBERS),
    st.tuples(st.just("lands"), STEPS, NUMBERS, EPOCHS),
    st.tuples(st.just("undoes"), STEPS, NUMBERS, EPOCHS),
    st.tuples(st.just("begins"), STEPS, NUMBERS, EPOCHS),
    st.tuples(st.just("sends"), WHO, MESSAGES, NUMBERS),
    st.tuples(st.just("phantom"), WHO, MESSAGES, NUMBERS),
    st.tuples(st.just("drops"), WHO, MESSAGES, st.sampled_from(Drop), NUMBERS),
    st.tuples(st.just("fault"), WHO, FAULTS),
    st.tuples(st.just("heal"), WHO, FAULTS),
)
GAPS = st.one_of(st.just(0), st.integers(1, 60_000))
"""Milliseconds: often several things happen at one instant, and a stall takes half a minute."""
MONITORS = st.builds(Monitor, st.sampled_from((MS, 5000 * MS)), st.sampled_from((MS, 30_000 * MS)))


@st.composite
def streams(draw: st.DrawFn) -> tuple[History, np.ndarray, list[int]]:
    """A history, the same as a stream, and where it is cut."""
    persistence = draw(st.sampled_from(("memory", "database")))
    run = Run(
        persistence=persistence,
        correlation=draw(st.booleans()),
        steps=(step(A), step(B, "pivot"), step(C, "none")),
    )
    now, here = 0, set()
    over = draw(st.integers(0, 40))
    for number, (name, *arguments) in enumerate(draw(st.lists(DEEDS, max_size=40))):
        now += draw(GAPS)
        if number == over:
            run.no_more_arrivals(now)
        if name == "arrive":
            if arguments[0] not in here:
                here.add(arguments[0])
                run.arrive(now, arguments[0])
        elif name == "heal":
            run.fault(now, *arguments, over=True)
        elif name == "fault":
            run.fault(now, *arguments)
        else:
            who = arguments[2] if name in ("says", "sends", "phantom") else arguments[-1]
            instance = arguments[1] if name in ("lands", "undoes", "begins") else who
            if instance in here:
                _do(run, now, name, arguments, instance)
    warm_up = draw(st.sampled_from((0, 1)))
    history = run.ends(now + draw(GAPS), at_rest=draw(st.booleans()), warm_up_ms=warm_up)
    gone = draw(st.sets(st.sampled_from(sorted(here)))) if here else set()
    rows = with_gone(history, gone, draw(st.lists(st.integers(0, 9), max_size=4)))
    return history, rows, draw(st.lists(st.integers(0, len(rows)), max_size=3))


def _do(run: Run, now: int, name: str, arguments: list, instance: int) -> None:
    match name:
        case "says":
            run.says(now, arguments[0], arguments[1], instance)
        case "lands" | "undoes" | "begins":
            getattr(run, name)(now, arguments[0], instance, arguments[2])
        case "drops":
            run.drops(now, arguments[0], arguments[1], arguments[2], instance)
        case _:
            getattr(run, name)(now, arguments[0], arguments[1], instance)


@given(streams(), MONITORS, st.one_of(st.none(), st.integers(0, 10**14)))
@settings(max_examples=600, deadline=None)
def test_a_stream_is_measured_like_the_history(stream, monitor, until_ns):
    history, rows, cuts = stream
    whole = measure(history, monitor=monitor, until_ns=until_ns)
    online = measured_online(history, rows, cuts=cuts, monitor=monitor, until_ns=until_ns)
    assert_same(whole, online)


@given(streams())
@settings(max_examples=100, deadline=None)
def test_points_of_the_curve_are_exact(stream):
    history, rows, _ = stream
    curve = measured_online(history, rows).divergence
    assert curve.values == pytest.approx(naive_curve(history, curve.times_ns))
    assert len(curve.times_ns) <= 401
    assert curve.times_ns[0] == 0
    assert curve.times_ns[-1] <= history.rows[-1, 0]


def test_the_text_says_the_same_without_numba():
    histories = [busy(persistence=persistence) for persistence in ("memory", "database")]
    with interpreted_meter() as modules:
        for history in histories:
            rows = with_gone(history, {0, 1, 2})
            found = measured_online(history, rows, cuts=[7], meter=modules["meter"].Meter)
            assert_same(measure(history), found)


def command(epoch: int = 0) -> Command:
    return Command(A, epoch, 1, 0)


def busy(**knobs: object) -> History:
    """Some instances in which something of everything happens, and a monitor finds one stuck."""
    run = Run(**knobs)
    one_step(run, 0, 0)
    run.begins(13, A, 0).begins(14, A, 0).begins(15, A, 0, 1)
    run.sends(15, "o", command()).phantom(15, "o", command())
    one_step(run, 20, 1).fault(33, "a").fault(40, "a", over=True)
    run.arrive(41, 2).says(42, "o", view("running", [A], A="running"), 2)
    run.fault(50, "o").lands(55, A, 2).lands(56, A, 2).says(56, "a", view(A="done"), 2)
    run.fault(58, "o", over=True).says(60, "o", view("running", [A], A="done"), 2)
    run.no_more_arrivals(70).arrive(80, 3).says(81, "b", view("aborted", B="running"), 3)
    run.lands(82, B, 3).undoes(83, B, 3).says(84, "c", view("succeeded"), 3)
    run.arrive(90, 4).drops(91, "a", command(), Drop.LOST, 4)
    run.says(95, "o", view("running"), 4).says(97, "o", view("aborted"), 4)
    run.arrive(100, 5).begins(101, A, 5, 0).begins(102, A, 5, 1).lands(103, A, 5, 0)
    run.undoes(104, A, 5, 0).says(105, "o", view("succeeded", A="done"), 5)
    return run.ends(100_000)


@pytest.mark.parametrize(
    ("module", "name", "planted"),
    [
        ("row_reading", "meet", lambda instance, time: None),
        ("state_changes", "sketch", lambda m, which, value: None),
        ("state_changes", "hold", lambda m, instance, until: None),
        ("folding", "end_spell", lambda m, instance, until: None),
        ("state_changes", "_poll_after", lambda m, time: time),
        ("state_changes", "spell", lambda m, start, end: None),
        ("folding", "stay", lambda instance, state, until: None),
        ("folding", "_latest", lambda instance, step, time: 0),
        ("folding", "_beside_others", lambda m, pairs, count, number: None),
        ("folding", "_CLEAN", 1),
        ("row_reading", "_LOST", 3),
        ("row_reading", "catch_up", lambda m, instance: None),
        ("row_reading", "also_revisited", lambda m, revisited, node: 0),
        ("row_reading", "_crash", lambda m, participant, time: None),
    ],
)
def test_a_planted_change_is_caught(module, name, planted, monkeypatch):
    history = forgetful() if name == "catch_up" else busy(persistence="memory")
    with interpreted_meter() as modules:
        monkeypatch.setattr(modules[module], name, planted)
        with pytest.raises((AssertionError, ValueError)):  # a sketch of nothing has no quantiles
            assert_same(measure(history), measured_online(history, meter=modules["meter"].Meter))


def forgetful() -> History:
    """A crash after a verdict counts if anything more happens, and not if nothing does."""
    run = Run(persistence="memory")
    for instance in (0, 1):
        one_step(run, 20 * instance, instance).says(
            18 + 20 * instance, "a", view("aborted"), instance
        )
    return run.fault(50, "a").says(60, "b", view("running"), 0).ends(100)


# ------------------------------------------------------------------------------ what it asks for


def test_more_of_everything_than_there_is_room_for_at_first():
    run = Run()
    for instance in range(3000):
        run.arrive(instance, instance)
    for instance in range(3000):
        run.says(4000 + instance, "o", view("running", [A], A="running"), instance)
        run.lands(4000 + instance, A, instance)
    run.fault(8000, "a").fault(8001, "a", over=True)
    for epoch in range(100):
        run.lands(8100 + epoch, A, 0, epoch + 1)
        run.says(8100 + epoch, "a", view("running", A="running" if epoch % 2 else "done"), 0)
        run.sends(8200, "o", command(epoch), 0)
    for number in range(1100):
        run.fault(8300 + number / 2, "b").fault(8300.25 + number / 2, "b", over=True)
    for instance in range(3000):
        run.says(9000 + instance, "o", view("succeeded", A="done"), instance)
    history = run.ends(15_000)
    rows = with_gone(history, range(1, 3000, 2))
    assert_same(measure(history), measured_online(history, rows, cuts=[5000, 9000]))


def test_faults_that_nobody_looked_at_are_met_in_their_order():
    """Progress in the instant of the last of three is blamed on the one before it."""
    run = Run().arrive(0).says(1, "o", view("running", [A], A="running"))
    for time in (10, 20, 30):
        run.fault(time, "a").fault(time, "a", over=True)
    run.says(30, "o", view("running", [A], A="done"))
    history = run.ends(100, at_rest=False)
    [sample] = measure(history).recovery
    assert sample.duration_ns == 80 * MS
    assert_same(measure(history), measured_online(history, history.rows))


def test_faults_over_in_the_instant_of_the_arrival_are_not_met():
    run = Run().arrive(10)
    for who in ("a", "b"):
        run.fault(10, who).fault(10, who, over=True)
    history = run.says(20, "o", view("running", [A], A="running")).ends(100, at_rest=False)
    assert measure(history).recovery == ()
    assert_same(measure(history), measured_online(history, history.rows))


def test_what_is_over_takes_no_memory():
    run, meters = Run(), []

    class Kept(Meter):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            meters.append(self)

    for instance in range(2000):
        one_step(run, 20 * instance, instance)
    history = run.ends(50_000)
    for gone in (set(), set(range(2000))):
        measured_online(history, with_gone(history, gone), meter=Kept)
    held, flat = (sum(chunk.nbytes for chunk in meter._store._chunks) for meter in meters)
    assert held - flat > 2000 * 8 * 30
    assert int(meters[1].words[at.M_RING_MASK]) == RING - 1


def test_an_error_of_the_source_comes_out_and_nothing_crashes():
    history = busy()
    told = Told(history)
    told.view = lambda participant, state: 1 / 0  # type: ignore[method-assign]
    meter = Meter(history, told)
    with pytest.raises(ZeroDivisionError):
        meter.read(history.rows)


@pytest.mark.parametrize(
    "question", ["_memory", "_more_ring", "_more_spells", "_more_counts", "_more_strikes"]
)
def test_memory_that_ends_is_an_error_and_nothing_is_written_outside(question, monkeypatch):
    def fails(meter: Meter, *_: int) -> int:
        raise MemoryError

    monkeypatch.setattr(Answering if question == "_memory" else Meter, question, fails)
    with pytest.raises(MemoryError):
        measured_online(many_wrong())


def many_wrong() -> History:
    run = Run(persistence="memory")
    for instance in range(2500):
        run.arrive(instance, instance).says(instance, "o", view("aborted", A="done"), instance)
    for number in range(1100):
        run.fault(2600 + number / 20, "a").fault(2600 + number / 20, "a", over=True)
    run.fault(2690, "a").fault(2700, "a", over=True)
    for instance in range(2500):
        run.says(2800 + instance, "b", view("succeeded", A="failed"), instance)
    return run.ends(9000)


def test_a_run_without_rows_and_one_without_instances():
    for history in (Run().history(), Run().ends(5)):
        assert_same(measure(history), measured_online(history))


# -------------------------------------------------------------------------------------- sketches


def sketch_of(values: list[int]) -> Sketch:
    counts = np.zeros(BUCKETS, dtype=np.int64)
    for value in values:
        exponent = max(0, value.bit_length() - BUCKET_BITS)
        counts[(exponent << (BUCKET_BITS - 1)) + (value >> exponent)] += 1
    return Sketch(counts)


@given(st.lists(st.integers(0, 2**62), min_size=1), st.sampled_from((0.0, 0.5, 0.95, 1.0)))
def test_quantiles_are_as_near_as_they_say(values, share):
    found = sketch_of(values)
    assert len(found) == len(values)
    low, high = (np.sort(values)[round_(share * (len(values) - 1))] for round_ in (_floor, _ceil))
    assert low * (1 - ERROR) <= found.quantile_ns(share) <= high * (1 + ERROR)
    exact = [value for value in values if value < 1 << BUCKET_BITS]
    if exact:
        expected = np.quantile(exact, share)
        assert sketch_of(exact).quantile_ns(share) == pytest.approx(expected)


def _floor(place: float) -> int:
    return int(np.floor(place))


def _ceil(place: float) -> int:
    return int(np.ceil(place))


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_a_share_is_a_share(share):
    with pytest.raises(ValueError, match="a share is from 0 to 1"):
        sketch_of([1, 2]).quantile_ns(share)


def test_an_empty_sketch_has_no_quantile():
    with pytest.raises(ValueError, match="no durations"):
        sketch_of([]).quantile_ns(0.5)
    with pytest.raises(ValueError, match="buckets"):
        Sketch(np.zeros(3, dtype=np.int64))


def test_every_metric_of_the_registry_is_there():
    assert list(measured_online(busy()).values) == list(METRICS)
