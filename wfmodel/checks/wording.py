"""Words that several rules share."""

from __future__ import annotations

from collections.abc import Sequence

from wfmodel.checks.saga import Status
from wfmodel.checks.uncovered import Uncovered


def left_behind(found: Uncovered) -> str:
    """The subject and verb of W1 and W2."""
    name = repr(found.step.name)
    if found.status is Status.EARLIER:
        return f"{name} is done twice, and only the latest is compensated"
    if found.status is Status.MAYBE_EARLIER:
        return f"{name} may have taken effect twice, and only the latest is compensated"
    if found.certain:
        return f"{name} is done and not compensated"
    if found.status is Status.LATE:
        return f"{name} may complete after the join went on without it, and is not compensated"
    return f"{name} may have taken effect (no clear answer) and is not compensated"


def listed(names: Sequence[str], most: int = 4) -> str:
    """Quoted names, the first few of many."""
    shown = ", ".join(repr(name) for name in names[:most])
    more = len(names) - most
    return f"{shown} and {more} more" if more > 0 else shown
