"""Two time-out managers find the same time-out due, dispatch it, and delete it afterwards."""

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


def dispatch(me, answers):
    due = getattr(answers[-1], "value", "due") == "due" and getattr(answers[-1], "ok", True)
    return ("queue", Apply("time-out", me)) if due else None


def managers(steps):
    machines = {
        "storage": SharedStore((("time-out", "due"),)),
        "queue": EffectLedger(),
        **{me: Procedure(me, steps(me)) for me in ("one", "two")},
    }
    return own_system("managers", machines, opening={"one": BEGIN, "two": BEGIN})


def look(me):
    deleted = ("storage", WriteRow("time-out", "deleted", me))
    return ("storage", ReadRow("time-out", me)), dispatch, deleted


bug = managers(look)
fixed = managers(lambda me: (("storage", CompareAndSet("time-out", "due", "taken", me)), dispatch))
