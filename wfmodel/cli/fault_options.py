"""``--crash``, ``--loss``, …: how much may go wrong, the same options wherever one explores.

A command declares one parameter, ``budget``, and is decorated; each kind of ``fault_costs.COSTS``
is an option of all of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer
from typer.exceptions import TyperException

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.fault_costs import COSTS

if TYPE_CHECKING:
    from wfmodel.designs.system import System
    from wfmodel.semantics import FaultBudget

MOST_FAULTS: Final = 20
"""Of one kind, in total or in each instance."""

Count: TypeAlias = Annotated[
    int, typer.Option(min=0, max=MOST_FAULTS, help="At most so many in total.")
]

BUDGETED: Final = {cost.option: kind for kind, cost in COSTS.items()}
"""Options, and the fields of ``FaultBudget`` that they set."""

KEYWORD: Final = inspect.Parameter.KEYWORD_ONLY


def with_faults(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each kind of fault; it is handed them as ``budget``."""
    told = inspect.signature(command)
    options = [inspect.Parameter(name, KEYWORD, default=0, annotation=Count) for name in BUDGETED]

    @wraps(command)
    def run(*args: Any, **given: Any) -> None:  # noqa: ANN401 - the command's own
        counts = {field: given.pop(name) for name, field in BUDGETED.items()}
        command(*args, budget=_budget(counts), **given)

    parameters: list[inspect.Parameter] = []
    for name, parameter in told.parameters.items():
        parameters += options if name == "budget" else [parameter.replace(kind=KEYWORD)]
    # What typer reads; mypy knows no such attribute of functions.
    setattr(run, "__signature__", told.replace(parameters=parameters))  # noqa: B010
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _budget(counts: dict[str, int]) -> FaultBudget:
    from wfmodel.semantics import FaultBudget

    return FaultBudget(**counts)  # type: ignore[arg-type]


def check_faults(budget: FaultBudget, systems: Iterable[System], *, joint: bool) -> None:
    """Refuse faults that cannot be.

    Raises:
        TyperException: every system's broker delivers what was lost again; nothing is stored that
            could be restored, or instances are looked at together (``joint``).
    """

    systems = tuple(systems)
    nowhere = all(CommitPolicy.of(s.knobs).memory for s in systems)
    for kind, cost in COSTS.items():
        option = f"--{cost.option.replace('_', '-')}"
        if cost.alone and joint and getattr(budget, kind):
            raise TyperException(f"{option} is explored of one instance, and without --exposure")
        if cost.rewinds and nowhere and getattr(budget, kind):
            raise TyperException(f"{option} does nothing: nothing is stored (persistence: memory)")
    if budget.losses and all(CommitPolicy.of(s.knobs).at_least_once for s in systems):
        raise TyperException(
            "--loss does nothing: with delivery: at-least-once a lost message is only delayed;"
            " try --knob delivery=at-most-once, or --duplicate"
        )
