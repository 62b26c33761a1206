"""Several instances of one System at once, which share their processes and nothing else.

``space.search`` searches their configurations together.
"""

from wfmodel.exploration.instances.space import JointSpace, search

__all__ = ["JointSpace", "search"]
