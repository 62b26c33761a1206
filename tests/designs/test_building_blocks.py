"""A shared store, effects, a queue and a lease do what the literature says goes wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from wfmodel.designs import Knobs, Machine, System, Table, own_system
from wfmodel.designs.building_blocks import (
    BEGIN,
    Acquire,
    AddTask,
    Apply,
    Commit,
    CompareAndSet,
    EffectLedger,
    FinishTask,
    Follower,
    LeaseServer,
    Lock,
    Procedure,
    ReadRow,
    Release,
    Rollback,
    SharedStore,
    Take,
    TaskQueue,
    WriteRow,
    applied_twice,
)
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import search
from wfmodel.exploration.properties import (
    Holds,
    Never,
    Observation,
    Predicate,
    Violated,
    decide,
    parse_property,
)

STORE = SharedStore(rows=(("stock", 2),))
BOTH = ("ann", "bob")


def system(machines: dict[str, Machine], **more: Any) -> System:
    begins = [name for name, machine in machines.items() if isinstance(machine, Procedure)]
    return own_system("blocks", machines, opening=dict.fromkeys(begins, BEGIN), **more)


def ends(made: System, shown: Callable[[Observation], Any]) -> set[Any]:
    """What can be the case when nothing more happens."""
    space = search(Table(made))
    return {shown(Observation(space, n)) for n in space.resting.tolist()}


def holds(made: System, claim: Any, budget: FaultBudget | None = None) -> bool:
    asked = parse_property(claim, made) if isinstance(claim, str) else claim
    [answer] = decide(search(Table(made), budget), [asked])
    assert isinstance(answer, Holds | Violated)
    return isinstance(answer, Holds)


def stock(seen: Observation) -> Any:
    return dict(seen.state("store").rows)["stock"]


def answers(seen: Observation, who: str) -> tuple[Any, ...]:
    return tuple(each.value for each in seen.state(who).answers if hasattr(each, "value"))


# --------------------------------------------------------------------------------- shared store


def sold(me: str, heard: tuple[Any, ...]) -> tuple[str, Any]:
    return "store", WriteRow("stock", heard[-1].value - 1, me)


def sold_if_unchanged(me: str, heard: tuple[Any, ...]) -> tuple[str, Any]:
    seen = heard[-1].value
    return "store", CompareAndSet("stock", seen, seen - 1, me)


def test_what_is_read_and_then_written_can_be_lost_and_a_lock_prevents_it():
    """P4 of Berenson et al.: two of two are sold, and the store counts one."""
    bare = {me: Procedure(me, (("store", ReadRow("stock", me)), sold)) for me in BOTH}
    assert ends(system({"store": STORE, **bare}), stock) == {0, 1}
    locked = {
        me: Procedure(me, (("store", Lock("stock", me)), sold, ("store", Commit(me))))
        for me in BOTH
    }
    assert ends(system({"store": STORE, **locked}), stock) == {0}


def test_a_guarded_update_loses_nothing_and_says_who_was_late():
    guarded = {
        me: Procedure(me, (("store", ReadRow("stock", me)), sold_if_unchanged)) for me in BOTH
    }
    made = system({"store": STORE, **guarded})

    def told(seen: Observation) -> tuple[int, int]:
        return stock(seen), sum(seen.state(me).answers[-1].ok for me in BOTH)

    assert ends(made, told) == {(0, 2), (1, 1)}  # as many are gone as were told yes


@pytest.mark.parametrize("dirty", [False, True])
def test_a_dirty_read_sees_what_never_was(dirty):
    """P1: only with ``dirty_reads`` is 9 read, which is rolled back."""
    writer = Procedure(
        "ann",
        (("store", Lock("stock", "ann")), ("store", WriteRow("stock", 9, "ann")),
         ("store", Rollback("ann"))),
    )  # fmt: skip
    reader = Procedure("bob", (("store", ReadRow("stock", "bob")),))
    store = SharedStore((("stock", 2),), dirty_reads=dirty)
    made = system({"store": store, "ann": writer, "bob": reader})
    read = ends(made, lambda seen: answers(seen, "bob"))
    assert read == ({(2,), (9,)} if dirty else {(2,)})
    assert ends(made, stock) == {2}


def test_a_fuzzy_read_is_two_answers_to_one_question_and_a_lock_prevents_it():
    """P2: between two reads another's write is committed."""
    writer = Procedure("ann", (("store", WriteRow("stock", 9, "ann")),))
    twice = Procedure("bob", (("store", ReadRow("stock", "bob")),) * 2)
    made = system({"store": STORE, "ann": writer, "bob": twice})
    assert ends(made, lambda seen: answers(seen, "bob")) == {(2, 2), (2, 9), (9, 9)}
    locking = Procedure(
        "bob", (("store", Lock("stock", "bob")), ("store", ReadRow("stock", "bob")),
                ("store", Commit("bob"))),
    )  # fmt: skip
    made = system({"store": STORE, "ann": writer, "bob": locking})
    assert ends(made, lambda seen: answers(seen, "bob")) == {(2, 2), (9, 9)}


