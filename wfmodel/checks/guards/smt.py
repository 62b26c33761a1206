"""Questions answered by the Z3 solver, where values are too many to try. The extra ``guards``.

Each path is a kind and one value per kind (real or integer, string, boolean). An opaque part is a
free boolean: what is impossible then is impossible. What Z3 finds possible is believed only when
the values it names make it so by our own ``holds``. Z3 is bounded by its count of steps, not by
time: the same question has the same answer on any machine.

Source: de Moura & Bjørner, *Z3: An efficient SMT solver*, TACAS 2008.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from importlib.util import find_spec
from typing import Any, Final

from wfmodel.checks.effort import Effort
from wfmodel.checks.guards.domain import KIND_TESTED, Domain, nested
from wfmodel.extras import install_command
from wfmodel.model.guards import (
    ABSENT,
    Compare,
    Condition,
    Const,
    Every,
    Matches,
    Not,
    Opaque,
    Operand,
    Scalar,
    Some,
    Test,
    Valuation,
    holds,
    kind_of,
)
from wfmodel.native.safety import library

MOST_STEPS: Final = 2_000_000
"""Z3's resource units for one question: well under a second."""

MOST_STEPS_OF_PATTERNS: Final = 100_000
"""The same where texts have patterns: a unit takes ten times as long there, and more."""

MOST_MILLISECONDS: Final = 5_000
"""The last resort for one question about patterns: not every step of Z3 counts its units there."""

MOST_WILDCARDS: Final = 100
"""Stars of one pattern: with more, Z3 works for seconds between two units."""

_PART: Final = 150
"""Steps that the translation of a part of a guard counts for."""

MISSING: Final = f"needs the solver: {install_command('z3')}"

_KINDS: Final = ("absent", "null", "boolean", "number", "string", "object")
_ESCAPE: Final = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
"""How Z3 writes what is not printable ASCII."""

_NUMBER_OF: Final = {kind: number for number, kind in enumerate(_KINDS)}


def is_there() -> bool:
    """Whether the solver is installed."""
    return find_spec("z3") is not None


