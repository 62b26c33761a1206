"""The one door: a workflow and a design, by name or declared, make a System.

>>> design_of("choreography").name
'choreography'
>>> design_of("hybrid:stock=reserve,ship;money=charge").groups
{'stock': ('reserve', 'ship'), 'money': ('charge',)}

A further design is a class as those of ``orchestration``, ``choreography`` and ``hybrid``, and its
entry in ``EVERY`` or ``DECLARED``. Nothing else asks which design it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from wfmodel.designs.assembly import assemble
from wfmodel.designs.choreography import Choreographed
from wfmodel.designs.hybrid import Hybrid
from wfmodel.designs.knobs import Knobs
from wfmodel.designs.orchestration import Orchestrated
from wfmodel.designs.placement import Design
from wfmodel.designs.system import System
from wfmodel.model.loading import LoadResult
from wfmodel.model.spelling import nearest
from wfmodel.model.strict import first_refusal
from wfmodel.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Declarable:
    """A design that says nothing without a declaration: its class, and how a line is read."""

    kind: type
    parse: Callable[[str], Design]
    form: str
    """How it is written on one line."""


EVERY: Final[dict[str, Design]] = {each.name: each for each in (Orchestrated(), Choreographed())}
"""Designs that every workflow has without further ado, by name."""

DECLARED: Final[dict[str, Declarable]] = {
    Hybrid.name: Declarable(Hybrid, Hybrid.parse, "hybrid:GROUP=STEP,STEP;GROUP=STEP"),
}
"""Designs that need a declaration, by name."""

DESIGNS: Final = tuple(EVERY)
"""Names that can stand alone."""


def build(
    workflow: Workflow | LoadResult, design: str | Design, knobs: Knobs | None = None
) -> System:
    """The system of a workflow in a design: ``orchestration``, ``choreography``, ``Hybrid(...)``.

    Raises:
        ValueError: there is no such design, it does not fit, or the workflow cannot run.
    """
    return assemble(workflow, design_of(design), knobs)


def design_of(named: str | Design) -> Design:
    """The design of a name, or of a line such as ``hybrid:stock=reserve,ship;money=charge``.

    Raises:
        ValueError: there is none, or it is not declared in full.
    """
    if not isinstance(named, str):
        return named
    name, colon, rest = (part.strip() for part in named.partition(":"))
    if name in DECLARED:
        if not colon:
            raise ValueError(f"design {name!r} does not stand alone; write {DECLARED[name].form}")
        try:
            return DECLARED[name].parse(rest)
        except ValidationError as error:
            raise ValueError(f"design {name!r}: {first_refusal(error).why}") from None
        except ValueError as error:
            raise ValueError(f"design {name!r}: {error}") from None
    if name not in EVERY or colon:
        raise ValueError(_unknown(named))
    return EVERY[name]


def name_of(design: str | Design) -> str:
    """The design's name, without what is declared of it."""
    return design_of(design).name


def _unknown(named: str) -> str:
    meant = nearest(named.partition(":")[0], (*EVERY, *DECLARED))
    if meant is not None and ":" not in named:
        return f"unknown design {named!r}; did you mean {meant!r}?"
    known = (*EVERY, *(each.form for each in DECLARED.values()))
    return f"unknown design {named!r}; there are {', '.join(map(repr, known))}"