def test_a_follower_answers_with_what_was():
    asked = Procedure(
        "ann", (("store", WriteRow("stock", 9, "ann")), ("copy", ReadRow("stock", "ann")))
    )
    machines = {
        "store": SharedStore((("stock", 2),), followers=("copy",)),
        "copy": Follower((("stock", 2),)),
        "ann": asked,
    }
    assert ends(system(machines), lambda seen: answers(seen, "ann")) == {(2,), (9,)}
    copies = ends(system(machines), lambda seen: dict(seen.state("copy").rows)["stock"])
    assert copies == {9}  # in the end it has followed


def locks(me: str, *rows: str) -> Procedure:
    return Procedure(me, (*(("store", Lock(row, me)) for row in rows), ("store", Commit(me))))


def test_rows_that_are_locked_in_different_orders_are_a_deadlock():
    store = SharedStore((("x", 0), ("y", 0)))
    crossed = system({"store": store, "ann": locks("ann", "x", "y"), "bob": locks("bob", "y", "x")})
    assert not holds(crossed, "no: deadlock")
    ordered = system({"store": store, "ann": locks("ann", "x", "y"), "bob": locks("bob", "x", "y")})
    assert holds(ordered, "no: deadlock")


def test_who_is_gone_holds_no_lock_if_the_store_watches():
    """The holder forgets all in a crash: without ``watches`` the other waits for ever.

    Only in a FIFO channel does the news come behind the request for the lock.
    """
    holder = replace(locks("ann", "stock"), asks_again=False)
    machines = {"store": STORE, "ann": holder, "bob": locks("bob", "stock")}
    done = 'leads_to: bob.status == "running" => bob.status == "succeeded"'
    forgetful = {"knobs": Knobs(persistence="memory"), "channel": "fifo"}
    budget = FaultBudget(crashes=1).each("crashes", ["store", "bob"], 0)
    assert not holds(system(machines, **forgetful), done, budget)
    assert holds(system(machines, watches={"store": ("ann",)}, **forgetful), done, budget)
    assert holds(system(machines, **forgetful), done)  # nobody crashes


# ---------------------------------------------------------------------- lease, queue and effects


def with_lease(effects: EffectLedger) -> System:
    def pay(me: str, heard: tuple[Any, ...]) -> tuple[str, Any]:
        return "bank", Apply("payment", me, heard[-1].token)

    def done(me: str, heard: tuple[Any, ...]) -> tuple[str, Any] | None:
        return None

    machines = {me: Procedure(me, (("lease", Acquire(me)), pay, done)) for me in BOTH}
    return system({"lease": LeaseServer(), "bank": effects, **machines})


def test_a_lease_that_ends_lets_two_act_and_a_fence_refuses_the_late_one():
    twice = Never(Predicate("paid twice", lambda seen: applied_twice(seen.state("bank"))))
    assert not holds(with_lease(EffectLedger()), twice)
    assert holds(with_lease(EffectLedger(idempotent=True)), twice)

    def refused(seen: Observation) -> bool:
        return any(
            len(seen.state(me).answers) == 2 and not seen.state(me).answers[1].ok for me in BOTH
        )

    assert not holds(with_lease(EffectLedger(fenced=True)), Never(Predicate("refused", refused)))
    assert holds(with_lease(EffectLedger()), Never(Predicate("refused", refused)))


def test_a_lease_that_does_not_end_is_held_by_one_at_a_time():
    def back(me: str, heard: tuple[Any, ...]) -> tuple[str, Any]:
        return "lease", Release(heard[-1].token)

    machines = {me: Procedure(me, (("lease", Acquire(me)), back)) for me in BOTH}
    made = system({"lease": LeaseServer(ends=False), **machines})
    assert ends(made, lambda seen: seen.state("lease").token) == {2}  # both had it, in turn
    assert ends(made, lambda seen: seen.state("lease").holder) == {""}


def worker(me: str) -> Procedure:
    def work(me: str, heard: tuple[Any, ...]) -> tuple[str, Any]:
        return "bank", Apply(heard[0].task, me)

    def over(me: str, heard: tuple[Any, ...]) -> tuple[str, Any]:
        return "queue", FinishTask(heard[0].receipt)

    return Procedure(me, (("queue", Take(me)), work, over))


def working(queue: TaskQueue, effects: EffectLedger) -> System:
    return system({"queue": queue, "bank": effects, **{me: worker(me) for me in BOTH}})


def test_a_task_that_shows_again_is_done_twice_unless_it_is_idempotent():
    twice = Never(Predicate("charged twice", lambda seen: applied_twice(seen.state("bank"))))
    assert not holds(working(TaskQueue(("charge",)), EffectLedger()), twice)
    assert holds(working(TaskQueue(("charge",)), EffectLedger(idempotent=True)), twice)
    assert holds(working(TaskQueue(("charge",), shows_again=False), EffectLedger()), twice)


def test_after_its_last_delivery_a_task_is_a_dead_letter():
    made = working(TaskQueue(("charge",), most=1), EffectLedger())
    assert ends(made, lambda seen: seen.state("queue").dead) == {(), ("charge",)}
    assert ends(made, lambda seen: seen.state("queue").ready) == {()}


def test_a_task_that_is_put_later_is_handed_out():
    put = Procedure("carl", (("queue", AddTask("charge")),))
    made = system({"queue": TaskQueue(shows_again=False), "carl": put, "ann": worker("ann"),
                   "bank": EffectLedger()})  # fmt: skip
    assert ends(made, lambda seen: seen.state("bank").count("charge")) == {1}
