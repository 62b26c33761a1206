"""Runs that share a graph of states are measured as if each had its own, to the last bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.test_against_naive import histories
from wfmodel.designs.history import History
from wfmodel.metrics import StateGraph, measure, measure_tracks, tracks_of


@given(st.lists(histories(), min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_shared_graph_changes_no_value(runs: list[History]) -> None:
    graph = StateGraph(runs[0])
    for run in runs:
        alone, shared = measure(run), measure_tracks(tracks_of(run, graph=graph))
        assert (
            np.array([*alone.values.values()]).tobytes()
            == np.array([*shared.values.values()]).tobytes()
        )
        assert (alone.reasons, alone.classes) == (shared.reasons, shared.classes)
        assert (alone.recovery, alone.stable, alone.returned) == (
            shared.recovery,
            shared.stable,
            shared.returned,
        )
        assert alone.latencies_ns.tobytes() == shared.latencies_ns.tobytes()
        assert alone.divergence.values.tobytes() == shared.divergence.values.tobytes()


@given(histories())
@settings(max_examples=5, deadline=None)
def test_a_graph_of_other_participants_is_refused(run: History) -> None:
    other = replace(run, participants=("x", *run.participants[1:]))
    with pytest.raises(ValueError, match="other participants or steps"):
        tracks_of(run, graph=StateGraph(other))
