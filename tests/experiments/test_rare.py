"""Rare events against closed forms and exact answers; chains that nobody can enumerate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from tests.exploration.markov.chains import crashes, exponential, ruin_wins, saga
from wfmodel.designs import Knobs, Table, choreograph, orchestrate
from wfmodel.experiments.pilot import NoWayError
from wfmodel.experiments.rare_events import (
    Splitting,
    ended_as,
    exactly,
    probability_of,
    solved,
)
from wfmodel.experiments.splitting_walks import mixed
from wfmodel.markov import KnownChain, Life, Surroundings, TooManyStatesError
from wfmodel.markov.jumps import Jumps
from wfmodel.markov.most_probable_path import LikeliestFirst
from wfmodel.markov.rates import Rates
from wfmodel.simulation.randomness import uniform

pytestmark = pytest.mark.long


PLENTY = 1_000_000


@dataclass(frozen=True)
class Gambler:
    """He has something between 0 and ``size``, wins 1 against ``down``, and counts his losses up to
    ``counted``, for nothing (None: without end, so that there is no end of states either).
    """

    size: int
    down: float = 4.0
    counted: int | None = 0

    def initial(self) -> list[tuple[float, tuple[int, int]]]:
        return [(1.0, (1, 0))]

    def jumps(self, state: tuple[int, int]) -> Iterator[tuple[float, tuple[int, int], bool]]:
        has, losses = state
        if 0 < has < self.size:
            yield 1.0, (has + 1, losses), False
            more = losses + 1 if self.counted is None else min(losses + 1, self.counted)
            yield self.down, (has - 1, more), False

    def wins(self, state: tuple[int, int]) -> bool:
        return state[0] == self.size

    @property
    def chance(self) -> float:
        return ruin_wins(self.size, 1.0, self.down)


def what_he_has(state: tuple[int, int]) -> int:
    return state[0]


def estimated(gambler: Gambler, how: Splitting, sketch=None, within_s: float | None = None):
    known = KnownChain(gambler, limit=PLENTY)
    found = probability_of(known, gambler.wins, sketch=sketch, splitting=how, within_s=within_s)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("counted", "sketch"),
    [(0, None), (None, what_he_has), (None, None)],
    ids=["finite", "infinite, with a sketch", "infinite"],
)
def test_intervals_cover_seven_in_ten_billion(counted, sketch):
    """Of 20 intervals at 95 %, fewer than 15 hold the truth three times in 10,000."""
    gambler = Gambler(16, counted=counted)
    hows = [Splitting(60, 20, seed=seed, most=400) for seed in range(20)]
    found = [estimated(gambler, how, sketch) for how in hows]
    truth = gambler.chance
    assert truth == pytest.approx(7.0e-10, rel=0.01)
    assert sum(each.estimate.low <= truth <= each.estimate.high for each in found) >= 15
    means = [each.estimate.mean for each in found]
    assert np.mean(means) == pytest.approx(truth, rel=0.25)


def test_what_is_known_bounds_the_chance_and_more_does_so_better():
    gambler = Gambler(12, counted=None)
    looks = (75, 85, 95, 105)
    bounds = [estimated(gambler, Splitting(10, 2, most=most)).bounds for most in looks]
    lows, highs = zip(*bounds, strict=True)
    assert list(lows) == sorted(lows)
    assert list(highs) == sorted(highs, reverse=True)
    assert 0.2**11 * (1 - 1e-9) <= lows[0] < lows[-1]
    assert lows[-1] <= gambler.chance <= highs[-1]


def test_a_chain_that_is_known_as_a_whole_is_solved():
    gambler = Gambler(16)
    known = KnownChain(gambler, limit=PLENTY)
    assert known.look_into_all(most=100)
    assert exactly(known, gambler.wins) == pytest.approx(gambler.chance, rel=1e-9)
    assert not KnownChain(Gambler(16, counted=None), limit=PLENTY).look_into_all(most=100)


def test_what_is_too_large_or_too_small_to_be_solved_is_not():
    endless, small = Gambler(6, counted=None), Gambler(6)
    assert solved(KnownChain(endless, limit=60), endless.wins) is None
    assert solved(KnownChain(small, limit=60), small.wins) == pytest.approx(small.chance)
    assert solved(KnownChain(small, limit=60), small.wins, 1e-5) is None  # 1e-27 has no digits


def test_within_a_time():
    gambler = Gambler(8)
    known = KnownChain(gambler, limit=PLENTY)
    assert known.look_into_all()
    truth = exactly(known, gambler.wins, within_s=1.5)
    assert truth < 2e-5
    found = estimated(gambler, Splitting(1000, 30), within_s=1.5)
    assert found.bounds is None
    assert found.estimate.low <= truth <= found.estimate.high
    with pytest.raises(ValueError, match="greater than zero; got -1 s"):
        estimated(gambler, Splitting(), within_s=-1.0)


def test_the_same_seed_gives_the_same_bytes_and_another_other_ones():
    gambler = Gambler(10, counted=None)
    how = Splitting(50, 4, seed=3, most=60)
    once, twice = (estimated(gambler, how) for _ in range(2))
    assert once == twice
    assert estimated(gambler, Splitting(50, 4, seed=4, most=60)).estimate != once.estimate


class OneJump:
    """An event one jump away, once in a billion; and one that no way leads to."""

    def initial(self) -> list[tuple[float, str]]:
        return [(1.0, "here")]

    def jumps(self, state: str) -> list[tuple[float, str, bool]]:
        return [(1e-9, "there", True), (1 - 1e-9, "gone", False)] if state == "here" else []


def test_a_single_rare_jump_is_found():
    found = probability_of(KnownChain(OneJump(), limit=9), "there".__eq__)
    assert found is not None
    assert found.missed == 0
    assert found.estimate.mean == pytest.approx(1e-9, rel=0.05)
    assert found.bounds == pytest.approx((1e-9, 1e-9))


def test_what_cannot_happen_and_what_is_not_found_are_told_apart():
    assert probability_of(KnownChain(OneJump(), limit=9), "nowhere".__eq__) is None
    endless = Gambler(16, counted=None)
    with pytest.raises(NoWayError, match="not found among the 5 likeliest states"):
        probability_of(KnownChain(endless, limit=PLENTY), endless.wins, splitting=Splitting(most=5))
    with pytest.raises(TooManyStatesError, match="more than 5 states"):
        probability_of(KnownChain(endless, limit=5), endless.wins)


def test_a_second_question_to_the_same_chain():
    """States that walks had come to are events of the second question too."""
    gambler = Gambler(12, counted=None)
    known = KnownChain(gambler, limit=PLENTY)
    how = Splitting(200, 20, most=80)
    first = probability_of(known, gambler.wins, splitting=how)
    second = probability_of(known, gambler.wins, splitting=how)
    assert first is not None
    assert second is not None
    assert second.estimate.low <= gambler.chance <= second.estimate.high
    assert second.bounds[0] > first.bounds[0]  # It knows more now.


class TwoWays:
    """The likeliest way to the event is not the one that its chance comes from: that is a crowd of
    states, each much less likely, behind a door that no known state commends.
    """

    CROWD = 400

    def initial(self) -> list[tuple[float, object]]:
        return [(1.0, "here")]

    def jumps(self, state: object) -> list[tuple[float, object, bool]]:
        if isinstance(state, tuple) and state[0] == "after":
            return []
        if state == "here":
            return [(0.989, "gone", False), (1e-3, "event", False), (0.01, "door", False)]
        if state == "door":
            return [(1.0, ("crowd", number), False) for number in range(self.CROWD)]
        if isinstance(state, tuple):
            return [(0.6, "gone", False), (0.4, ("after", state[1]), False)]
        return []


def test_a_crowd_behind_a_door_is_not_missed():
    """A chance of 1e-3 on the way that is seen, and 4e-3 on ways that are not."""

    def event(state: object) -> bool:
        return state == "event" or (isinstance(state, tuple) and state[0] == "after")

    known = KnownChain(TwoWays(), limit=PLENTY)
    found = probability_of(known, event, splitting=Splitting(500, 30, most=4))
    assert found is not None
    assert found.bounds == pytest.approx((1e-3, 1.1e-2))
    assert found.is_beyond
    assert found.estimate.low <= 5e-3 <= found.estimate.high


@dataclass(frozen=True)
class Rated:
    """A chain from rates by state; begins in ``a``."""

    rates: dict[str, dict[str, float]]

    def initial(self) -> list[tuple[float, str]]:
        return [(1.0, "a"), (0.0, "never")]

    def jumps(self, state: str) -> Iterator[tuple[float, str, bool]]:
        for after, rate in self.rates.get(state, {}).items():
            yield rate, after, False


def asked(rates: dict[str, dict[str, float]], walks: int = 200, **more):
    found = probability_of(
        KnownChain(Rated(rates), limit=99), "e".__eq__, splitting=Splitting(walks, 20), **more
    )
    assert found is not None
    return found.estimate


def test_a_light_walk_that_has_come_far_is_not_forgotten():
    """Half of the chance is a single rare jump, the other half a long climb."""
    held = 0
    for seed in range(40):
        climb = {"a": {"gone": 1.0, "e": 1e-6, "b": 1e-3}, "b": {"gone": 1.0, "c": 1e-1}}
        climb |= {"c": {"gone": 1.0, "e": 1e-2}}
        known = KnownChain(Rated(climb), limit=99)
        found = probability_of(known, "e".__eq__, splitting=Splitting(100, 20, seed=seed))
        assert found is not None
        assert known.look_into_all()
        held += found.estimate.low <= exactly(known, "e".__eq__) <= found.estimate.high
    assert held >= 33  # of 40 at 95 %, fewer than 33 once in 10,000


def test_what_no_walk_did_is_still_possible():
    nearly = asked({"a": {"e": 1e5, "gone": 1.0}})
    assert nearly.low < 1e5 / (1e5 + 1) < nearly.high == 1.0
    never = asked({"a": {"b": 1.0}, "b": {"c": 1.0}, "c": {"e": 1.0}}, within_s=1e-4)
    assert (never.mean, never.low) == (0.0, 0.0)
    assert 1.7e-13 < never.high < 0.01


def test_chances_whose_squares_are_no_numbers():
    steps = {str(n): {str(n + 1): 1.0, "gone": 1e20} for n in range(10)}
    found = asked(steps | {"a": {"0": 1.0}, "10": {"e": 1.0}})
    assert found.mean == pytest.approx(1e-200, rel=0.2)
    assert found.low < found.high
    far = {str(n): {str(n + 1): 1.0, "gone": 1e20} for n in range(16)}
    with pytest.raises(NoWayError, match="less than 1e-300"):
        asked(far | {"a": {"0": 1.0}, "16": {"e": 1.0}})


def test_rates_of_zero_are_none_and_others_are_refused():
    assert asked({"a": {"e": 1.0, "gone": 0.0}}).mean == 1.0
    for rate in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="a rate is"):
            asked({"a": {"e": rate}})


def test_an_error_on_the_way_leaves_no_half_of_a_row():
    known = KnownChain(Rated({"a": {"b": 1.0, "c": 1.0, "d": 1.0}}), limit=3)
    for _ in range(2):
        with pytest.raises(TooManyStatesError):
            known.look_into(0)
    assert not known.looked_into().any()
    assert known.chain().rates.nnz == 0


class ShortOrLikely:
    """A way of one unlikely jump, and one of five that are likely, to the same place."""

    def initial(self) -> list[tuple[float, str]]:
        return [(1.0, "a")]

    def jumps(self, state: str) -> list[tuple[float, str, bool]]:
        if state == "a":
            return [(0.1, "unlikely", False), (0.9, "ab", False)]
        return [(1.0, state + "b", False)] if len(state) < 6 else []


def test_likeliest_states_are_looked_into_first():
    known = KnownChain(ShortOrLikely(), limit=9)
    search = LikeliestFirst(known, "abbbbb".__eq__)
    search.go_on(most=6)
    assert search.found
    assert not search.whole
    assert not known.looked_into()[known.states.index("unlikely")]
    search.go_on(most=9)
    assert search.whole


def life(design: str, knobs: Knobs, *faults) -> Life:
    made = orchestrate if design == "orchestration" else choreograph
    system = made(saga(2), knobs)
    rates = Rates(system, Surroundings(exponential("5ms"), faults))
    return Life(Jumps(Table(system), rates))


@pytest.mark.parametrize("design", ["orchestration", "choreography"])
@pytest.mark.parametrize("most", [300, 20_000])
def test_an_instance_lost_by_a_crash(design, most):
    """Levels are made of a part of the states; walks find the rest."""
    careful = Knobs(commit=exponential("3ms"), delivery="at-most-once")
    one = life(design, careful, crashes("service1", every="1h", lasts="1s"))
    lost = ended_as(one, "lost")
    known = KnownChain(one, limit=PLENTY)
    how = Splitting(300, 30, most=most)
    found = probability_of(known, lost, sketch=one.sketch, splitting=how)
    assert found is not None
    assert known.look_into_all(most=20_000)
    truth = exactly(known, lost)
    assert truth < 1e-3
    assert found.bounds[0] <= truth * (1 + 1e-9)
    assert truth <= found.bounds[1] * (1 + 1e-9)
    assert found.estimate.low <= truth <= found.estimate.high
    assert found.estimate.half_width < 0.1 * truth


def test_what_splitting_cannot_do_is_said():
    with pytest.raises(ValueError, match="a factor between 1 and a million; got 500, 30 and 1"):
        Splitting(factor=1.0)
    with pytest.raises(ValueError, match="must be even; got 11"):
        Splitting(walks=11)
    one = life("orchestration", Knobs(commit=exponential("3ms"), delivery="at-most-once"))
    with pytest.raises(ValueError, match="no end 'gone'; there are committed"):
        ended_as(one, "gone")


def test_many_draws_at_once_are_the_simulator_s_draws():
    walks = np.arange(5, dtype=np.uint64)
    bases = np.full(5, 12345, dtype=np.uint64)
    assert mixed(bases, walks, 7).tolist() == [uniform(12345, walk, 7) for walk in range(5)]
