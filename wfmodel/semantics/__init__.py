"""What a step does to a cell, an inbox, the world and a budget: written once, untimed.

``cell_rules`` has what happens inside one participant, ``instance_rules`` what that does to the
rest, ``enabled_steps`` and ``successors`` which steps there are. ``component_tables`` tabulates all
of it as integers. Search (``exploration``), chains (``markov``) and acceptance of histories stand
on it. Two say again what a crash takes and what a commit releases: the exporters, so that other
tools count independently, and the simulation, with time; tests hold both to what is here.

>>> from wfmodel.designs import Table, orchestrate
>>> from wfmodel.importers import load_any
>>> order = load_any("models/order-fulfilment/workflow.yaml").workflow
>>> rules = InstanceRules(Table(orchestrate(order)))
>>> config = rules.start(rules.initial())
>>> [step.kind.name for step, _, _ in Successors(rules, Anything()).of(config, FaultBudget())]
['REACT']
"""

from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything, Resolution
from wfmodel.semantics.successors import Successors

__all__ = ["Anything", "FaultBudget", "InstanceRules", "Resolution", "Successors"]
