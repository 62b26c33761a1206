"""The two sides of one question: an anomaly that is simulated must be possible.

The budget is what the instance met, by the bookkeeping of ``spending``; were that too low, or a
move missing, an exploration that is complete would not show the anomaly.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.agreement.telling import replayable
from tests.agreement.worlds import EACH, drawn_system, knobs, settings_of_runs
from tests.designs.workflows import workflows
from wfmodel.designs.anomalies import Anomaly
from wfmodel.exploration import explore
from wfmodel.exploration.fault_accounting import Spending
from wfmodel.metrics import tracks_of
from wfmodel.metrics.instance_paths import came_to_rest
from wfmodel.simulation import simulate

pytestmark = pytest.mark.long


MOST_STATES = 4_000
MOST_ROWS = 1_500


@pytest.mark.parametrize("design", sorted(EACH))
@settings(max_examples=30, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.data())
def test_exploration_has_every_anomaly_that_an_instance_shows(design: str, data: st.DataObject):
    workflow = data.draw(
        workflows(states=3, depth=1, timeouts=True, outside=True), label="workflow"
    )
    system = drawn_system(data, design, workflow, data.draw(knobs(), label="knobs"))
    setting = data.draw(settings_of_runs(), label="setting")
    setting = replace(setting, arrivals=replace(setting.arrivals, most=2))
    seed = data.draw(st.integers(0, 99), label="seed")
    history = simulate(system, setting, seed=seed)
    assume(len(history.rows) <= MOST_ROWS and came_to_rest(history))
    tracks = tracks_of(history)
    wrong = [i for i in range(tracks.count) if tracks.anomalies[i]]
    assume(wrong)
    spending = Spending(system, history)
    for place in wrong:
        met = spending.of(int(tracks.ids[place]))
        found = explore(system, met.faults, limit=MOST_STATES)
        if found.complete and met.is_within(met.faults):
            shown = Anomaly(int(tracks.anomalies[place]))
            with replayable(system, setting, seed):
                assert all(anomaly in found.anomalies for anomaly in shown), (shown, met)
