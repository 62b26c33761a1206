"""A controller looks twice at its cache: the pod of a step is made again."""

from wfmodel.designs import own_system
from wfmodel.designs.building_blocks import (
    BEGIN,
    Apply,
    EffectLedger,
    Follower,
    Procedure,
    ReadRow,
    SharedStore,
    WriteRow,
)

ROWS = (("pod", "none"),)


def unless_made(me, answers):
    return None if answers[-1].value == "made" else ("cluster", Apply("pod", me))


def controller(reads):
    look = (reads, ReadRow("pod", "controller"))
    made = ("store", WriteRow("pod", "made", "controller"))
    machines = {
        "store": SharedStore(ROWS, followers=("cache",)),
        "cache": Follower(ROWS),
        "cluster": EffectLedger(),
        "controller": Procedure("controller", (look, unless_made, made, look, unless_made)),
    }
    return own_system("pods", machines, opening={"controller": BEGIN})


bug = controller(reads="cache")
fixed = controller(reads="store")
