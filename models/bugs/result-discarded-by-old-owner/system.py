"""An owner whose lease is over takes a result out of the queue, and may not commit it."""

from wfmodel.designs import building_blocks as blocks
from wfmodel.designs import own_system
from wfmodel.designs.state import View
from wfmodel.exploration.properties import Eventually, Predicate


def apply(key):
    return lambda me, answers: ("store", blocks.Apply(key, me, answers[0].token))


def finish(me, answers):
    taken, committed = answers[-2:]
    return ("queue", blocks.FinishTask(taken.receipt)) if committed.ok else None


class Owner(blocks.Procedure):
    def view(self, state):
        return View()


def owner(me):
    lease, take = ("lease", blocks.Acquire(me)), ("queue", blocks.Take(me))
    return Owner(me, (lease, apply("opened"), take, apply("result"), finish))


def partition(stays):
    """``stays``: what is taken out of the queue stays there until it is committed."""
    machines = {
        "lease": blocks.LeaseServer(),
        "queue": blocks.TaskQueue(("result",), shows_again=stays),
        "store": blocks.EffectLedger(fenced=True),
        "old": owner("old"),
        "new": owner("new"),
    }
    opening = {"old": blocks.BEGIN, "new": blocks.BEGIN}
    kept = Predicate("the result is kept", lambda seen: seen.state("store").count("result") > 0)
    return own_system("partition", machines, opening=opening, properties=[Eventually(kept)])


bug, fixed = partition(stays=False), partition(stays=True)
