"""Names of ``${Name}`` that no ``DefinitionSubstitutions`` has: they stay as they are written.

Elsewhere in a definition that may be meant, as a text; a Resource is then nothing that AWS can
call. Without any substitutions nothing is said: another tool may fill the names in.

Source: AWS CloudFormation Template Reference, ``DefinitionSubstitutions``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from wfmodel.importers.embedded.outer_findings import UNFILLED, placed
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path, Span
from wfmodel.model.spelling import did_you_mean

_NAME = re.compile(r"\$\{(\w+)\}")
_MOST_SHOWN = 10


def names_of(substitutions: object) -> frozenset[str] | None:
    """The names that a template fills in; None where it does not say, or says it by a function."""
    if not isinstance(substitutions, Mapping) or not substitutions:
        return None
    names = frozenset(str(name) for name in substitutions)
    return None if any(name.startswith("Fn::") or name == "Ref" for name in names) else names


def unfilled(
    value: object, names: frozenset[str] | None, locate: Callable[[Path], Span]
) -> Iterator[Finding]:
    """An error for each Resource of a definition, as it is written, that names anything else."""
    if names is None:
        return
    waiting: list[tuple[object, Path]] = [(value, ())]
    while waiting:
        part, path = waiting.pop()
        if isinstance(part, Mapping):
            waiting += [(inner, (*path, key)) for key, inner in reversed(list(part.items()))]
        elif isinstance(part, list):
            waiting += [(inner, (*path, index)) for index, inner in enumerate(part)]
        elif isinstance(part, str) and path[-1:] == ("Resource",) and path[-3:-2] == ("States",):
            for name in _NAME.findall(part):
                if name not in names:
                    yield _said(name, names, locate(path))


def _said(name: str, names: frozenset[str], span: Span) -> Finding:
    listed = ", ".join(sorted(names)[:_MOST_SHOWN])
    help = did_you_mean(name, names, f"DefinitionSubstitutions has {listed}")
    return placed(UNFILLED, f"no substitution is called {name!r}", span, help=help)
