"""A signal reaches a run that has looked for signals, and then continues as new."""

from wfmodel.designs import own_system
from wfmodel.designs.building_blocks import BEGIN, CompareAndSet, Procedure, ReadRow, SharedStore
from wfmodel.designs.building_blocks import WriteRow as Write
from wfmodel.exploration.properties import Never, Predicate


def lost(seen):
    flow, client = seen.state("workflow"), seen.state("client")
    rows = dict(seen.state("store").rows)
    met = any(getattr(each, "value", "") == "signalled" for each in flow.answers)
    return flow.phase == client.phase == "done" and rows["run 2"] == "open" and not met


def runs(client, workflow):
    steps = {"client": Procedure("client", client), "workflow": Procedure("workflow", workflow)}
    machines = {"store": SharedStore((("run 1", "open"), ("run 2", "open"))), **steps}
    claim = Never(Predicate("a signal is lost", lost))
    return own_system("runs", machines, opening=dict.fromkeys(steps, BEGIN), properties=[claim])


def signal(me, answers):
    run = "run 2" if answers[-1].value == "closed" else "run 1"
    return "store", Write(run, "signalled", me)


def unless_ok(request):
    return lambda me, answers: None if answers[-1].ok else ("store", request)


LOOK = ("store", ReadRow("run 1", "workflow"))
bug = runs(
    (("store", ReadRow("run 1", "client")), signal),
    (LOOK, ("store", Write("run 1", "closed", "workflow"))),
)
SENT = CompareAndSet("run 1", "open", "signalled", "client")
ENDS = CompareAndSet("run 1", "open", "closed", "workflow")
fixed = runs(
    (("store", SENT), unless_ok(Write("run 2", "signalled", "client"))),
    (("store", ENDS), unless_ok(LOOK[1])),
)
