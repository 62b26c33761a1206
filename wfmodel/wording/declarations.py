r"""Declared things in words: distributions, faults, knobs, arrivals, retries.

>>> from wfmodel.model.distributions import Exponential
>>> distribution_words(Exponential(mean="2s"))
'exponential, mean 2\xa0s'
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, Protocol

from wfmodel.designs.fault_facts import PER_MESSAGE
from wfmodel.designs.faults import ALL_PARTICIPANTS, ALL_SERVICES, FACTS, Fault, FaultScope
from wfmodel.designs.knob_registry import KNOBS
from wfmodel.designs.knobs import Lease, Poll
from wfmodel.model.distributions import (
    Constant,
    Distribution,
    Empirical,
    Exponential,
    Gamma,
    LogNormal,
    Uniform,
    Weibull,
)
from wfmodel.model.failures import RetryPolicy
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import Compensation, Task
from wfmodel.wording.counting import together
from wfmodel.wording.figures import SPACE, number, significant

SECOND = 1e9

FAULTS: Final = {kind: facts.plural for kind, facts in FACTS.items()}
"""Kinds of faults, in the plural."""


class Varying(Protocol):
    """How a rate varies: what ``wfmodel.simulation.Pattern`` declares."""

    @property
    def period(self) -> int:
        """Nanoseconds until it begins anew."""

    @property
    def factors(self) -> tuple[float, ...]:
        """Of its equal parts."""


class Arriving(Protocol):
    """How instances arrive: what ``wfmodel.simulation.Arrivals`` declares."""

    @property
    def every(self) -> Distribution | None:
        """Time between two."""

    @property
    def at(self) -> tuple[int, ...]:
        """A trace of times, in nanoseconds."""

    @property
    def most(self) -> int | None:
        """No more than this many."""

    @property
    def pattern(self) -> Varying | None:
        """How the rate varies."""


def duration_words(duration_ns: float) -> str:
    """A duration in the unit that fits."""
    if duration_ns == int(duration_ns):
        exact = format_duration(int(duration_ns))
        if len(exact) <= 5:
            return _spaced(exact)
    return number(duration_ns / SECOND, "s")


def _spaced(text: str) -> str:
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = {"m": "min", "us": "µs"}.get(text[len(digits) :], text[len(digits) :])
    return f"{digits}{SPACE}{unit}"


def distribution_words(distribution: Distribution) -> str:
    """Family and parameters: ``exponential, mean 2 s``; a constant is just its value."""
    d = duration_words
    match distribution:
        case Constant(value=value):
            return d(value)
        case Uniform(low=low, high=high):
            return f"uniform, {d(low)} to {d(high)}"
        case Exponential(mean=mean):
            return f"exponential, mean {d(mean)}"
        case LogNormal(median=median, p99=p99):
            return f"lognormal, median {d(median)}, p99 {d(p99)}"
        case Gamma(mean=mean, shape=shape):
            return f"gamma, mean {d(mean)}, shape {significant(shape)}"
        case Weibull(scale=scale, shape=shape):
            return f"Weibull, scale {d(scale)}, shape {significant(shape)}"
        case Empirical(values=values):
            return f"{len(values)} measured values, mean {d(distribution.mean_ns())}"


def mean_words(distribution: Distribution) -> str:
    """For a sentence: ``2 s``, ``2 s on average (exponential)``, or the family's parameters."""
    if isinstance(distribution, Exponential):
        return f"{duration_words(distribution.mean)} on average (exponential)"
    return distribution_words(distribution)


def fault_words(fault: Fault) -> str:
    """What strikes whom, when, for how long: one line."""
    parts = [f"{fault.kind.value} of {_target(fault)}"]
    if fault.at:
        times = ", ".join(duration_words(at) for at in fault.at[:5])
        more = f" and {len(fault.at) - 5} more" if len(fault.at) > 5 else ""
        parts.append(f"at {times}{more}")
    elif fault.every is not None:
        parts.append(f"every {mean_words(fault.every)}")
    else:
        parts.append("throughout")
    if fault.unseen:
        parts.append("seen by nobody")
    if fault.together:
        parts.append("all at once")
    if fault.lasts.mean_ns() > 0:
        parts.append(f"lasts {mean_words(fault.lasts)}")
    if fault.age is not None:
        parts.append(f"from a backup {duration_words(fault.age)} old")
    if fault.backups is not None:
        parts.append(f"from the latest backup, one every {duration_words(fault.backups)}")
    if fault.probability != 1.0 or fault.kind in PER_MESSAGE:
        each = "per message" if fault.kind in PER_MESSAGE else "per attempt"
        parts.append(f"{number(fault.probability, 'fraction')} {each}")
    if fault.factor != 1.0:
        parts.append(f"{significant(fault.factor)} times slower")
    if fault.delay.mean_ns() > 0:
        parts.append(f"by {distribution_words(fault.delay)}")
    return "; ".join(parts)


def _target(fault: Fault) -> str:
    if FACTS[fault.kind].scope is FaultScope.BROKER:
        return "the broker"
    names = {ALL_PARTICIPANTS: "each participant", ALL_SERVICES: "each service"}
    target = together([names.get(name, name) for name in fault.whom])
    from_peers = f" from {', '.join(fault.peers)}" if fault.peers else ""
    at_step = f" in step {fault.step}" if fault.step else ""
    return f"{target}{from_peers}{at_step}"


def knob_words(name: str, value: object) -> str:
    """A knob's value in words."""
    if KNOBS[name].counts and value is not None:
        return f"{value:,}"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, int):
        return duration_words(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{count} of {name}" for name, count in value.items()) or "one of each"
    if isinstance(value, Poll):
        whose = "" if value.of == ALL_PARTICIPANTS else f"of {value.of}: "
        return f"{whose}every {duration_words(value.every)}"
    if isinstance(value, Lease):
        renewed, lasts, look = map(duration_words, (value.renewed, value.lasts, value.look))
        whose = "" if value.of == ALL_PARTICIPANTS else f"of {value.of}: "
        return f"{whose}renewed every {renewed}, lasts {lasts}, looked at every {look}"
    return distribution_words(value)  # type: ignore[arg-type]


def arrivals_words(arrivals: Arriving) -> str:
    """How instances arrive."""
    if arrivals.every is None:
        return f"{len(arrivals.at)} at stated times"
    most = f", at most {arrivals.most:,}" if arrivals.most is not None else ""
    if arrivals.pattern is not None:
        factors, period = arrivals.pattern.factors, duration_words(arrivals.pattern.period)
        most += f", times {min(factors):g} to {max(factors):g} in the course of {period}"
    return f"one every {mean_words(arrivals.every)}{most}"


def work_words(state: Task | Compensation) -> str:
    """How long work takes, how it fails, and what is done about it."""
    parts = [f"takes {mean_words(state.duration)}"]
    for name, mode in state.failures.items():
        parts.append(f"{name} ({mode.kind.value}) {number(mode.probability, 'fraction')}")
    if state.timeout is not None:
        parts.append(f"time-out {duration_words(state.timeout)}")
    if state.retry is not None:
        parts.append(retry_words(state.retry))
    return "; ".join(parts)


def retry_words(policy: RetryPolicy) -> str:
    """Attempts and back-off."""
    attempts = (
        "retried until it succeeds" if policy.attempts is None else (f"{policy.attempts} attempts")
    )
    cap = "" if policy.cap is None else f", at most {duration_words(policy.cap)}"
    pause = f"back-off {duration_words(policy.backoff)} × {significant(policy.factor)}{cap}"
    return f"{attempts}, {pause}"
