"""JSON Schema of a scenario's file, with what each key means.

``wfmodel schema scenario`` prints what is made here: it is kept beside the other schemas, so that
printing it needs nothing of the simulator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from wfmodel.designs.faults import KEYS
from wfmodel.designs.knob_registry import KNOBS
from wfmodel.experiments.scenario import Scenario
from wfmodel.model.json_schema import schema_of
from wfmodel.runtimes.runtime_schema import runtime_schema

RUNTIME: Final = "An engine by name; its parameters give the knobs that are not given."
FIRST: Final = "How many replications at first."
MOST: Final = "How many replications at most."

MEANING: Final[Mapping[str, Mapping[str, str]]] = {
    "Scenario": {
        "question": "What the report is to answer.",
        "description": "More about the question.",
        "workflow": "The workflow's file, relative to this one.",
        "annotations": "Side file of an imported definition.",
        "designs": "Designs to compare, all with the same knobs.",
        "runtime": RUNTIME,
        "knobs": "Choices of the team, for every variant that says nothing else.",
        "variants": "What is compared, by name, instead of designs.",
        "compare": "Which pair: differences are the second minus the first.",
        "primary": "The metrics that decide the question.",
        "relevant": "The smallest difference that matters, by metric, in its unit.",
        "setting": "What surrounds the system.",
        "replications": "Runs of each variant.",
        "seed": "The same seed gives the same bytes.",
        "sweep": "Primary metrics against one number of a fault.",
        "experiment": "Factors, responses, a plan and a precision, for wfmodel sweep.",
        "what_ifs": "Replications of each rerun that looks for what would reverse the conclusion.",
        "prices": "What things cost; makes the cost of an instance and of a failure metrics.",
        "promises": "Shares of instances that are to be done in time, by name: metrics, too.",
        "shared": "Data that instances share, by name: dirty reads and lost updates as metrics.",
        "sources": "Where a number comes from, by its place, such as knobs.commit.",
    },
    "SharedData": {
        "rows": "How many rows there are; each instance uses one of them.",
        "reads": "The steps that read it.",
        "writes": "The steps that write it.",
    },
    "Variant": {
        "design": "A design by name, or declared: {hybrid: {groups: {...}}}.",
        "runtime": RUNTIME,
        "knobs": "Knobs in which it differs.",
    },
    "Hybrid": {"groups": "Steps by group; each group has an orchestrator."},
    "Knobs": {name: f"{each.what[0].upper()}{each.what[1:]}." for name, each in KNOBS.items()},
    "Poll": {
        "every": "Time between two times that it asks.",
        "of": "Who asks: a participant, services, or * for all.",
    },
    "Lease": {
        "renewed": "Time between two heartbeats.",
        "lasts": "Without a heartbeat for this long, the holder is taken for dead.",
        "look": "Time between two looks for what nobody holds any more.",
        "of": "Whose instances: a participant's, those of services, or * for all.",
    },
    "Setting": {
        "arrivals": "How instances arrive.",
        "horizon": "Instances arrive and faults strike until then.",
        "warm_up": "Instances that arrive earlier run but are not measured.",
        "convergence": "Then neither, until nothing is left to happen or this is over.",
        "faults_until": "Whether faults stop with the arrivals or go on to the end.",
        "network": "Latency of a delivery.",
        "faults": "What goes wrong.",
    },
    "Arrivals": {
        "every": "Time between two instances.",
        "at": "A trace of instants.",
        "most": "No more than this many.",
        "pattern": "How the rate goes up and down.",
    },
    "Pattern": {
        "period": "After this time it begins anew.",
        "factors": "Of equal parts of the period: the rate times this.",
    },
    "Prices": {
        "currency": "What all prices are in.",
        "message": "Of a message.",
        "store_write": "Of a commit.",
        "worker_second": "Of a second that a worker is busy.",
        "instance": "Whatever else each instance costs.",
        "undone": "Of one that ended clean but not fulfilled.",
        "half_done": "Of one that is lost or left something wrong behind.",
    },
    "Promise": {
        "within": "From the arrival to a clean end.",
        "share": "Of all instances, 0 to 1.",
    },
    "Fault": KEYS,
    "Sweep": {
        "fault": "The kind of fault that is varied.",
        "target": "Only those with this target.",
        "every": "Mean times between two, one after the other.",
        "lasts": "Mean times that they last, one after the other.",
        "probability": "Probabilities, one after the other.",
        "factor": "Factors, one after the other.",
        "replications": "Runs for each value.",
    },
    "Experiment": {
        "factors": "What is varied, by name.",
        "responses": "The metrics that are asked.",
        "plan": "Which combinations are tried.",
        "replications": "Runs of each cell, where no precision is asked.",
        "precision": "Replicate each cell until its intervals are narrow enough.",
        "threshold": "From which value of a factor on the answer turns.",
    },
    "Factor": {
        "path": "A place, such as setting.faults.0.every; a list where a name has a dot in it.",
        "levels": "Values, tried as they are.",
        "low": "Lower end of a range.",
        "high": "Upper end of a range.",
        "scale": "How a range is divided.",
        "whole": "Of a range, whole numbers only.",
        "times": "Values multiply what is there.",
    },
    "PlanSpec": {
        "kind": "Which combinations of the factors' values are tried.",
        "points": "Points of a Latin hypercube.",
        "levels": "Into how many values a range is divided.",
    },
    "Precision": {
        "relative": "Half-width of the interval, relative to the mean.",
        "absolute": "Half-width by response, in its unit.",
        "difference": "Half-width of the reference pair's difference, by response.",
        "first": FIRST,
        "most": MOST,
    },
    "Threshold": {
        "factor": "The factor whose value is looked for.",
        "response": "The metric that turns.",
        "tolerance": "How narrow the answer, as a part of the range.",
        "points": "Values that are tried at first.",
        "first": FIRST,
        "most": MOST,
    },
}
"""Class to key to what it means, where the classes of a workflow do not say it."""


def scenario_schema() -> dict[str, Any]:
    """The schema of a scenario's file."""
    schema = schema_of(Scenario, "wfmodel scenario")
    parts = {**schema["$defs"], "Scenario": schema}
    for owner, words in MEANING.items():
        for key, said in words.items():
            parts[owner]["properties"][key]["description"] = said
    for owner in ("Scenario", "Variant"):
        parts[owner]["properties"]["runtime"] = {"$ref": "#/$defs/Runtime", "description": RUNTIME}
    schema["$defs"]["Runtime"] = runtime_schema()
    return schema
