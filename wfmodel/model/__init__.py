"""What a workflow is. Frozen, pure data; text into it; where each value stands.

``workflow`` declares, ``flow`` makes the graph that everything else reads, ``loading`` brings files
in.

>>> from wfmodel.model import build_flow
>>> from wfmodel.model.workflow import Final, Task, Workflow
>>> parcel = Workflow(
...     name="parcel",
...     initial="pack",
...     states={"pack": Task(service="warehouse", next="done"), "done": Final()},
... )
>>> flow = build_flow(parcel)
>>> [(node.name, str(node.kind)) for node in flow.nodes]
[('pack', 'task'), ('done', 'final')]
"""

from typing import TYPE_CHECKING

from wfmodel.lazy import on_use

if TYPE_CHECKING:
    from wfmodel.model.findings import Finding, Severity
    from wfmodel.model.flow import Flow, build_flow
    from wfmodel.model.json_schema import workflow_schema
    from wfmodel.model.loading import LoadResult, dump_workflow, load_workflow, locate_findings
    from wfmodel.model.source import Document, Span, json_pointer
    from wfmodel.model.transitions_bridge import from_transitions, to_transitions
else:
    __getattr__ = on_use(__name__)

__all__ = [
    "Document",
    "Finding",
    "Flow",
    "LoadResult",
    "Severity",
    "Span",
    "build_flow",
    "dump_workflow",
    "from_transitions",
    "json_pointer",
    "load_workflow",
    "locate_findings",
    "to_transitions",
    "workflow_schema",
]
