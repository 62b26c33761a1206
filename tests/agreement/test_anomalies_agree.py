"""One vocabulary: metrics and exploration judge the same instance alike.

The metrics read a recorded run; the acceptor leads the same rows through the explorer's semantics,
and an observer judges the configuration in which they leave the instance.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.agreement.telling import replayable, rows_around
from tests.agreement.worlds import EACH, drawn_system, knobs, settings_of_runs
from tests.designs.workflows import workflows
from wfmodel.designs import History, System
from wfmodel.designs.anomalies import Anomaly
from wfmodel.designs.history import Kind, Row
from wfmodel.exploration.acceptance import Acceptor, Walk
from wfmodel.metrics import tracks_of
from wfmodel.metrics.instance_paths import came_to_rest
from wfmodel.semantics.outcome_monitor import Memory, OutcomeMonitor
from wfmodel.simulation import simulate

pytestmark = pytest.mark.long


MOST_ROWS = 4000


def by_the_explorer(system: System, history: History, instance: int) -> set[Anomaly]:
    """What is wrong with the instance, in each configuration that its rows leave open.

    The record of an instance that had a verdict is closed with its last row: what crashes make
    others forget later is not its end.
    """
    acceptor = Acceptor(system, history)
    run, observer = Walk(acceptor), OutcomeMonitor(acceptor.table)
    rows = history.rows
    shared = np.isin(rows[:, 1], [Kind.FAULT_ON, Kind.FAULT_OFF])
    mine = rows[:, 2] == instance
    last = np.flatnonzero(mine)[-1]
    memory = Memory()
    for place in np.flatnonzero(mine | shared).tolist():
        if place > last and memory.past.verdicts:
            break
        run.take(Row(*rows[place].tolist()))
        for possible in run.possible:
            memory |= observer.sees(possible.config)
    return {observer.anomalies(possible.config, memory) for possible in run.possible}


@pytest.mark.parametrize("design", sorted(EACH))
@settings(max_examples=150)
@given(st.data())
def test_an_instance_at_rest_shows_both_the_same_anomalies(design: str, data: st.DataObject):
    workflow = data.draw(workflows(timeouts=True, outside=True), label="workflow")
    system = drawn_system(data, design, workflow, data.draw(knobs(), label="knobs"))
    setting = data.draw(settings_of_runs(), label="setting")
    seed = data.draw(st.integers(0, 99), label="seed")
    history = simulate(system, setting, seed=seed)
    assume(len(history.rows) <= MOST_ROWS and came_to_rest(history))
    tracks = tracks_of(history)
    for place, instance in enumerate(tracks.ids.tolist()):
        measured = Anomaly(int(tracks.anomalies[place]))
        with replayable(system, setting, seed):
            last = int(np.flatnonzero(history.rows[:, 2] == instance)[-1])
            shown = "\n".join((f"instance {instance}", *rows_around(history, last, instance)))
            assert by_the_explorer(system, history, instance) == {measured}, shown
