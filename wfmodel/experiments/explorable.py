"""What somebody explores by hand: instances of one replication in every variant, and stories.

Arrivals, durations and faults are common to the variants, so instance 17 is the same order
everywhere. Of a run with many instances those are kept that show most: of every way to end and of
every trouble the first few in each variant, and then some that nothing happened to. What was left
out is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from wfmodel.designs.history import Kind
from wfmodel.experiments.reachability import budgets
from wfmodel.experiments.run_observation import RUNNING, to_the_limit
from wfmodel.experiments.run_spec import Progress, Runner, RunSpec
from wfmodel.experiments.scenario import Scenario, system_of
from wfmodel.experiments.story_walks import FoundStories, find_stories
from wfmodel.experiments.timeline import Band, all_bands
from wfmodel.experiments.walkthrough import InstanceWalk, walk_of
from wfmodel.metrics import ends_of, tracks_of
from wfmodel.metrics.twin import harm
from wfmodel.model.workflow import Workflow

MOST_INSTANCES: Final = 40
MOST_STEPS: Final = 16_000
"""Of all walks together: what a page shows stays below some megabytes."""
LONGEST: Final = 800
"""Steps of one walk; what comes later is left out."""
OF_EACH: Final = 4
"""Instances of a kind that are kept before others have their turn."""
SAMPLES: Final = 3
"""Instances that nothing happened to, and that are kept for comparison."""
MOST_STATES: Final = 20_000
SECOND: Final = 1e9


class Trouble(StrEnum):
    """What can be said of an instance beside how it ended."""

    DELAYED = "delayed"
    """Its verdict came later than without faults."""
    HURT = "hurt"
    """It ended worse than without faults, or never."""
    MESSAGE_LOST = "message lost"
    STRUCK = "fault meanwhile"
    """A fault was on while it was under way."""
    APART = "stores disagree at the end"


@dataclass(frozen=True)
class InstanceSummary:
    """How an instance ended. ``took_s``: until its first verdict, None if there is none."""

    ending: str
    took_s: float | None
    delay_s: float
    troubles: frozenset[Trouble]


@dataclass(frozen=True)
class InstanceInVariant(InstanceSummary):
    """One instance in one variant, with its walk."""

    walk: InstanceWalk
    cut: int = 0
    """Steps that were left out at the end of its walk."""


@dataclass(frozen=True)
class PickedInstance:
    """One instance in each variant, by name."""

    instance: int
    arrived_s: float
    seen: Mapping[str, InstanceInVariant]

    @property
    def differs(self) -> bool:
        """Whether it ended differently in two variants."""
        return len({each.ending for each in self.seen.values()}) > 1


@dataclass(frozen=True)
class Explorable:
    """All of it. ``total``: instances that arrived; ``faults`` of the run, by variant."""

    scenario: Scenario
    workflow: Workflow
    replication: int
    total: int
    subjects: tuple[PickedInstance, ...]
    stories: Mapping[str, FoundStories]
    faults: Mapping[str, tuple[Band, ...]]
    most_states: int

    def left_out(self) -> tuple[str, ...]:
        """What is not here, a line each."""
        return tuple(self._left_out())

    def _left_out(self) -> Iterator[str]:
        missing = self.total - len(self.subjects)
        if missing:
            yield (
                f"{missing:,} of {self.total:,} instances: of every way to end and every trouble"
                " the first are here, and some that nothing happened to"
            )
        cut = [
            f"instance {each.instance} in {name} ({seen.cut:,})"
            for each in self.subjects
            for name, seen in each.seen.items()
            if seen.cut
        ]
        if cut:
            yield f"steps beyond the {LONGEST:,}th: {', '.join(cut)}"
        for name, found in self.stories.items():
            if found.cut:
                yield (
                    f"{name}: searches for stories stopped at {self.most_states:,} states, so there"
                    " may be others, and shorter ones"
                )


def explorable(
    scenario: Scenario,
    workflow: Workflow,
    *,
    replication: int = 0,
    most_instances: int = MOST_INSTANCES,
    most_states: int = MOST_STATES,
    progress: Progress | None = None,
) -> Explorable:
    """Run one replication of every variant, and look for stories (0 states: for none).

    Raises:
        ValueError: the workflow cannot run, or a design does not fit it.
    """
    runner, variants = Runner(workflow), scenario.variants_by_name()
    runs: dict[str, _Run] = {}
    stories: dict[str, FoundStories] = {}
    for done, (name, variant) in enumerate(variants.items(), start=1):
        runs[name] = _Run(runner, RunSpec(variant, scenario.setting, scenario.seed, replication))
        if most_states:
            system = system_of(workflow, variant)
            tried = budgets(scenario, system)
            stories[name] = find_stories(system, tried, most_states=most_states)
        if progress is not None:
            progress("variants", done, len(variants))
    histories = {name: run.history for name, run in runs.items()}
    return Explorable(
        scenario,
        workflow,
        replication,
        max((history.instances() for history in histories.values()), default=0),
        tuple(_subjects(runs, most_instances)),
        stories,
        {name: all_bands(history) for name, history in histories.items()},
        most_states,
    )


class _Run:
    """One variant's run, and what is known of each of its instances."""

    def __init__(self, runner: Runner, cell: RunSpec) -> None:
        calm = runner.history(replace(cell, setting=replace(cell.setting, faults=())))
        self.history = runner.history(cell)
        tracks = tracks_of(
            to_the_limit(self.history),
            twin=ends_of(tracks_of(to_the_limit(calm))),
            moving=runner.moving(cell, self.history),
        )
        harmed = harm(tracks)
        assert harmed is not None
        rows = self.history.rows
        dropped = frozenset(rows[rows[:, 1] == Kind.DROP, 2].tolist())
        self.arrived_s = dict(zip(tracks.ids.tolist(), tracks.arrival_ns / SECOND, strict=True))
        faults, apart = all_bands(self.history), tracks.graph.divergence.array()
        self.facts: dict[int, InstanceSummary] = {}
        for i, instance in enumerate(tracks.ids.tolist()):
            begin, end = int(tracks.arrival_ns[i]), int(tracks.last_ns[i])
            troubles = {
                Trouble.DELAYED: harmed.hurt[i] and not harmed.never[i],
                Trouble.HURT: harmed.never[i],
                Trouble.MESSAGE_LOST: instance in dropped,
                Trouble.STRUCK: any(b.start_ns < end and begin < b.end_ns for b in faults),
                Trouble.APART: apart[int(tracks.final_state[i])] > 0,
            }
            verdict = int(tracks.verdict_ns[i])
            self.facts[instance] = InstanceSummary(
                RUNNING if tracks.running[i] else tracks.terminal[i].value,
                None if verdict < 0 else (verdict - begin) / SECOND,
                0.0 if harmed.never[i] else float(harmed.delay_ns[i] / SECOND),
                frozenset(each for each, is_so in troubles.items() if is_so),
            )

    def kinds(self) -> Iterator[list[int]]:
        """Instances by kind: by ending, by trouble (the most delayed first)."""
        by_delay = sorted(self.facts, key=lambda i: (-self.facts[i].delay_s, i))
        for ending in dict.fromkeys(each.ending for each in self.facts.values()):
            yield [i for i in by_delay if self.facts[i].ending == ending]
        for trouble in Trouble:
            yield [i for i in by_delay if trouble in self.facts[i].troubles]

    def seen(self, instance: int) -> InstanceInVariant:
        """An instance with its walk."""
        facts, walk = self.facts[instance], walk_of(self.history, instance)
        cut = max(0, len(walk.steps) - LONGEST)
        if cut:
            flights = tuple(
                replace(each, ended=None, fate="") if (each.ended or 0) >= LONGEST else each
                for each in walk.flights
                if each.sent < LONGEST
            )
            walk = replace(walk, steps=walk.steps[:LONGEST], flights=flights)
        return InstanceInVariant(
            facts.ending, facts.took_s, facts.delay_s, facts.troubles, walk, cut
        )


