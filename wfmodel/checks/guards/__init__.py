"""Questions about the guards of a choice, decided: which overlap, what they leave open.

``domain`` says which values count, ``verdicts`` asks the questions, ``enumeration`` answers them by
trying one value of each kind that the guards can tell apart, and ``smt`` where those are too many.
"""

from wfmodel.checks.guards.domain import Domain, domain_of
from wfmodel.checks.guards.verdicts import Verdicts, decide

__all__ = ["Domain", "Verdicts", "decide", "domain_of"]