class Solver:
    """The same questions as ``enumeration.TruthTable``."""

    def __init__(
        self,
        guards: Sequence[Condition],
        domains: Mapping[str, Domain],
        effort: Effort | None = None,
    ) -> None:
        self.z3: Any = library("z3")
        z3 = self.z3
        self.effort = effort or Effort()
        self.known: dict[str, Any] = {}
        self.has_patterns = any(domain.patterns for domain in domains.values())
        self.wildcards = 0
        self.guards = guards
        self.domains = domains
        self.opaque: dict[str, Any] = {}
        self.paths = {path: number for number, path in enumerate(domains)}
        self.terms = [self._condition(guard) for guard in guards]
        self.world = [self._domain(path, domain) for path, domain in domains.items()]
        self.world += [
            z3.Or(self._is(outer, "object"), self._is(inner, "absent"))
            for outer, inner in nested(domains)
        ]

    def find(self, yes: Iterable[int], no: Iterable[int]) -> Valuation | bool:
        """As ``Table.find``; True also where Z3 gives up, or would not end."""
        if self.wildcards > MOST_WILDCARDS:
            return True
        wanted, unwanted = tuple(yes), tuple(no)
        solver = self.z3.Solver()
        units = MOST_STEPS_OF_PATTERNS if self.has_patterns else MOST_STEPS
        self.effort.spend(_PART)
        solver.set("rlimit", units)
        if self.has_patterns:
            solver.set("timeout", MOST_MILLISECONDS)
        solver.add(*self.world)
        solver.add(*(self.terms[i] for i in wanted))
        solver.add(*(self.z3.Not(self.terms[i]) for i in unwanted))
        before = self._units(solver)
        answer = solver.check()
        used = min(units, self._units(solver) - before)
        self.effort.spend(used * 3 if self.has_patterns else used // 5)
        if answer == self.z3.unsat:
            return False
        if answer != self.z3.sat:
            return True
        values = self._values(solver.model())
        good = all(holds(self.guards[i], values) for i in wanted)
        good = good and all(holds(self.guards[i], values) is False for i in unwanted)
        return values if good else True

    @staticmethod
    def _units(solver: Any) -> int:  # noqa: ANN401 - z3 has no types of use here
        """What Z3 has used so far."""
        said = solver.statistics()
        found = [said.get_key_value(key) for key in said.keys() if key == "rlimit count"]  # noqa: SIM118
        return int(found[0]) if found else 0

    def _kind(self, path: str) -> Any:  # noqa: ANN401 - z3 has no types of use here
        return self.z3.Int(f"kind{self.paths[path]}")

    def _slot(self, path: str, kind: str) -> Any:  # noqa: ANN401 - as above
        name = f"{kind}{self.paths[path]}"
        if kind == "string":
            return self.z3.String(name)
        if kind == "boolean":
            return self.z3.Bool(name)
        return self.z3.Int(name) if self.domains[path].integer else self.z3.Real(name)

    def _is(self, path: str, kind: str) -> Any:  # noqa: ANN401 - as above
        return self._kind(path) == _NUMBER_OF[kind]

    def _domain(self, path: str, domain: Domain) -> Any:  # noqa: ANN401 - as above
        z3 = self.z3
        kinds = z3.Or(*(self._is(path, kind) for kind in sorted(domain.kinds)))
        if not domain.values:
            return kinds
        options = [self._equals_const(path, value) for value in domain.values]
        besides = domain.kinds & {"absent", "null", "object"}
        options += [self._is(path, kind) for kind in sorted(besides)]
        return z3.And(kinds, z3.Or(*options))

    def _const(self, value: Scalar) -> Any:  # noqa: ANN401 - as above
        match value:
            case bool():
                return self.z3.BoolVal(value)
            case int():
                return self.z3.RealVal(value)
            case float():
                exact = Fraction(value)
                return self.z3.RealVal(f"{exact.numerator}/{exact.denominator}")
        return self.z3.StringVal(value)

    def _equals_const(self, path: str, value: Scalar) -> Any:  # noqa: ANN401 - as above
        kind = kind_of(value)
        if kind == "null":
            return self._is(path, kind)
        return self.z3.And(self._is(path, kind), self._slot(path, kind) == self._const(value))

    def _condition(self, part: Condition) -> Any:  # noqa: ANN401 - as above
        """The term of a condition; the same words are translated once (``1 == True`` in Python)."""
        words = repr(part)
        if words not in self.known:
            self.effort.spend(_PART)
            self.known[words] = self._translated(part)
        return self.known[words]

    def _translated(self, part: Condition) -> Any:  # noqa: ANN401 - as above
        z3 = self.z3
        match part:
            case Every(parts):
                return z3.And(*(self._condition(each) for each in parts))
            case Some(parts):
                return z3.Or(*(self._condition(each) for each in parts))
            case Not(inner):
                return z3.Not(self._condition(inner))
            case Opaque(words):
                return self.opaque.setdefault(words, z3.Bool(f"opaque{len(self.opaque)}"))
            case Test("present", of):
                return z3.Not(self._is(of.path, "absent"))
            case Test(name, of):
                return self._is(of.path, KIND_TESTED[name])
            case Matches(of, texts):
                fits = z3.InRe(self._slot(of.path, "string"), self._pattern(texts))
                return z3.And(self._is(of.path, "string"), fits)
            case Compare(op, left, right):
                return self._compare(op, left, right)

    def _pattern(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - as above
        z3 = self.z3
        anything = z3.Full(z3.ReSort(z3.StringSort()))
        self.wildcards = max(self.wildcards, len(texts) - 1)
        pieces: list[Any] = []
        for number, text in enumerate(texts):
            pieces += [anything] if number else []
            pieces.append(z3.Re(z3.StringVal(text)))
        return pieces[0] if len(pieces) == 1 else z3.Concat(*pieces)

    def _compare(self, op: str, left: Operand, right: Operand) -> Any:  # noqa: ANN401 - as above
        z3 = self.z3
        if op == "!=":
            there = [
                z3.Not(self._is(each.path, "absent"))
                for each in (left, right)
                if not isinstance(each, Const)
            ]
            return z3.And(*there, z3.Not(self._compare("==", left, right)))
        if isinstance(left, Const) and isinstance(right, Const):
            return z3.BoolVal(holds(Compare(op, left, right), {}) is True)
        kinds = ("boolean", "number", "string") if op == "==" else ("number", "string")
        fixed = {kind_of(each.value) for each in (left, right) if isinstance(each, Const)}
        same = [self._in_kind(op, k, left, right) for k in kinds if fixed <= {k}]
        if op == "==" and fixed <= {"null"}:
            same.append(z3.And(self._has(left, "null"), self._has(right, "null")))
        return same[0] if len(same) == 1 else z3.Or(*same)

    def _has(self, operand: Operand, kind: str) -> Any:  # noqa: ANN401 - as above
        if isinstance(operand, Const):
            return self.z3.BoolVal(kind_of(operand.value) == kind)
        return self._is(operand.path, kind)

    def _in_kind(self, op: str, kind: str, left: Operand, right: Operand) -> Any:  # noqa: ANN401
        one, other = (
            self._const(each.value) if isinstance(each, Const) else self._slot(each.path, kind)
            for each in (left, right)
        )
        relation = {
            "==": lambda: one == other,
            "<": lambda: one < other,
            "<=": lambda: one <= other,
            ">": lambda: other < one,
            ">=": lambda: other <= one,
        }[op]()
        return self.z3.And(self._has(left, kind), self._has(right, kind), relation)

    def _values(self, model: Any) -> dict[str, Scalar]:  # noqa: ANN401 - as above
        found: dict[str, Scalar] = {}
        for path in self.domains:
            kind = _KINDS[model.eval(self._kind(path), model_completion=True).as_long()]
            found[path] = {"absent": ABSENT, "null": None}.get(kind)
            if kind in ("boolean", "number", "string"):
                value = model.eval(self._slot(path, kind), model_completion=True)
                found[path] = self._plain(value, kind)
        return found

    def _plain(self, value: Any, kind: str) -> Scalar:  # noqa: ANN401 - as above
        if kind == "boolean":
            return bool(self.z3.is_true(value))
        if kind == "string":
            return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value.as_string())
        exact = Fraction(value.as_string()) if hasattr(value, "as_string") else Fraction(0)
        return int(exact) if exact.denominator == 1 else float(exact)
