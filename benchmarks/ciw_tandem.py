"""The saga's happy path as a queueing network in Ciw: five nodes in a row, no faults, no network.

Four servers a node, exponential service and Poisson arrivals of the same means; records of every
visit are kept, as Ciw always does.
"""

from __future__ import annotations

import ciw

SERVERS = 4
WORK_S = 0.020
STEPS = 5


def run(instances: int, mean_gap_s: float, seed: int) -> int:
    """All instances; returns how many are through."""
    later = [None] * (STEPS - 1)
    onward = [[float(to == node + 1) for to in range(STEPS)] for node in range(STEPS)]
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=1 / mean_gap_s), *later],
        service_distributions=[ciw.dists.Exponential(rate=1 / WORK_S)] * STEPS,
        number_of_servers=[SERVERS] * STEPS,
        routing=onward,
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(instances, method="Finish")
    return len(simulation.nodes[-1].all_individuals)
