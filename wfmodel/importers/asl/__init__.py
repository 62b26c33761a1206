"""Amazon States Language: from a state machine and its annotations to a Workflow.

``shape`` says whether it is ASL at all (its tables are in ``fields``), ``translation`` what it
means; ``catalogue`` lists every finding. Read ``translation`` next.
"""

from wfmodel.importers.asl.translation import Translation, translate

__all__ = ["Translation", "translate"]
