"""What a workflow is. Frozen, pure data; text into it; where each value stands.

``workflow`` declares, ``flow`` makes the graph that everything else reads, ``loading`` brings files
in.
"""

from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Flow, build_flow
from wfmodel.model.loading import LoadResult, dump_workflow, load_workflow, locate_findings
from wfmodel.model.machines import from_transitions, to_transitions
from wfmodel.model.schema import workflow_schema
from wfmodel.model.source import Document, Span, json_pointer

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
