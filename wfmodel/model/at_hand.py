"""What a caller has at hand: a workflow, or what was loaded from its file.

Whoever writes ``wfmodel.draw(wfmodel.load("order.yaml"))`` means the workflow in it.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TypeAlias

from wfmodel.model.loading import LoadResult
from wfmodel.model.workflow import Workflow

AnyWorkflow: TypeAlias = Workflow | LoadResult
"""A workflow, or what was loaded and holds one."""


def the_workflow(subject: AnyWorkflow, *, asks: str) -> Workflow:
    """The workflow; ``asks``: the function that wants it, by name.

    Raises:
        TypeError: it is something else, which is named.
        ValueError: nothing could be loaded.
    """
    if isinstance(subject, Workflow):
        return subject
    if not isinstance(subject, LoadResult):
        raise TypeError(f"{asks} takes a Workflow, or what wfmodel.load gave; got {kind(subject)}")
    if subject.workflow is None:
        raise ValueError(f"{asks}: no workflow was loaded; its findings say why")
    return subject.workflow


def no_scenario(subject: object) -> TypeError:
    """What to raise where neither a scenario nor its file is given."""
    wanted = "a scenario: its file, what load_scenario gave, or a Scenario beside its workflow"
    return TypeError(f"this takes {wanted}; got {kind(subject)}")


def kind(subject: object) -> str:
    """What something is, for an error's end; of text, how a file is read."""
    if isinstance(subject, str | PurePath):
        return f"{type(subject).__name__} (wfmodel.load reads a file)"
    return "nothing (None)" if subject is None else type(subject).__name__
