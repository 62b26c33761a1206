"""Scenarios, replications, statistics: from a question to an answer with its uncertainty.

Start with ``Scenario`` (what is asked), then ``run`` (what was found). ``statistics`` and
``survival`` hold every formula; ``conclusion`` says what may be said.

From a run to a line of a report: ``cli/report.py``, ``report_inputs.study``, ``replications.run``,
``run_spec.Runner``, ``run_observation.observe``, ``replications.metric_results`` (each a
``MetricResult``), ``result_tables.metric_groups``, ``metric_rows.metric_row``, ``reports/page.py``,
and its template ``report.html.j2``.

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

from wfmodel.extras import need

need("numpy")  # before anything here imports it

from wfmodel.experiments.comparison import Comparison, MetricResult, VariantResult  # noqa: E402
from wfmodel.experiments.conclusion import Conclusion, answer  # noqa: E402
from wfmodel.experiments.cross_check import BothSides, both_sides  # noqa: E402
from wfmodel.experiments.example_instance import Story, tell  # noqa: E402
from wfmodel.experiments.one_factor import Sweep  # noqa: E402
from wfmodel.experiments.one_factor_runs import SweepResult, run_sweep  # noqa: E402
from wfmodel.experiments.replications import run  # noqa: E402
from wfmodel.experiments.report_inputs import Study, study  # noqa: E402
from wfmodel.experiments.scenario import Scenario, Variant  # noqa: E402
from wfmodel.experiments.scenario_file import LoadedScenario, load_scenario  # noqa: E402
from wfmodel.experiments.sensitivity_runs import (  # noqa: E402
    Changed,
    ChangedAnswers,
    Fate,
    run_what_ifs,
)
from wfmodel.experiments.statistics import Difference, DifferenceVerdict, Estimate  # noqa: E402
from wfmodel.experiments.streamed_run import simulate_and_measure  # noqa: E402
from wfmodel.experiments.timeline import Timeline, timeline  # noqa: E402

__all__ = [
    "BothSides",
    "Changed",
    "ChangedAnswers",
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
