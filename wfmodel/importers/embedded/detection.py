"""What kind of larger file this is, by its content; and the machines in it.

A word that only such files hold comes first: without it nothing is parsed here. With it, the
parsed file decides: a definition may mention ``AWS::StepFunctions::StateMachine`` too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from wfmodel.importers.embedded.marks import (
    CLOUDFORMATION_TYPES,
    MODULE_WORD,
    SERVERLESS_KEY,
    TERRAFORM_TYPE,
)
from wfmodel.importers.embedded.outer_findings import NO_MACHINE, TOO_MANY, placed
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.limits import MOST_BYTES, RefusedError, Repeated
from wfmodel.model.source import Path, Span

if TYPE_CHECKING:  # imported where a file holds machines
    from wfmodel.importers.embedded.machine import EmbeddedMachine
    from wfmodel.importers.embedded.outer import Outer

MOST_MACHINES: Final = 500
"""Most machines of a file: a CloudFormation template has so many resources at most."""

_WORDS: Final = (*CLOUDFORMATION_TYPES, TERRAFORM_TYPE, SERVERLESS_KEY)
_HCL_ENDING: Final = ".tf"
_DATA_ENDINGS: Final = (".json", ".yaml", ".yml")
_HCL_BLOCK: Final = re.compile(rf'^[ \t]*+resource[ \t]++"{TERRAFORM_TYPE}"', re.MULTILINE)
_PART: Final = re.compile(
    r"""\bdefinition["']?\s*+:[{"'\s]*+(?:Comment|QueryLanguage|StartAt|States|TimeoutSeconds)\b"""
)
"""In a file that a ``serverless.yml`` is put together from."""
_TOP_KEY: Final = re.compile(
    r'^\s{0,8}["\']?(?:Resources|AWSTemplateFormatVersion|resource|planned_values|stepFunctions)["\']?\s*:',
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Contents:
    """The machines of a larger file, and findings about the file as a whole."""

    machines: tuple[EmbeddedMachine, ...] = ()
    findings: tuple[Finding, ...] = ()


def contents_of(text: str, file: str) -> Contents | None:
    """The machines in a file; None if it is no file that holds machines of others.

    Broken files are findings, where the file would hold machines if it were not broken.
    """
    has_word = any(word in text for word in _WORDS) or _PART.search(text) is not None
    if is_hcl(text, file):
        if not has_word and MODULE_WORD not in text:
            return Contents(findings=(_none(file),))
        from wfmodel.importers.embedded.terraform_language import machines_in_hcl

        return _bounded(machines_in_hcl(text, file), file)
    if not has_word:
        return None
    from wfmodel.importers.embedded.outer import read_outer

    try:
        outer = read_outer(text, file)
    except RefusedError as error:
        return Contents(findings=(error.finding,)) if _TOP_KEY.search(text) else None
    found = _machines(outer)
    return None if found is None else _judged(_bounded(found, file), outer.repeated)


def _machines(outer: Outer) -> Iterator[EmbeddedMachine] | None:
    from wfmodel.importers.embedded import cloudformation, serverless, terraform

    if cloudformation.is_template(outer.value):
        return cloudformation.machines(outer)
    if serverless.is_serverless(outer.value):
        return serverless.machines(outer)
    if terraform.is_configuration(outer.value):
        return terraform.machines_of_configuration(outer)
    if terraform.is_plan(outer.value):
        return terraform.machines_of_plan(outer)
    return None


def _judged(contents: Contents, repeated: Repeated) -> Contents:
    """A key that stands twice in a machine is that machine's error; beside it, a warning."""
    from wfmodel.importers.embedded.machine import EmbeddedMachine

    machines, beside = list(contents.machines), list[Finding]()
    for path, found in repeated:
        inside = [n for n, machine in enumerate(machines) if _holds(machine, path)]
        for index in inside:
            machines[index] = EmbeddedMachine(machines[index].name, None, (found,))
        if not inside:
            beside.append(replace(found, severity=Severity.WARNING))
    return Contents(tuple(machines), (*contents.findings, *beside))


def _holds(machine: EmbeddedMachine, path: Path) -> bool:
    """Whether a path of the file leads into a machine's definition."""
    if machine.document is None:
        return False
    prefix = machine.document.original(())
    return path[: len(prefix)] == prefix


def is_hcl(text: str, file: str) -> bool:
    """Whether a text is in Terraform's own language: by the file's name, else by a block."""
    if file.endswith((_HCL_ENDING, *_DATA_ENDINGS)):
        return file.endswith(_HCL_ENDING)
    return text.lstrip()[:1] not in ("{", "[") and _HCL_BLOCK.search(text) is not None


def _none(file: str) -> Finding:
    return placed(NO_MACHINE, "no state machine is declared here", Span(file))


def _bounded(machines: Iterator[EmbeddedMachine], file: str) -> Contents:
    """The machines, up to as many and as much text as a file may reasonably hold."""
    found, size = list["EmbeddedMachine"](), 0
    try:
        for machine in machines:
            size += machine.size
            if len(found) >= MOST_MACHINES or size > MOST_BYTES:
                message = f"more than {MOST_MACHINES} machines, or {MOST_BYTES >> 20} MiB of them"
                return Contents(tuple(found), (placed(TOO_MANY, message, Span(file)),))
            found.append(machine)
    except RefusedError as error:
        return Contents(tuple(found), (error.finding,))
    return Contents(tuple(found), () if found else (_none(file),))
