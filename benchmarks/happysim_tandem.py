"""The saga's happy path in happysim: five servers in a row, no faults, no network.

Four places a server, exponential service and Poisson arrivals of the same means; the sink keeps
every latency. happysim needs Python 3.13, so this file runs by itself, under any interpreter that
has it:

    python3.13 benchmarks/happysim_tandem.py INSTANCES

It prints seconds and peak memory as JSON.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time

from happysimulator import Server, Simulation, Sink, Source
from happysimulator.core.temporal import Instant
from happysimulator.distributions import ExponentialLatency

SERVERS = 4
WORK_S = 0.020
STEPS = 5
LONG_S = 60.0
"""By then all is through: the last instance needs well under a second."""


def run(instances: int, mean_gap_s: float, seed: int) -> int:
    """As many instances as arrive in ``instances`` mean gaps; returns how many are through."""
    random.seed(seed)
    sink = Sink()
    servers: list[Server] = []
    for step in reversed(range(STEPS)):
        onward = servers[-1] if servers else sink
        work = ExponentialLatency(WORK_S)
        name = f"step{step}"
        servers.append(Server(name, concurrency=SERVERS, service_time=work, downstream=onward))
    arrivals_s = instances * mean_gap_s
    source = Source.poisson(rate=1 / mean_gap_s, target=servers[-1], stop_after=arrivals_s)
    end = Instant.from_seconds(arrivals_s + LONG_S)
    Simulation(sources=[source], entities=[*servers, sink], end_time=end).run()
    return sink.events_received


if __name__ == "__main__":
    wanted = int(sys.argv[1])
    start = time.perf_counter()
    through = run(wanted, 0.010, 1)
    seconds = time.perf_counter() - start
    # The number that arrives is Poisson: what counts is the time for each.
    assert abs(through - wanted) < 6 * wanted**0.5 + 1, through
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds * wanted / max(through, 1), "peak_kib": peak_kib}))
