"""How far an exploration goes: what the command line says of it, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from typer.exceptions import TyperException

from wfmodel.cli.fault_options import BUDGETED
from wfmodel.designs.fault_costs import PROCESS_FAULTS
from wfmodel.exploration.packed import Engine


@dataclass(frozen=True)
class SearchLimits:
    """How far a search goes, with which engine, where it is kept, and of how many instances."""

    states: int
    laps: int
    engine: Engine
    memory_bytes: int
    checkpoint: Path | None
    instances: int = 1
    each: Mapping[str, int] = field(default_factory=dict)
    """Kind of fault to the most of it in each instance."""
    exposure: bool = False
    """Whether what a process's fault does is told by what it finds an instance at."""
    stop_at_first: bool = False
    """Whether to end soon after something is violated."""


OF_ONE_INSTANCE: Final = {
    option.replace("_", "-"): field
    for option, field in BUDGETED.items()
    if field not in PROCESS_FAULTS
}
"""Faults that may be bounded per instance, by the name of their option."""


def bounds_per_instance(texts: tuple[str, ...], largest: int) -> dict[str, int]:
    """Bounds from the command line, ``largest`` at most: kind of fault to the most of it.

    Raises:
        TyperException: one names no such fault, no number, or more than the total may be.
    """
    found = {}
    for text in texts:
        name, equals, most = (part.strip() for part in text.partition("="))
        if BUDGETED.get(name) in PROCESS_FAULTS:
            raise TyperException(f"--per-instance: a {name} strikes every instance at once")
        if name not in OF_ONE_INSTANCE or not equals or not most.isdecimal():
            known = ", ".join(OF_ONE_INSTANCE)
            raise TyperException(f"--per-instance needs FAULT=N (faults: {known}); got {text!r}")
        if len(most.lstrip("0")) > len(str(largest)) or int(most) > largest:
            raise TyperException(
                f"Invalid value for '--per-instance': {name} should be less than or equal to"
                f" {largest}"
            )
        found[OF_ONE_INSTANCE[name]] = int(most)
    return found


def engine_of(name: str) -> Engine:
    """The engine of a name.

    Raises:
        TyperException: there is no such engine.
    """
    try:
        return Engine(name)
    except ValueError:
        known = ", ".join(each.value for each in Engine)
        raise TyperException(f"no engine {name!r}; there are {known}") from None
