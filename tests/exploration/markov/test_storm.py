"""Every kind of answer against Storm (Hensel et al., STTT 24, 2022), on the same chains.

Storm is an oracle for tests only: its licence (GPL) keeps it out of what users run. The extra
``oracles`` installs it; without it these tests are skipped.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse

from tests.exploration.markov.chains import chain_of, crashes, instance, marks, ruin
from wfmodel.markov import (
    Chain,
    expected_reward,
    hits,
    hits_within,
    long_run,
)

stormpy = pytest.importorskip("stormpy", reason="the extra 'oracles' is not installed")

CLOSE = 1e-6


class Storm:
    """A chain as Storm's own sparse one; a state that is never left gets a rate to itself."""

    def __init__(self, chain: Chain, goal: np.ndarray) -> None:
        ends = sparse.diags_array((chain.exits == 0).astype(float))
        rates = sparse.csr_array(chain.rates + ends)
        rates.sort_indices()
        builder = stormpy.SparseMatrixBuilder(chain.size, chain.size, rates.nnz)
        for row in range(chain.size):
            for place in range(rates.indptr[row], rates.indptr[row + 1]):
                builder.add_next_value(row, int(rates.indices[place]), float(rates.data[place]))
        labels = stormpy.storage.StateLabeling(chain.size)
        labels.add_label("init")
        labels.add_label_to_state("init", int(np.argmax(chain.initial)))
        labels.add_label("goal")
        labels.set_states("goal", stormpy.BitVector(chain.size, np.flatnonzero(goal).tolist()))
        parts = stormpy.SparseModelComponents(
            transition_matrix=builder.build(), state_labeling=labels, rate_transitions=True
        )
        parts.exit_rates = np.asarray(rates.sum(axis=1)).ravel().tolist()
        self.model = stormpy.storage.SparseCtmc(parts)
        self.start = int(np.argmax(chain.initial))

    def ask(self, formula: str) -> float:
        """The answer at the beginning."""
        environment = stormpy.Environment()
        solver = environment.solver_environment
        solver.set_linear_equation_solver_type(stormpy.EquationSolverType.eigen)
        asked = stormpy.parse_properties(formula)[0]
        found = stormpy.model_checking(self.model, asked, environment=environment)
        return float(found.at(self.start))


def queue(places: int) -> Chain:
    steps = [(i, i + 1, 3.0) for i in range(places)] + [(i + 1, i, 4.0) for i in range(places)]
    return chain_of(places + 1, steps)


def random_chain(size: int, seed: int) -> Chain:
    draws = np.random.default_rng(seed)
    pairs = {(int(a), int(b)) for a, b in draws.integers(0, size, (3 * size, 2)) if a != b}
    return chain_of(size, [(a, b, float(draws.exponential())) for a, b in sorted(pairs)])


CASES = {
    "queue": (lambda: queue(8), lambda chain: marks(9, 8), 2.0),
    "ruin": (lambda: ruin(6, 1.0, 2.0), lambda chain: marks(7, 6), 1.5),
    "random 1": (lambda: random_chain(40, 1), lambda chain: marks(40, 7, 9), 1.0),
    "random 2": (lambda: random_chain(40, 2), lambda chain: marks(40, 7, 9), 1.0),
    "saga": (lambda: instance(1, crashes("*")).chain, lambda c: c.labels["verdict"], 0.3),
    "two steps": (lambda: instance(2, crashes("*")).chain, lambda c: c.labels["over"], 0.3),
}


@pytest.mark.parametrize("name", CASES)
def test_storm_finds_the_same(name):
    make, goal_of, time_s = CASES[name]
    chain = make()
    compare(chain, goal_of(chain), time_s)


def compare(chain: Chain, goal: np.ndarray, time_s: float) -> None:
    storm, start = Storm(chain, goal), int(np.argmax(chain.initial))
    ever = float(hits(chain, goal)[start])
    assert ever == pytest.approx(storm.ask('P=? [F "goal"]'), abs=CLOSE)
    within = hits_within(chain, goal, time_s)
    assert within == pytest.approx(storm.ask(f'P=? [F<={time_s} "goal"]'), abs=CLOSE)
    share = long_run(chain, goal.astype(float))
    assert share == pytest.approx(storm.ask('LRA=? ["goal"]'), abs=CLOSE)
    time = float(expected_reward(chain, np.ones(chain.size), goal)[start])
    theirs = storm.ask('T=? [F "goal"]')
    assert math.isinf(time) == math.isinf(theirs)
    assert math.isinf(time) or time == pytest.approx(theirs, rel=CLOSE)


def test_storm_finds_the_same_of_a_hundred_thousand_states():
    grid = 320
    steps = []
    for x in range(grid):
        for y in range(grid):
            here = x * grid + y
            if x + 1 < grid:
                steps += [(here, here + grid, 2.0), (here + grid, here, 1.0 + 0.002 * y)]
            if y + 1 < grid:
                steps += [(here, here + 1, 1.5), (here + 1, here, 1.2)]
    size = grid * grid
    chain = chain_of(size, steps)
    compare(chain, marks(size, *range(size - 40, size)), 500.0)


def test_storm_finds_the_same_of_a_large_workflow():
    chain = instance(3, crashes("orchestrator"), crashes("service0")).chain
    assert chain.size > 40_000
    compare(chain, chain.labels["verdict"], 0.5)
