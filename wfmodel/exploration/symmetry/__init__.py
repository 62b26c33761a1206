"""Symmetry: of all configurations that differ only in who is who, a search looks at one.

``reduction`` says which one; ``swapping`` and ``seeing`` rename what configurations are made of;
``interchangeable`` checks that a system's participants are what they are declared to be;
``unfolding`` turns a run of a reduced space into one of the system itself.
"""

from wfmodel.exploration.symmetry.interchangeable import NotInterchangeable
from wfmodel.exploration.symmetry.reduction import Reduction

__all__ = ["NotInterchangeable", "Reduction"]
