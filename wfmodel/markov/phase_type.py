"""How long a clock runs: not at all, or a number of exponential stages of equal mean.

An exponential time is one stage, a gamma time of whole shape as many as its shape (Erlang), and a
constant zero none. Nothing else is memoryless: it is refused by its place, or, if asked for,
replaced by stages with the same mean, which is then noted. A constant c in k stages has standard
deviation c / sqrt(k).
"""

from __future__ import annotations

from typing import NamedTuple

from wfmodel.model.distributions import Constant, Distribution, Exponential, Gamma

MOST_STAGES = 1000


class NotExponentialError(ValueError):
    """A time that no finite chain of exponential stages describes; the text names its place."""


class Erlang(NamedTuple):
    """``stages`` of ``rate`` per second each; no stage: it takes no time."""

    stages: int
    rate: float


AT_ONCE = Erlang(0, 0.0)


class Lengths:
    """Turns distributions into stages. ``stages``: for what is not exponential; None refuses it."""

    def __init__(self, stages: int | None) -> None:
        if stages is not None and not 1 <= stages <= MOST_STAGES:
            raise ValueError(f"stages must be between 1 and {MOST_STAGES}; got {stages}")
        self.stages = stages
        self.approximated: dict[str, int] = {}
        """Place to the stages that stand for what is there."""

    def of(self, distribution: Distribution, place: str) -> Erlang:
        """The length of a clock.

        Raises:
            NotExponentialError: it is not exponential, and no stages were asked for.
        """
        mean_ns = distribution.mean_ns()
        if mean_ns == 0:
            return AT_ONCE
        if isinstance(distribution, Exponential):
            return Erlang(1, 1e9 / mean_ns)
        if isinstance(distribution, Gamma) and float(distribution.shape).is_integer():
            shape = int(distribution.shape)
            if shape <= MOST_STAGES:
                return Erlang(shape, shape * 1e9 / mean_ns)
        return self._approximated(distribution.distribution, mean_ns, place)

    def fixed(self, length_ns: int, place: str) -> Erlang:
        """The length of a clock that a number of nanoseconds gives."""
        return self.of(Constant(length_ns), place)

    def _approximated(self, family: str, mean_ns: float, place: str) -> Erlang:
        if self.stages is None:
            raise NotExponentialError(
                f"{place} is {family} (mean {mean_ns / 1e9:g} s), and an exact answer needs"
                " exponential times: make it exponential (or gamma of a whole shape), or ask for"
                " Erlang stages, which approximate it with the same mean"
            )
        self.approximated[place] = self.stages
        return Erlang(self.stages, self.stages * 1e9 / mean_ns)
