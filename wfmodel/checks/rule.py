"""A rule is data: a code, a name, a severity, a reason, and a function from a workflow to findings.

The function sees a ``Context`` and returns findings with symbolic paths; the runner alone turns
paths into lines. A rule lives in ``rules/<name>.py``, whose docstring is its page.

>>> from wfmodel.checks import check_workflow
>>> from wfmodel.model import load_workflow
>>> def check(context):
...     for name, state in context.workflow.states.items():
...         if getattr(state, "timeout", 0) is None:
...             yield mine.finding(f"{name} may take for ever", ("states", name))
>>> about = {"code": "X001", "name": "no-timeout", "why": "Whoever waits, waits for ever."}
>>> mine = Rule(**about, severity=Severity.WARNING, check=check)
>>> order = load_workflow("models/order-fulfilment/workflow.yaml").workflow
>>> [finding.message for finding in check_workflow(order, rules=[mine])][:1]
['charge-card may take for ever']
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Generic, Protocol

from typing_extensions import TypeVar

from wfmodel.checks.context import Context
from wfmodel.model.findings import Finding, Fix, Severity
from wfmodel.model.source import Path

About = TypeVar("About", default=Context)
"""What a rule is shown: of a workflow a ``Context``, of a choreography one of its own."""


class Described(Protocol):
    """What is known of a code, whoever reports it: a rule, a reader, an importer."""

    @property
    def code(self) -> str:
        """A letter and three digits, or W and a number."""
        ...

    @property
    def name(self) -> str:
        """The bad pattern."""
        ...

    @property
    def severity(self) -> Severity:
        """Unless a finding or a configuration says otherwise."""
        ...

    @property
    def why(self) -> str:
        """One line: what goes wrong."""
        ...

    @property
    def page(self) -> str:
        """All there is to say, as Markdown."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[About]):
    """One bad pattern. ``why`` is one line: what goes wrong where the pattern stands."""

    code: str
    name: str
    severity: Severity
    why: str
    check: Callable[[About], Iterator[Finding]]

    def finding(
        self,
        message: str,
        path: Path,
        *,
        trace: tuple[str, ...] = (),
        severity: Severity | None = None,
        help: str = "",
        related: tuple[tuple[Path, str], ...] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """A finding of this rule, at its default severity unless told otherwise."""
        return Finding(
            code=self.code,
            name=self.name,
            severity=severity or self.severity,
            message=message,
            path=path,
            trace=trace,
            help=help,
            related=related,
            fix=fix,
        )

    @property
    def page(self) -> str:
        """The docstring of the rule's file."""
        doc = sys.modules[self.check.__module__].__doc__
        assert doc is not None, f"rule {self.name} has no docstring"
        return doc


def rules_in(package: ModuleType) -> tuple[Rule[Any], ...]:
    """One ``RULE`` per file of a package, by code: a new rule is a new file and nothing else."""
    modules = (
        importlib.import_module(f"{package.__name__}.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
    )
    rules = (module.RULE for module in modules)
    return tuple(sorted(rules, key=lambda rule: (rule.code[0], int(rule.code[1:]))))
