"""Reactions of an instance are counted, so that one that goes on without end is noticed."""

from __future__ import annotations

from wfmodel.simulation.basis import storm
from wfmodel.simulation.records import Instance, Process, Stimulus
from wfmodel.simulation.run_record import Run

MOST_AT_ONCE = 10_000
"""Reactions of one instance at one instant; more are taken for an endless loop."""
MOST_REACTIONS = 1_000_000
"""Reactions of one instance in all; more are a storm."""


def count(run: Run, instance: Instance, process: Process, stimulus: Stimulus) -> None:
    """An instance that goes on without end must not take the whole run with it."""
    if instance.instant != run.now:
        instance.instant = run.now
        instance.before = instance.reactions
    instance.reactions += 1
    if instance.reactions - instance.before > MOST_AT_ONCE or instance.reactions > MOST_REACTIONS:
        storm(run, instance, process.index, stimulus.event)