def _subjects(runs: Mapping[str, _Run], most: int) -> list[PickedInstance]:
    chosen = _chosen(runs, most)
    found: list[PickedInstance] = []
    steps = 0
    for instance in chosen:
        seen = {name: run.seen(instance) for name, run in runs.items() if instance in run.facts}
        steps += sum(len(each.walk.steps) for each in seen.values())
        if steps > MOST_STEPS and found:
            break
        arrived = next(run.arrived_s[instance] for run in runs.values() if instance in run.facts)
        found.append(PickedInstance(instance, float(arrived), seen))
    return sorted(found, key=lambda each: each.instance)


def _chosen(runs: Mapping[str, _Run], most: int) -> list[int]:
    """Instances, those that show most first: in rounds, a few of each kind in each."""
    kinds = [kind for run in runs.values() for kind in run.kinds()]
    everybody = sorted({instance for run in runs.values() for instance in run.facts})
    calm = [i for i in everybody if not any(_troubled(run, i) for run in runs.values())]
    order = dict.fromkeys(calm[:SAMPLES])
    endings = [{run.facts[i].ending for run in runs.values() if i in run.facts} for i in everybody]
    differing = [i for i, ends in zip(everybody, endings, strict=True) if len(ends) > 1]
    longest = max(map(len, kinds), default=0)
    for place in range(0, longest, OF_EACH):
        for kind in (differing, *kinds):
            order |= dict.fromkeys(kind[place : place + OF_EACH])
        if len(order) >= most:
            break
    return list(order | dict.fromkeys(everybody))[:most]


def _troubled(run: _Run, instance: int) -> bool:
    return instance in run.facts and bool(run.facts[instance].troubles)
