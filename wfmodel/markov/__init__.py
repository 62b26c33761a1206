"""Markov chains in continuous time: pure machines with exponential clocks; how to solve them.

A machine that fails twice an hour and is repaired in ten minutes works three quarters of the time:

>>> import numpy as np
>>> from scipy import sparse
>>> rates = sparse.csr_array(np.array([[0, 2 / 3600], [1 / 600, 0]]))
>>> chain = Chain(rates, np.array([1.0, 0.0]))
>>> stationary(chain, np.array([True, True])).round(3).tolist()
[0.75, 0.25]
"""

from __future__ import annotations

from wfmodel.markov.building import InstanceChain, build
from wfmodel.markov.chain import Chain
from wfmodel.markov.hitting import (
    expected_reward,
    expected_time_if_hit,
    hits,
)
from wfmodel.markov.instance_process import Life
from wfmodel.markov.partial_chain import KnownChain, TooManyStatesError
from wfmodel.markov.phase_type import NotExponentialError
from wfmodel.markov.rates import Surroundings
from wfmodel.markov.steady_state import long_run, stationary
from wfmodel.markov.uniformization import hits_within, transient

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
