"""Runs a System on SimPy, with queues, networks, stores and faults.

Start with ``simulate``; ``setting`` says what surrounds a system, ``world`` what a user's own
process can do. What happens in a run is the text that begins with ``reactions`` (how an event
becomes a reaction, a commit and messages), over the ``records``; ``clock`` runs it on SimPy,
``compiled`` in machine code, ``engines`` says which.

>>> from wfmodel.designs import orchestrate
>>> from wfmodel.importers import load_any
>>> order = load_any("models/order-fulfilment/workflow.yaml").workflow
>>> setting = Setting(arrivals=Arrivals(at=("0s",)), horizon="1m")
>>> simulate(orchestrate(order), setting, seed=1).instances()
1
"""

from wfmodel.extras import need

need("numpy")  # before anything here imports it

from wfmodel.simulation.engines import AUTO, COMPILED, SIMPY  # noqa: E402
from wfmodel.simulation.questions import StormError  # noqa: E402
from wfmodel.simulation.setting import Arrivals, Pattern, Setting  # noqa: E402
from wfmodel.simulation.world import OwnProcess, Stream, World, simulate  # noqa: E402

__all__ = [
    "AUTO",
    "COMPILED",
    "SIMPY",
    "Arrivals",
    "OwnProcess",
    "Pattern",
    "Setting",
    "StormError",
    "Stream",
    "World",
    "simulate",
]
