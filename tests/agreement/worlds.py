"""What surrounds a random workflow: the published strategies, and systems of every design."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from wfmodel.designs import (
    DECLARED,
    DESIGNS,
    Hybrid,
    Knobs,
    System,
    build,
    choreograph,
    orchestrate,
)
from wfmodel.model.flow import NodeKind, build_flow
from wfmodel.model.workflow import Workflow
from wfmodel.testing import faults, hybrids, knobs, settings_of_runs

__all__ = ["EACH", "designs", "drawn_system", "faults", "in_turns", "knobs", "settings_of_runs"]


def in_turns(workflow: Workflow, knobs: Knobs | None = None) -> System:
    """A hybrid of two groups that take turns: every second step is the other's."""
    steps = [n.name for n in build_flow(workflow).nodes if n.kind is NodeKind.TASK]
    groups = {"orchestrator": tuple(steps[::2]), "second": tuple(steps[1::2])}
    return build(workflow, Hybrid(groups={k: v for k, v in groups.items() if v}), knobs)


EACH: dict[str, Callable[[Workflow, Knobs | None], System]] = {
    "orchestration": orchestrate,
    "choreography": choreograph,
    "hybrid": in_turns,
}
"""A builder for every design there is."""
assert set(EACH) == {*DESIGNS, *DECLARED}


def designs(workflow: Workflow, *names: str) -> st.SearchStrategy[str | Hybrid]:
    """A design of one of these names (default: any), with any declaration that fits."""
    named = st.sampled_from(names or sorted(EACH))
    return named.flatmap(lambda name: hybrids(workflow) if name == "hybrid" else st.just(name))


def drawn_system(data: st.DataObject, name: str, workflow: Workflow, knobs: Knobs) -> System:
    """A system of the named design, with any declaration that fits."""
    return build(workflow, data.draw(designs(workflow, name), label="design"), knobs)
