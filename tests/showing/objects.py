"""One of each kind of object that shows itself, real ones: the demo's comparison, 60 states."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import wfmodel
from tests.experiments import samples
from tests.experiments.sweeps import test_threshold
from tests.experiments.sweeps.declared import declared
from wfmodel.designs import Knobs, Table
from wfmodel.experiments import Study, answer, run_sweep, run_what_ifs, tell
from wfmodel.experiments.exact_answers import ExactAnswers, ExactTable, ExactValue
from wfmodel.experiments.factorial.executors import InProcess
from wfmodel.experiments.factorial.experiment_runs import run_experiment
from wfmodel.experiments.rare_answers import RareAnswer, RareTable
from wfmodel.experiments.rare_events import RareEvent
from wfmodel.experiments.statistics import Estimate, Method
from wfmodel.exploration import FaultBudget, explore, search
from wfmodel.exploration.packed import search as packed_search
from wfmodel.model.workflow import Final, Task, Workflow

ROOT = Path(__file__).parents[2]
ORDER = ROOT / "models" / "order-fulfilment"
MINUTE = 60 * 10**9


def chain(length: int, name: str = "s") -> Workflow:
    """So many states, one after the other; the last is the end."""
    names = [f"{name}{number}" for number in range(length)]
    states: dict[str, Any] = {
        each: Task(service=f"{name}-service", next=after) for each, after in pairwise(names)
    }
    return Workflow(name=f"{name}-chain", initial=names[0], states={**states, names[-1]: Final()})


@cache
def asked() -> tuple[wfmodel.Scenario, Workflow]:
    """The demo's question, over a minute instead of ten, few times."""
    loaded = wfmodel.load_scenario(ORDER / "scenario.yaml")
    setting = replace(loaded.scenario.setting, horizon=MINUTE)
    sweep = replace(loaded.scenario.sweep, replications=2)
    scenario = replace(loaded.scenario, setting=setting, replications=2, what_ifs=2, sweep=sweep)
    return scenario, loaded.workflow


@cache
def of_questions() -> dict[str, Any]:
    """What comes of many runs."""
    scenario, order = asked()
    comparison = wfmodel.compare(scenario, order, jobs=1)
    swept, story = run_sweep(scenario, order, jobs=1), tell(scenario, order)
    changed = run_what_ifs(comparison, jobs=1)
    return {
        "scenario": scenario,
        "loaded scenario": wfmodel.load_scenario(ORDER / "scenario.yaml"),
        "comparison": comparison,
        "variant": comparison.variants[0],
        "metric": comparison.metrics[0],
        "conclusion": answer(comparison),
        "what-ifs": changed,
        "what-if": changed[0],
        "sweep": swept,
        "story": story,
        "timeline": story.timelines["choreography"],
        "study": Study(comparison, swept, changed, story),
        "experiment": run_experiment(declared(), samples.workflow(), executor=InProcess()),
        "threshold": test_threshold.search(test_threshold.Invented(lambda x: x - 0.3, 0.0)),
    }


@cache
def of_one() -> dict[str, Any]:
    """A workflow, a system, a run, a search, and what was found of each."""
    scenario, order = asked()
    broken = wfmodel.load(ROOT / "models/broken-compensation/workflow.yaml")
    system = wfmodel.choreograph(order, Knobs(publishing="dual-write"))
    history = wfmodel.simulate(system, scenario.setting, seed=1)
    found = wfmodel.explore(system, FaultBudget(crashes=1))
    return {
        "workflow": order,
        "60 states": chain(60),
        "findings": wfmodel.check(broken.workflow),
        "no findings": wfmodel.check(order),
        "loaded": broken,
        "inspection": wfmodel.inspect(broken.workflow),
        "system": system,
        "system of 60": wfmodel.orchestrate(chain(60)),
        "history": history,
        "measurement": wfmodel.measure(history),
        "answers": found,
        "asked": found.asked[0],
        "answer": found.asked[0].answer,
        "counterexample": next(each.told for each in found.asked if each.told),
        "state space": packed_search(Table(system)),
        "interpreted space": search(system),
        "exploration": explore(system),
        "exact": EXACT,
        "exact answers": EXACT[0],
        "rare": FOUND,
        "rare answers": RARE_ANSWERS,
        "rare answer": RARE_ANSWERS[1],
    }


RARE = Estimate(3e-9, 1e-9, 5e-9, 30, 0, Method.STUDENT)
FOUND = RareEvent(RARE, (0.0, 1e-3), 4, 0.1, 2)
RARE_ANSWERS = RareTable(
    RareAnswer(name, "lost", None, found, exactly)
    for name, found, exactly in (("orchestration", None, None), ("choreography", FOUND, 2e-9))
)
EXACT = ExactTable(
    ExactAnswers(name, 40, 90, 1e-12, {}, (ExactValue("lost", "lost", share, "fraction"),))
    for name, share in (("orchestration", 0.25), ("choreography", 0.5))
)


def every() -> dict[str, Any]:
    """All of them, by name."""
    return of_one() | of_questions()
