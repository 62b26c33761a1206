"""Parallel parts against pm4py's soundness check, on workflow nets made from random workflows.

pm4py is an oracle for tests only: its licence (AGPL) keeps it out of what users run. The extra
``oracles`` installs it; without it these tests are skipped.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, find, given, settings

from tests.checks.test_soundness import workflows
from wfmodel.checks import check_workflow
from wfmodel.checks.context import Context
from wfmodel.checks.soundness import liveness_of
from wfmodel.model.flow import Flow, NodeKind, build_flow
from wfmodel.model.workflow import DONE, Outcome, Parallel, Workflow

pytest.importorskip("pm4py", reason="the extra 'oracles' is not installed")
woflan = pytest.importorskip("pm4py.algo.analysis.woflan.algorithm")
petri = pytest.importorskip("pm4py.objects.petri_net.obj")
arcs = pytest.importorskip("pm4py.objects.petri_net.utils.petri_utils")

UNSOUND = {"S101", "S110", "S111", "S112", "S150", "S152", "S153"}


class Translation:
    """A flow whose joins wait for all, as a workflow net: one place a node, one a kind of end."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.net: Any = petri.PetriNet("net")
        self.places = {n.index: self.place(f"at {n.index}") for n in flow.nodes}
        self.source, self.sink = self.place("source"), self.place("sink")
        self.number = 0
        self.move([self.source], [self.places[flow.initial]])
        for node in flow.nodes:
            at = self.places[node.index]
            if node.kind is NodeKind.FINAL:
                if node.scope == 0:
                    self.move([at], [self.sink])
            elif node.kind is NodeKind.FORK:
                self.fork(node.index)
            else:
                for edge in Context.of(flow.workflow).edges[node.index]:
                    self.move([at], [self.places[edge.target]])

    def place(self, name: str) -> Any:
        place = petri.PetriNet.Place(name)
        self.net.places.add(place)
        return place

    def move(self, before: list[Any], after: list[Any]) -> None:
        self.number += 1
        move = petri.PetriNet.Transition(f"t{self.number}", f"t{self.number}")
        self.net.transitions.add(move)
        for place in before:
            arcs.add_arc_from_to(place, move, self.net)
        for place in after:
            arcs.add_arc_from_to(move, place, self.net)

    def fork(self, index: int) -> None:
        """All start, each end is noted; a bad end turns the clean token into a tainted one."""
        node = self.flow.nodes[index]
        clean, tainted = self.place(f"clean {index}"), self.place(f"tainted {index}")
        ended = [self.place(f"ended {region}") for region in node.regions]
        starts = [self.places[self.flow.initial_of(region)] for region in node.regions]
        self.move([self.places[index]], [*starts, clean])
        for region, over in zip(node.regions, ended, strict=True):
            for end in self.flow.in_scope(region):
                if end.kind is not NodeKind.FINAL:
                    continue
                at = self.places[end.index]
                if end.outcome is Outcome.SUCCEEDED:
                    self.move([at], [over])
                else:
                    self.move([at, clean], [over, tainted])
                    self.move([at, tainted], [over, tainted])
        for edge in node.edges:
            token = clean if edge.event == DONE else tainted
            self.move([*ended, token], [self.places[edge.target]])


def as_all(workflow: Workflow) -> bool:
    """Whether every join waits for all: what a plain net can say."""
    flow = build_flow(workflow, expand_copies=False)
    forks = [node.state for node in flow.nodes if node.kind is NodeKind.FORK]
    return all(
        isinstance(s, Parallel) and s.needed == s.width and s.siblings != "cancel" for s in forks
    )


def is_sound(workflow: Workflow) -> bool:
    translation = Translation(build_flow(workflow, expand_copies=False))
    net, begin, end = translation.net, petri.Marking(), petri.Marking()
    begin[translation.source] = end[translation.sink] = 1
    parameters = {
        woflan.Parameters.RETURN_ASAP_WHEN_NOT_SOUND: True,
        woflan.Parameters.PRINT_DIAGNOSTICS: False,
    }
    return bool(woflan.apply(net, begin, end, parameters=parameters))


@settings(max_examples=1000, deadline=None)
@given(workflows())
def test_sound_is_what_pm4py_calls_sound(workflow: Workflow):
    assume(as_all(workflow))
    codes = {finding.code for finding in check_workflow(workflow)} & UNSOUND
    live = liveness_of(Context.of(workflow))
    # A net has a transition for each way of a join; one that no run takes is dead there.
    forks = [n for n in Context.of(workflow).flow.nodes if n.kind is NodeKind.FORK]
    dead = any(not (live.can_join(fork) and live.can_fail(fork)) for fork in forks)
    assert is_sound(workflow) == (not codes and not dead)


def test_both_verdicts_occur_with_forks():
    def forked(workflow: Workflow) -> bool:
        return any(isinstance(s, Parallel) for s in workflow.states.values()) and as_all(workflow)

    for verdict in (True, False):
        found = find(workflows(), lambda w, v=verdict: forked(w) and is_sound(w) is v)
        assert is_sound(found) is verdict
