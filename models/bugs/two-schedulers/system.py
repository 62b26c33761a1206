"""Two schedulers read the same task, and both make a try of it: the update is not guarded."""

from wfmodel.designs import own_system
from wfmodel.designs.building_blocks import (
    BEGIN,
    Apply,
    CompareAndSet,
    EffectLedger,
    Procedure,
    ReadRow,
    SharedStore,
    WriteRow,
)


def queue_it(me, answers):
    return ("db", WriteRow("task", "queued", me)) if answers[-1].value == "scheduled" else None


def run_it(me, answers):
    return ("executor", Apply("task", me)) if answers[-1].ok else None


def schedulers(steps):
    machines = {
        "db": SharedStore((("task", "scheduled"),)),
        "executor": EffectLedger(),
        **{me: Procedure(me, steps(me)) for me in ("one", "two")},
    }
    return own_system("schedulers", machines, opening={"one": BEGIN, "two": BEGIN})


bug = schedulers(lambda me: (("db", ReadRow("task", me)), queue_it, run_it))
fixed = schedulers(lambda me: (("db", CompareAndSet("task", "scheduled", "queued", me)), run_it))
