"""Rules over a Workflow. ``check_workflow`` applies them; a file of ``rules`` is one.

>>> from wfmodel.checks import check_workflow
>>> from wfmodel.model.workflow import Final, Task, Workflow
>>> parcel = Workflow(
...     name="parcel",
...     initial="pack",
...     states={"pack": Task(service="warehouse", next="don"), "done": Final()},
... )
>>> [(found.code, found.name, found.path) for found in check_workflow(parcel)]
[('S101', 'unknown-target', ('states', 'pack', 'next'))]
"""

from typing import TYPE_CHECKING

from wfmodel.lazy import on_use

if TYPE_CHECKING:
    from wfmodel.checks.formats.text import concise, full
    from wfmodel.checks.inspection import Inspection, inspect_workflow
    from wfmodel.checks.resolved_finding import Reported, report
    from wfmodel.checks.rule import Rule
    from wfmodel.checks.rule_registry import DEFAULT_RULES, RULES, find_rule
    from wfmodel.checks.runner import check_file, check_result, check_workflow
else:
    __getattr__ = on_use(__name__)

__all__ = [
    "DEFAULT_RULES",
    "RULES",
    "Inspection",
    "Reported",
    "Rule",
    "check_file",
    "check_result",
    "check_workflow",
    "concise",
    "find_rule",
    "full",
    "inspect_workflow",
    "report",
]
