"""Rules over a Workflow. ``check_workflow`` applies them; a file of ``rules`` is one."""

from wfmodel.checks.formats.text import concise, full
from wfmodel.checks.inspection import Inspection, inspect_workflow
from wfmodel.checks.registry import DEFAULT_RULES, RULES, find_rule
from wfmodel.checks.reported import Reported, report
from wfmodel.checks.rule import Rule
from wfmodel.checks.runner import check_file, check_result, check_workflow

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
