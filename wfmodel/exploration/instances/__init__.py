"""Several instances of one System at once, which share their processes and nothing else.

``product_space.search`` searches their configurations together. ``timeline_search.live`` searches
one instance with its timeline, which is enough to know how many can be somewhere at once
(``decide_together``).
"""

from wfmodel.exploration.instances.claims import JointAnswer, bounds_of, decide_together
from wfmodel.exploration.instances.exposure import Exposure, exposures
from wfmodel.exploration.instances.product_space import JointSpace, search
from wfmodel.exploration.instances.product_view import JointObservation, JointPredicate, never
from wfmodel.exploration.instances.run import JointRun, run_to
from wfmodel.exploration.instances.stories import (
    joint_ending,
    joint_mermaid,
    joint_schedule,
    joint_story,
    joint_story_text,
)
from wfmodel.exploration.instances.timeline_search import Lives, live

__all__ = [
    "Exposure",
    "JointAnswer",
    "JointObservation",
    "JointPredicate",
    "JointRun",
    "JointSpace",
    "Lives",
    "bounds_of",
    "decide_together",
    "exposures",
    "joint_ending",
    "joint_mermaid",
    "joint_schedule",
    "joint_story",
    "joint_story_text",
    "live",
    "never",
    "run_to",
    "search",
]
