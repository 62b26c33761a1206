"""A counterexample as a test to paste: it plays the schedule and asks the property at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from wfmodel.designs.knob_registry import UNTIMED
from wfmodel.designs.knobs import Knobs, Lease
from wfmodel.designs.known_designs import EVERY, design_of, name_of
from wfmodel.designs.placement import Design
from wfmodel.designs.trace_script import Act, schedule_text
from wfmodel.escaping.languages import python_docstring, python_text
from wfmodel.model.file_names import file_stems
from wfmodel.semantics.fault_budget import FaultBudget

CLASS: Final = re.compile(r"^\w+(?=\()")
"""In a declaration, the class that it is of."""

TEMPLATE = """{about}

import wfmodel
from wfmodel.designs import {names}
from wfmodel.experiments.kept_counterexample import still_happens
from wfmodel.exploration import FaultBudget

SCHEDULE = {schedule}


def test_{name}():
    workflow = wfmodel.load({path!r}).workflow
    system = wfmodel.build(workflow, {declared}, {knobs})
    assert not still_happens(system, SCHEDULE, {claim!r}, {budget}{several})
"""


OWN_TEMPLATE = """{about}

from wfmodel.designs import load_system
from wfmodel.experiments.kept_counterexample import still_happens
from wfmodel.exploration import FaultBudget

SCHEDULE = {schedule}


def test_{name}():
    system = load_system({path!r})
    assert not still_happens(system, SCHEDULE, {claim!r}, {budget})
"""


def own_regression_test(
    *,
    path: str,
    name: str,
    claim: str,
    title: str,
    schedule: Iterable[Act],
    budget: FaultBudget,
) -> str:
    """The same for a System of one's own; ``path`` is as ``wfmodel explore`` was given it."""
    return OWN_TEMPLATE.format(
        about=python_docstring(f"{title} ({name}): found by wfmodel explore."),
        schedule=python_text(schedule_text(schedule)),
        name=file_stems([(name, title)])[name, title].replace("-", "_"),
        path=path,
        claim=claim,
        budget=budget_text(budget),
    )


def regression_test(
    *,
    path: str,
    design: str | Design,
    knobs: Knobs,
    claim: str,
    title: str,
    schedule: Iterable[Act],
    budget: FaultBudget,
    instances: int = 1,
    each: Mapping[str, int] | None = None,
    found_by: str = "wfmodel explore",
) -> str:
    """A pytest module. It fails as long as the run is possible and breaks the claim.

    ``claim`` is the property in its textual form; ``path`` the workflow's file.
    """
    name, declared = name_of(design), declaration_text(design)
    return TEMPLATE.format(
        about=python_docstring(f"{title} ({name}): found by {found_by}."),
        names=", ".join(sorted({"Knobs", *CLASS.findall(declared)})),
        schedule=python_text(schedule_text(schedule)),
        name=file_stems([(name, title)])[name, title].replace("-", "_"),
        path=path,
        declared=declared,
        knobs=knobs_text(knobs),
        claim=claim,
        budget=budget_text(budget),
        several=_several_text(instances, each or {}),
    )


def _several_text(instances: int, each: Mapping[str, int]) -> str:
    """Further arguments, where not the default."""
    given = f", instances={instances}" if instances > 1 else ""
    return f"{given}, each={dict(each)!r}" if each else given


def declaration_text(design: str | Design) -> str:
    """Python for a design: its name, or what is declared of it."""
    made = design_of(design)
    return repr(made.name if made.name in EVERY else made)


def budget_text(budget: FaultBudget) -> str:
    """Python for a budget, where not the default."""
    usual = FaultBudget()
    given = [
        f"{name}={value!r}"
        for name, value in budget._asdict().items()
        if value != getattr(usual, name)
    ]
    return f"FaultBudget({', '.join(given)})"


def _value_text(value: object) -> str:
    """Python for a knob's value, from names that are imported."""
    if isinstance(value, Lease):
        times = f"renewed={value.renewed}, lasts={value.lasts}, look={value.look}"
        return f"dict({times}, of={value.of!r})"
    return repr(str(value)) if isinstance(value, str) else repr(value)


def knobs_text(knobs: Knobs) -> str:
    """Python for the knobs that a run without time can tell apart, where not the default."""
    usual = Knobs()
    given = []
    for name in UNTIMED:
        value = getattr(knobs, name)
        if value != getattr(usual, name):
            given.append(f"{name}={_value_text(value)}")
    return f"Knobs({', '.join(given)})"
