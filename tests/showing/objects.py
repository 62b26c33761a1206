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
from wfmodel.designs import Fault, Knobs, Table
from wfmodel.experiments import (
    Scenario,
    Study,
    Variant,
    answer,
    both_sides,
    run_sweep,
    run_what_ifs,
    simulate_and_measure,
    tell,
)
from wfmodel.experiments.exact_answers import exact
from wfmodel.experiments.factorial.executors import InProcess
from wfmodel.experiments.factorial.experiment_runs import run_experiment
from wfmodel.experiments.hunting import AnomalyTarget, hunt, hunt_by_walks
from wfmodel.experiments.rare_events import Splitting, ended_as, life_of, probability_of
from wfmodel.exploration import FaultBudget, explore, search
from wfmodel.exploration.packed import search as packed_search
from wfmodel.markov import KnownChain
from wfmodel.model.distributions import Exponential
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

ROOT = Path(__file__).parents[2]
ORDER = ROOT / "models" / "order-fulfilment"
LOST = "never_ends: lost"
DESIGNS = ("orchestration", "choreography")
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
    }


@cache
def of_hunts() -> dict[str, Any]:
    """What was looked for by trying, and what explored beside what was counted."""
    scenario, order = asked()
    system = wfmodel.choreograph(order, Knobs(publishing="dual-write"))
    hunted = hunt(system, scenario.setting, AnomalyTarget(), examples=60)
    return {
        "hunt": hunted,
        "found schedule": hunted.found,
        "walks": hunt_by_walks(
            "choreography", system, FaultBudget(crashes=1), ["no: deadlock", LOST], walks=200
        ),
        "walked claim": hunt_by_walks("w", system, FaultBudget(), [LOST], walks=5).sought[0],
        "both sides": both_sides(of_questions()["comparison"], jobs=1, most_states=2_000),
        "online measurement": simulate_and_measure(system, scenario.setting, seed=1),
    }


@cache
def of_chains() -> dict[str, Any]:
    """What is solved, and what is estimated though it is rare."""
    setting = Setting(
        arrivals=Arrivals(at=(0,)),
        horizon="20s",
        network=Exponential(mean="5ms"),
        faults=(Fault(kind="loss", target="*", probability=0.01),),
    )
    knobs = Knobs(commit=Exponential(mean="3ms"), delivery="at-most-once")
    designs = {name: Variant(design=name, knobs=knobs) for name in DESIGNS}
    asked = Scenario(question="How often is one lost?", variants=designs, setting=setting)
    found, life = exact(asked, chain(3)), life_of(asked, chain(3), designs["choreography"])
    few = Splitting(walks=100, repetitions=5)
    rare = probability_of(KnownChain(life, limit=10_000), ended_as(life, "lost"), splitting=few)
    answers = wfmodel.rare(asked, chain(3), walks=100, repetitions=5)
    return {
        "exact": found,
        "exact answers": found[0],
        "rare": rare,
        "rare answers": answers,
        "rare answer": answers[1],
    }


def every() -> dict[str, Any]:
    """All of them, by name."""
    return of_one() | of_questions() | of_chains() | of_hunts()
