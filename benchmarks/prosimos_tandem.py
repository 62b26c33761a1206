"""The saga's happy path as a business process in Prosimos: five tasks in a row, no faults.

Four resources a task, always at work; exponential service and arrivals of the same means, but in
seconds where the others have milliseconds, since Prosimos keeps calendars. Its event log goes to a
file, as it always does when it is used. Its requirements are its own, so this file runs by itself,
under any interpreter that has it:

    python3.12 benchmarks/prosimos_tandem.py INSTANCES

It prints seconds and peak memory as JSON.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from prosimos.simulation_engine import run_simulation

SERVERS = 4
WORK_S = 20.0
GAP_S = 10.0
STEPS = 5
LONGEST_S = 1e6
MONDAY = "2024-01-01T00:00:00+00:00"
ALWAYS = {"from": "MONDAY", "to": "SUNDAY", "beginTime": "00:00:00", "endTime": "23:59:59.999999"}


def diagram() -> str:
    """The process in BPMN: start, five tasks, end."""
    nodes = ["start", *(f"task{i}" for i in range(STEPS)), "end"]
    flows = [f"flow{i}" for i in range(len(nodes) - 1)]
    lines = [
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">',
        '<process id="p">',
    ]
    for place, node in enumerate(nodes):
        tag = {"start": "startEvent", "end": "endEvent"}.get(node, "task")
        into = f"<incoming>{flows[place - 1]}</incoming>" if place else ""
        out = f"<outgoing>{flows[place]}</outgoing>" if place < len(flows) else ""
        lines.append(f'<{tag} id="{node}" name="{node}">{into}{out}</{tag}>')
    for flow, one, other in zip(flows, nodes[:-1], nodes[1:], strict=True):
        lines.append(f'<sequenceFlow id="{flow}" sourceRef="{one}" targetRef="{other}"/>')
    return "\n".join([*lines, "</process>", "</definitions>"])


def exponential(mean_s: float) -> dict[str, object]:
    """A distribution as Prosimos writes it: mean, least, greatest."""
    values = [{"value": v} for v in (mean_s, 0.0, LONGEST_S)]
    return {"distribution_name": "expon", "distribution_params": values}


def parameters() -> dict[str, object]:
    """Who works when, and for how long."""
    pools, tasks = [], []
    for i in range(STEPS):
        one = {
            "id": f"r{i}",
            "name": f"r{i}",
            "cost_per_hour": 1,
            "amount": SERVERS,
            "calendar": "c",
            "assignedTasks": [f"task{i}"],
        }
        pools.append({"id": f"pool{i}", "name": f"pool{i}", "resource_list": [one]})
        does = {"resource_id": f"r{i}", **exponential(WORK_S)}
        tasks.append({"task_id": f"task{i}", "resources": [does]})
    return {
        "resource_profiles": pools,
        "arrival_time_distribution": exponential(GAP_S),
        "arrival_time_calendar": [ALWAYS],
        "gateway_branching_probabilities": [],
        "task_resource_distribution": tasks,
        "resource_calendars": [{"id": "c", "name": "c", "time_periods": [ALWAYS]}],
    }


def run(instances: int, seed: int) -> int:
    """All instances; returns how many steps stand in the log."""
    random.seed(seed)
    np.random.seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        bpmn, parameter, log = (Path(folder) / n for n in ("p.bpmn", "p.json", "log.csv"))
        bpmn.write_text(diagram())
        parameter.write_text(json.dumps(parameters()))
        run_simulation(
            str(bpmn), str(parameter), instances, log_out_path=str(log), starting_at=MONDAY
        )
        return len(log.read_text().splitlines()) - 1


if __name__ == "__main__":
    wanted = int(sys.argv[1])
    start = time.perf_counter()
    steps = run(wanted, 1)
    seconds = time.perf_counter() - start
    assert steps == wanted * STEPS, steps
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "peak_kib": peak_kib}))
