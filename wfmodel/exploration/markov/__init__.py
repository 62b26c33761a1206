"""Markov chains in continuous time: pure machines with exponential clocks; how to solve them."""

from __future__ import annotations

from wfmodel.exploration.markov.building import InstanceChain, build
from wfmodel.exploration.markov.chain import Chain
from wfmodel.exploration.markov.clocks import NotExponentialError
from wfmodel.exploration.markov.hitting import (
    expected_reward,
    expected_time_if_hit,
    hits,
)
from wfmodel.exploration.markov.known import KnownChain, TooManyStatesError
from wfmodel.exploration.markov.life import Life
from wfmodel.exploration.markov.longrun import long_run, stationary
from wfmodel.exploration.markov.rates import Surroundings
from wfmodel.exploration.markov.uniformization import hits_within, transient

__all__ = [
    "Chain",
    "InstanceChain",
    "KnownChain",
    "Life",
    "NotExponentialError",
    "Surroundings",
    "TooManyStatesError",
    "build",
    "expected_reward",
    "expected_time_if_hit",
    "hits",
    "hits_within",
    "long_run",
    "stationary",
    "transient",
]
