"""What ``--design`` names: a variant of the scenario, a design, or one declared on the line."""

from __future__ import annotations

from typing import Final

from typer.exceptions import TyperException

from wfmodel.cli.refusing import in_one_line
from wfmodel.designs import DECLARED, Knobs, design_of, name_of
from wfmodel.experiments import Variant
from wfmodel.model.spelling import hint

BOTH: Final = "both"


def chosen_variants(variants: dict[str, Variant], name: str, knobs: Knobs) -> dict[str, Variant]:
    """All variants (``both``), one by its name, those of a design; or a design of the line's own,
    ``hybrid:stock=reserve,ship;money=charge``, with ``knobs``.

    Raises:
        TyperException: there is no such thing.
    """
    if name == BOTH:
        return variants
    if name in variants:
        return {name: variants[name]}
    of_design = {n: v for n, v in variants.items() if name_of(v.design) == name}
    if of_design:
        return of_design
    return {name.partition(":")[0]: declared_variant(variants, name, knobs, others=(BOTH,))}


def declared_variant(
    variants: dict[str, Variant], name: str, knobs: Knobs, *, others: tuple[str, ...] = ()
) -> Variant:
    """A variant of the design that the line declares.

    Raises:
        TyperException: it declares none.
    """
    kind = name.partition(":")[0]
    if kind.strip() not in DECLARED:
        forms = (each.form for each in DECLARED.values())
        known = ", ".join(dict.fromkeys((*variants, *others, *forms)))
        instead = hint(name, (*variants, *others)) or f"; there are {known}"
        raise TyperException(f"no design or variant {name!r}{instead}")
    with in_one_line(ValueError, about="--design"):
        return Variant(design=design_of(name), knobs=knobs)
