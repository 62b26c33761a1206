"""Scenarios, replications, statistics: from a question to an answer with its uncertainty.

Start with ``Scenario`` (what is asked), then ``run`` (what was found). ``statistics`` and
``survival`` hold every formula; ``conclusion`` says what may be said.

>>> from wfmodel.importers import load_any
>>> from wfmodel.simulation import Arrivals, Setting
>>> order = load_any("models/order-fulfilment/workflow.yaml").workflow
>>> asked = Scenario(
...     question="Which design needs fewer messages?",
...     setting=Setting(arrivals=Arrivals(every="1s"), horizon="10s"),
...     replications=3,
... )
>>> found = run(asked, order, jobs=1)
>>> [each.name for each in found.variants]
['orchestration', 'choreography']
"""

from wfmodel.experiments.comparison import Comparison, MetricResult, VariantResult
from wfmodel.experiments.conclusion import Conclusion, answer
from wfmodel.experiments.cross_check import BothSides, both_sides
from wfmodel.experiments.example_instance import Story, tell
from wfmodel.experiments.one_factor import Sweep
from wfmodel.experiments.one_factor_runs import SweepResult, run_sweep
from wfmodel.experiments.replications import run
from wfmodel.experiments.report_inputs import Study, study
from wfmodel.experiments.scenario import Scenario, Variant
from wfmodel.experiments.scenario_file import LoadedScenario, load_scenario
from wfmodel.experiments.sensitivity_runs import Changed, Fate, run_what_ifs
from wfmodel.experiments.statistics import Difference, DifferenceVerdict, Estimate
from wfmodel.experiments.streamed_run import simulate_and_measure
from wfmodel.experiments.timeline import Timeline, timeline

__all__ = [
    "BothSides",
    "Changed",
    "Comparison",
    "Conclusion",
    "Difference",
    "DifferenceVerdict",
    "Estimate",
    "Fate",
    "LoadedScenario",
    "MetricResult",
    "Scenario",
    "Story",
    "Study",
    "Sweep",
    "SweepResult",
    "Timeline",
    "Variant",
    "VariantResult",
    "answer",
    "both_sides",
    "load_scenario",
    "run",
    "run_sweep",
    "run_what_ifs",
    "simulate_and_measure",
    "study",
    "tell",
    "timeline",
]
