"""Markov chains in continuous time: pure machines with exponential clocks; how to solve them.

A machine that fails twice an hour and is repaired in ten minutes works three quarters of the time:

>>> import numpy as np
>>> from scipy import sparse
>>> rates = sparse.csr_array(np.array([[0, 2 / 3600], [1 / 600, 0]]))
>>> chain = Chain(rates, np.array([1.0, 0.0]))
>>> stationary(chain, np.array([True, True])).round(3).tolist()
[0.75, 0.25]
"""

from wfmodel.extras import need

need("numpy")  # before anything here imports it

from wfmodel.markov.building import InstanceChain, build  # noqa: E402
from wfmodel.markov.chain import Chain  # noqa: E402
from wfmodel.markov.hitting import (  # noqa: E402
    expected_reward,
    expected_time_if_hit,
    hits,
)
from wfmodel.markov.instance_process import Life  # noqa: E402
from wfmodel.markov.partial_chain import KnownChain, TooManyStatesError  # noqa: E402
from wfmodel.markov.phase_type import NotExponentialError  # noqa: E402
from wfmodel.markov.rates import Surroundings  # noqa: E402
from wfmodel.markov.steady_state import long_run, stationary  # noqa: E402
from wfmodel.markov.uniformization import hits_within, transient  # noqa: E402

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
