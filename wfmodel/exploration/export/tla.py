"""A system in TLA+, for TLC: one named action per move, one function per kind of variable.

>>> module = tla(orchestrate(order), FaultBudget(crashes=1))
>>> module.write(Path("out"))

    java -cp tla2tools.jar tlc2.TLC -workers 1 out/order_fulfilment_orchestration

TLC's distinct states are then the explorer's. A state that rests, or lies beyond the laps looked
into, repeats itself; so a deadlock that TLC reports is a defect of the text, as is a violation of
``Closed`` (the tables lack a reaction). A ``judged`` system remembers what was ever said, so that
``NeverLost`` and the like can be asked: uncomment them in the configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, assert_never

from wfmodel.designs.system import System
from wfmodel.escaping.languages import one_line
from wfmodel.exploration.export.program import (
    Add,
    All,
    AnyOf,
    Append,
    Clear,
    Contains,
    Double,
    Expression,
    Filled,
    GuardedCommand,
    Named,
    Negation,
    Operation,
    Program,
    Put,
    Relation,
    Remove,
)
from wfmodel.exploration.export.system_program import program_of
from wfmodel.exploration.export.tla_variables import Variables
from wfmodel.model.files import write_file
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.nondeterminism import Resolution

RESTS: Final = "rests"
"""The only class of ends of a system that is not judged."""

FIRST: Final = r"""FirstOf(items, item) ==
    CHOOSE i \in 1..Len(items) : items[i] = item /\ \A j \in 1..(i - 1) : items[j] # item

RemoveFirst(items, item) ==
    LET place == FirstOf(items, item)
    IN SubSeq(items, 1, place - 1) \o SubSeq(items, place + 1, Len(items))

DoubleFirst(items, item) ==
    LET place == FirstOf(items, item)
    IN SubSeq(items, 1, place) \o SubSeq(items, place, Len(items))"""


@dataclass(frozen=True, slots=True)
class Module:
    """A TLA+ module and what TLC is to check of it; ``name`` is the module's and its file's."""

    name: str
    text: str
    configuration: str

    def files(self) -> dict[str, str]:
        """Contents by file name; TLC wants the two in one folder."""
        return {f"{self.name}.tla": self.text, f"{self.name}.cfg": self.configuration}

    def write(self, folder: Path) -> None:
        """The files in a folder, which is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in self.files().items():
            write_file(folder / file, content)


def tla(
    system: System,
    budget: FaultBudget | None = None,
    *,
    laps: int = 1,
    resolution: Resolution | None = None,
    judged: bool = False,
    limit: int = 1_000_000,
    name: str | None = None,
) -> Module:
    """The system under a budget, as a TLA+ module; the same text every time.

    ``laps``, ``resolution`` and ``limit`` as for ``explore``. ``name`` is for the module, else the
    workflow's and the design's; what TLA+ does not allow in it becomes ``_``.

    Raises:
        ValueError: the exploration that fills the tables did not end within ``limit``; channels
            keep order, or messages, and steps are not atomic; or a judged system can do a step
            again in a loop.
    """
    program = program_of(
        system, budget, laps=laps, resolution=resolution, judged=judged, limit=limit
    )
    name = re.sub(r"[^A-Za-z0-9]+", "_", name or program.name).strip("_")
    name = name if name[:1].isalpha() else f"System_{name}"
    never = [f"Never{_title(end)}" for end, _ in program.ends if end != RESTS]
    asked = "".join(f"\\* INVARIANT {each}\n" for each in never)
    configuration = f"SPECIFICATION Spec\nINVARIANT TypeOK\nINVARIANT Closed\n{asked}"
    return Module(name, "\n".join(_Text(program, name).lines()) + "\n", configuration)


def _title(words: str) -> str:
    return "".join(word.capitalize() for word in re.split(r"[^A-Za-z0-9]+", words))


def _comment(words: str) -> str:
    return r"\* " + one_line(words)


