"""An export's text depends on the system and the budget, and not on who found its tables."""

from __future__ import annotations

from functools import partial

import pytest

from tests.exploration.test_explorer import saga
from wfmodel.designs import Knobs, choreograph, orchestrate
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.exhaustive_search import explore
from wfmodel.exploration.export import promela, tla
from wfmodel.exploration.packed import Engine, search

BUDGET = FaultBudget(crashes=1, duplicates=1)


@pytest.mark.parametrize("build", [orchestrate, choreograph])
def test_every_engine_leads_to_the_same_text(build, monkeypatch):
    system = build(saga(), Knobs())
    where = "wfmodel.exploration.export.system_program.search"

    def texts() -> tuple[str, str]:
        return promela(system, BUDGET), tla(system, BUDGET, name="saga").text

    monkeypatch.setattr(where, partial(search, engine=Engine.PLAIN))
    plain = texts()
    pytest.importorskip("numba", reason="the compiled search needs numba")
    monkeypatch.setattr(where, partial(search, engine=Engine.COMPILED))
    assert texts() == plain

    def fault_free_first(table, budget, *, symmetry, **how):
        # Another order of discovery: a search without a fault first, then the whole.
        explore(table.system, FaultBudget(), table=table)
        return search(table, budget, symmetry=symmetry, **how)

    monkeypatch.setattr(where, fault_free_first)
    assert texts() == plain


def test_a_search_that_stopped_is_said():
    with pytest.raises(ValueError, match=r"stopped: limit of 50 states\): raise limit"):
        promela(orchestrate(saga(), Knobs()), BUDGET, limit=50)
