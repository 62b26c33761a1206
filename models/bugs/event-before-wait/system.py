"""An event looks for who waits for it, and finds nobody; then the wait is registered."""

from wfmodel.designs import own_system
from wfmodel.designs.building_blocks import (
    BEGIN,
    Apply,
    EffectLedger,
    Procedure,
    ReadRow,
    SharedStore,
    WriteRow,
)
from wfmodel.exploration.properties import Never, Predicate


def never_resumed(seen):
    over = seen.state("event").phase == seen.state("function").phase == "done"
    return over and not seen.state("queue").count("resume")


def resumes(me, answers):
    return ("queue", Apply("resume", me)) if answers[-1].value else None


def waiting(event, function):
    parts = {"event": Procedure("event", event), "function": Procedure("function", function)}
    machines = {
        "state": SharedStore((("event came", False), ("waited for", False))),
        "queue": EffectLedger(idempotent=True),
        **parts,
    }
    claim = Never(Predicate("the function waits for ever", never_resumed))
    return own_system("waiting", machines, opening=dict.fromkeys(parts, BEGIN), properties=[claim])


FIND = (("state", ReadRow("waited for", "event")), resumes)
KEEP = ("state", WriteRow("event came", True, "event"))
WAIT = ("state", WriteRow("waited for", True, "function"))
LOOK = (("state", ReadRow("event came", "function")), resumes)
bug = waiting(FIND, (WAIT,))
fixed = waiting((KEEP, *FIND), (WAIT, *LOOK))
