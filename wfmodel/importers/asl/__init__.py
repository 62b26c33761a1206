"""Amazon States Language: from a state machine and its annotations to a Workflow.

``shape`` says whether it is ASL at all (its tables are in ``fields``), ``translation`` what it
means; ``catalogue`` lists every finding. Read ``translation`` next.
"""

from typing import TYPE_CHECKING

from wfmodel.lazy import on_use

if TYPE_CHECKING:
    from wfmodel.importers.asl.translation import Translation, translate
else:
    __getattr__ = on_use(__name__)

__all__ = ["Translation", "translate"]