class _Text:
    def __init__(self, program: Program, name: str) -> None:
        self.program = program
        self.name = name
        self.variables = Variables(program)

    def lines(self) -> Iterator[str]:
        program, variables = self.program, self.variables
        yield f"---- MODULE {self.name} ----"
        yield _comment(f"{program.name}: guarded commands, made from the machines' tables.")
        yield from map(_comment, program.notes)
        yield "EXTENDS Naturals, Sequences\n"
        yield f"VARIABLES {', '.join(variables.groups)}\n"
        yield f"vars == <<{', '.join(variables.groups)}>>\n"
        yield from (f"{line}\n" for line in variables.domains())
        yield FIRST + "\n"
        yield "TypeOK ==\n" + "\n".join(f"    /\\ {line}" for line in variables.types()) + "\n"
        yield "Init ==\n" + "\n".join(f"    /\\ {line}" for line in variables.start()) + "\n"
        for name, holds in (*program.definitions, *program.memory_definitions()):
            yield f"{name} == {self.expression(holds)}\n"
        for number, rule in enumerate(program.rules, 1):
            yield from self.action(self.named(number, rule), rule)
        yield from self.remembering()
        yield f"Stays == (RESTS \\/ CUT) /\\ UNCHANGED vars\n\nMoves ==\n{self.moves()}\n"
        both = "(Moves /\\ Remembers)" if program.memory else "Moves"
        yield f"Next == {both} \\/ Stays\n\nSpec == Init /\\ [][Next]_vars\n"
        yield from self.invariants()
        yield "===="

    @staticmethod
    def named(number: int, rule: GuardedCommand) -> str:
        words = re.sub(r"[^A-Za-z0-9]+", "_", rule.words).strip("_")[:60].rstrip("_")
        return f"R{number}_{words}"

    def moves(self) -> str:
        rules = enumerate(self.program.rules, 1)
        return "\n".join(f"    \\/ {self.named(number, rule)}" for number, rule in rules)

    def action(self, name: str, rule: GuardedCommand) -> Iterator[str]:
        yield _comment(rule.words)
        yield f"{name} =="
        yield from (f"    /\\ {self.expression(part)}" for part in rule.guard.parts)
        changes: dict[str, str] = {}
        for operation in rule.operations:
            variable, after = self.change(operation, changes)
            changes[variable] = after
        yield from (f"    /\\ {line}" for line in self.variables.assigned(changes))
        remembered = {name for name, _ in self.program.memory}
        same = self.variables.untouched(changes, remembered)
        if same:
            yield f"    /\\ UNCHANGED <<{', '.join(same)}>>"
        yield ""

    def remembering(self) -> Iterator[str]:
        if not self.program.memory:
            return
        yield "Remembers =="
        for name, _ in self.program.memory:
            yield f"    /\\ {name}' = IF {name} = 1 \\/ {name.upper()}' THEN 1 ELSE 0"
        yield ""

    def invariants(self) -> Iterator[str]:
        yield _comment("Every event that can be met has an entry in the tables.")
        yield "Closed =="
        for gap in self.program.gaps:
            yield f"    /\\ ~{self.expression(gap.guard)} {_comment(gap.words)}"
        yield "    /\\ TRUE\n"
        for end, holds in self.program.ends:
            yield f"Ends{_title(end)} == {self.expression(holds)}\n"
            if end != RESTS:
                yield f"Never{_title(end)} == ~Ends{_title(end)}\n"

    def change(self, operation: Operation, before: dict[str, str]) -> tuple[str, str]:
        """The value of a variable after an operation, where ``before`` has those so far."""
        match operation:
            case Put(variable, value):
                return variable, self.value(value)
            case Add(variable, amount):
                sign = "+" if amount > 0 else "-"
                return variable, f"{before.get(variable, '@')} {sign} {abs(amount)}"
            case Append(queue, items):
                added = ", ".join(map(str, items))
                return queue, f"{before.get(queue, '@')} \\o <<{added}>>"
            case Remove(queue, item):
                return queue, f"RemoveFirst({before.get(queue, '@')}, {item})"
            case Double(queue, item):
                return queue, f"DoubleFirst({before.get(queue, '@')}, {item})"
            case Clear(queue):
                return queue, "<<>>"
            case _:
                assert_never(operation)

    def value(self, value: int | str) -> str:
        return str(value) if isinstance(value, int) else self.variables.refer(value)

    def expression(self, expression: Expression) -> str:
        match expression:
            case Relation(variable, relation, value, plus):
                right = f"{self.value(value)} + {plus}" if plus else self.value(value)
                return f"{self.variables.refer(variable)} {relation} {right}"
            case All(parts):
                return "(" + (" /\\ ".join(map(self.expression, parts)) or "TRUE") + ")"
            case AnyOf(parts):
                return "(" + (" \\/ ".join(map(self.expression, parts)) or "FALSE") + ")"
            case Negation(part):
                return f"~({self.expression(part)})"
            case Named(name):
                return name
            case Filled(queue):
                return f"{self.variables.refer(queue)} # <<>>"
            case Contains(queue, item, at_head):
                items = self.variables.refer(queue)
                if at_head:
                    return f"({items} # <<>> /\\ Head({items}) = {item})"
                return f"(\\E i \\in 1..Len({items}) : {items}[i] = {item})"
            case _:
                assert_never(expression)
