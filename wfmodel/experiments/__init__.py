"""Scenarios, replications, statistics: from a question to an answer with its uncertainty.

Start with ``Scenario`` (what is asked), then ``run`` (what was found). ``statistics`` and
``survival`` hold every formula; ``answer`` says what may be said.
"""

from wfmodel.experiments.answer import Answer, answer
from wfmodel.experiments.comparison import Comparison, MetricResult, VariantResult
from wfmodel.experiments.loading import LoadedScenario, load_scenario
from wfmodel.experiments.online import simulate_and_measure
from wfmodel.experiments.reversal import Changed, Fate, run_what_ifs
from wfmodel.experiments.running import run
from wfmodel.experiments.scenario import Scenario, Variant
from wfmodel.experiments.sides import BothSides, both_sides
from wfmodel.experiments.statistics import Difference, Estimate, Verdict
from wfmodel.experiments.story import Story, tell
from wfmodel.experiments.study import Study, study
from wfmodel.experiments.sweep import Sweep
from wfmodel.experiments.sweeping import SweepResult, run_sweep
from wfmodel.experiments.timeline import Timeline, timeline

__all__ = [
    "Answer",
    "BothSides",
    "Changed",
    "Comparison",
    "Difference",
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
    "Verdict",
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
