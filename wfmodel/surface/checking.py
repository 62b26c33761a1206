"""Check what is at hand: a workflow, or what was loaded, whose findings have their places.

>>> from wfmodel.surface.strict_loading import load
>>> print(check(load("models/broken-structure/workflow.yaml"))[0].where)
models/broken-structure/workflow.yaml:11:3
"""

from __future__ import annotations

from collections.abc import Iterable

from wfmodel.checks import Rule, check_result, check_workflow
from wfmodel.model.at_hand import the_workflow
from wfmodel.model.findings import Findings
from wfmodel.model.loading import LoadResult
from wfmodel.model.workflow import Workflow


def check(subject: Workflow | LoadResult, *, rules: Iterable[Rule] | None = None) -> Findings:
    """Findings of a workflow, by rule; of what ``load`` gave, in order of their places in the file.

    They are a tuple that shows itself as a table. ``rules``: all that need not be asked for, if
    none are given (``wfmodel.checks.DEFAULT_RULES``).
    """
    if isinstance(subject, LoadResult):
        return check_result(subject, rules=rules)
    return check_workflow(the_workflow(subject, asks="check"), rules=rules)
