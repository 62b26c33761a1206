"""SPIN and the explorer count the same states and the same ends, each from the same tables.

SPIN's first state is our initial configuration, so that the counts are equal and not one apart.
``WFMODEL_SPIN=all`` adds the larger systems (``make spin``).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.agreement.worlds import in_turns
from tests.exploration import spin
from tests.exploration.test_explorer import saga
from tests.exploration.test_own_systems import Log, Sender
from tests.exploration.worlds import two_phase_commit
from wfmodel.designs import Channel, Knobs, System, Table, choreograph, orchestrate, own_system
from wfmodel.designs.messages import Send, SetTimer
from wfmodel.exploration import FaultBudget, Verdict, explore
from wfmodel.exploration.export import promela
from wfmodel.exploration.packed import search
from wfmodel.exploration.terminal_states import ends_of
from wfmodel.importers import load_any

pytestmark = pytest.mark.skipif(
    bool(spin.MISSING), reason=f"needs {' and '.join(spin.MISSING)} (apt-get install spin gcc)"
)

MODELS = Path(__file__).parents[2] / "models"
DESIGNS = {"orchestrated": orchestrate, "choreographed": choreograph, "hybrid": in_turns}
WORKFLOWS = {
    "order-fulfilment": ("order-fulfilment/workflow.yaml", None),
    "travel-booking": (
        "travel-booking/workflow.asl.json",
        "travel-booking/workflow.annotations.yaml",
    ),
    "payment-with-pivot": ("payment-with-pivot/workflow.yaml", None),
}
NONE, CRASH, LOSS = FaultBudget(), FaultBudget(crashes=1), FaultBudget(losses=1)
TWICE, PAUSE = FaultBudget(duplicates=1), FaultBudget(pauses=1)
LATE = FaultBudget(timeouts=1)
BOTH = FaultBudget(crashes=1, losses=1)
ONCE = Knobs(delivery="at-most-once")
MEMORY, LOG = Knobs(persistence="memory"), Knobs(persistence="log")
DUAL = Knobs(publishing="dual-write")
DUAL_FIRST = Knobs(publishing="dual-write", dual_write_order="publish-first")
OPEN = Knobs(deduplicate=False)

SMALL = [
    ("order-fulfilment", "choreographed", Knobs(), NONE),
    ("order-fulfilment", "choreographed", MEMORY, CRASH),
    ("travel-booking", "choreographed", ONCE, LOSS),
    ("payment-with-pivot", "orchestrated", Knobs(), NONE),
    ("payment-with-pivot", "choreographed", Knobs(), TWICE),
    ("saga", "orchestrated", LOG, CRASH),
    ("saga", "orchestrated", DUAL, CRASH),
    ("saga", "choreographed", DUAL_FIRST, CRASH),
    ("saga", "orchestrated", OPEN, TWICE),
    ("saga", "choreographed", ONCE, BOTH),
    ("saga", "orchestrated", Knobs(), CRASH._replace(pauses=1)),
    ("saga", "choreographed", MEMORY, CRASH._replace(crashes=2).each("crashes", ["bank"], 1)),
    ("saga", "hybrid", Knobs(), CRASH),
    ("payment-with-pivot", "choreographed", Knobs(tombstones=True), LATE),
]
LARGE = [
    ("order-fulfilment", "orchestrated", Knobs(), NONE),
    ("order-fulfilment", "orchestrated", ONCE, LOSS),
    ("order-fulfilment", "choreographed", Knobs(), CRASH),
    ("order-fulfilment", "choreographed", OPEN, TWICE),
    ("order-fulfilment", "choreographed", ONCE, BOTH),
    ("travel-booking", "orchestrated", Knobs(), NONE),
    ("travel-booking", "orchestrated", ONCE, LOSS),
    ("travel-booking", "choreographed", DUAL, CRASH),
    ("payment-with-pivot", "orchestrated", DUAL_FIRST, CRASH),
    ("payment-with-pivot", "orchestrated", Knobs(), PAUSE),
]
MOST = 10_000_000
ALL = os.environ.get("WFMODEL_SPIN") == "all"


def system_of(model: str, design: str, knobs: Knobs) -> System:
    if model == "saga":
        return DESIGNS[design](saga(), knobs)
    path, notes = WORKFLOWS[model]
    loaded = load_any(MODELS / path, None if notes is None else MODELS / notes)
    assert loaded.workflow is not None, loaded.findings
    return DESIGNS[design](loaded.workflow, knobs)


@pytest.mark.parametrize(("model", "design", "knobs", "budget"), SMALL + (LARGE if ALL else []))
def test_spin_counts_the_same_states_and_ends(model, design, knobs, budget, tmp_path):
    system = system_of(model, design, knobs)
    space = search(Table(system), budget)
    assert space.complete
    rests = len(space.resting)
    found = spin.check(promela(system, budget, limit=MOST), tmp_path)
    assert found == spin.Found(len(space), 0, {"rests": rests} if rests else {})
    judged = spin.check(promela(system, budget, judged=True, limit=MOST), tmp_path)
    assert judged.errors == 0
    assert judged.ends == {v.value: count for v, count in ends_of(space).classes.items()}
    assert judged.states >= found.states  # pairs of a configuration and what is remembered


def test_spin_counts_two_phase_commit_as_lamport_does(tmp_path):
    found = spin.check(promela(two_phase_commit(3)), tmp_path)
    assert found.states == 288  # TwoPhase.tla with three resource managers, by TLC
    assert found.errors == 0


def test_an_end_can_be_made_an_assertion(tmp_path):
    """``lost`` is the first class: SPIN fails as often as the explorer counts it."""
    system = system_of("saga", "orchestrated", MEMORY)
    lost = explore(system, CRASH).verdicts[Verdict.LOST]
    found = spin.check(promela(system, CRASH, judged=True), tmp_path, "-DNEVER=1")
    assert found.errors == lost > 0


def test_a_table_with_a_hole_is_an_error_and_not_a_smaller_answer(tmp_path):
    """Tables of a world without faults, under a budget of one: SPIN says that they do not do."""
    text = promela(system_of("saga", "orchestrated", Knobs()), NONE)
    more = text.replace("byte duplicates = 0;", "byte duplicates = 1;")
    assert more != text
    assert spin.check(more, tmp_path).errors > 0


def numbers(**how: object) -> System:
    """One sends 1, then 2; another keeps what it hears, in order."""
    machines = {"sender": Sender(), "log": Log()}
    opening = {"sender": (SetTimer("send"),)}
    return own_system("numbers", machines, opening=opening, **how)  # type: ignore[arg-type]


def two_rows(**how: object) -> System:
    """Two senders to one; the first has two messages on their way from the beginning."""
    sent = (Send(("log",), 7), Send(("log",), 8))
    opening = {"a": (SetTimer("send"), *sent), "b": (SetTimer("send"),)}
    machines = {"a": Sender(), "log": Log(), "b": Sender()}
    return own_system("rows", machines, opening=opening, start=("log",), **how)  # type: ignore[arg-type]


ORDERED = [
    (numbers, Knobs(), NONE),
    (numbers, ONCE, FaultBudget(losses=1, duplicates=1)),
    (two_rows, Knobs(), CRASH),
    (two_rows, MEMORY, FaultBudget(duplicates=2)),
]


@pytest.mark.parametrize(("build", "knobs", "budget"), ORDERED)
def test_spin_counts_the_same_where_channels_keep_order(build, knobs, budget, tmp_path):
    system = build(knobs=knobs, channel=Channel.FIFO)
    space, loose = (
        search(Table(one), budget) for one in (system, build(knobs=knobs, channel=Channel.MULTISET))
    )
    assert len(space) != len(loose)  # order matters here
    found = spin.check(promela(system, budget), tmp_path)
    assert found == spin.Found(len(space), 0, {"rests": len(space.resting)})


def test_a_channel_that_keeps_order_is_refused_where_steps_are_not_atomic():
    system = numbers(channel=Channel.FIFO, atomic=False)
    with pytest.raises(ValueError, match="fifo channel"):
        promela(system)
