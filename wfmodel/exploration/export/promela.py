"""A system in Promela, for SPIN: one process, one ``d_step`` per move.

>>> text = promela(orchestrate(order), FaultBudget(crashes=1))

    spin -a order.pml && gcc -O2 -DSAFETY -DNOREDUCE -DPRINTF -o pan pan.c && ./pan -E -c0

SPIN then stores exactly the explorer's states: its first state is the initial configuration, and a
resting one gets a step to itself, which prints that it rests and adds no state.

A ``judged`` system remembers what was ever said, and prints the class of each end, as ``explore``
counts them; so it has a state for each pair of a configuration and what is remembered. With
``-DNEVER=1`` (to ``spin``) an end of the first class is an assertion violation with its trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from wfmodel.designs.system import System
from wfmodel.escaping.languages import in_block_comment
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
    Named,
    Negation,
    Operation,
    Program,
    Put,
    Relation,
    Remove,
)
from wfmodel.exploration.export.system_program import program_of
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.nondeterminism import Resolution

PLACES: Final = 12
"""Places in a queue; a queue that needs more is an assertion violation, not a wrong answer."""

RELATIONS: Final = {"=": "==", "#": "!=", ">": ">"}


def promela(
    system: System,
    budget: FaultBudget | None = None,
    *,
    laps: int = 1,
    resolution: Resolution | None = None,
    judged: bool = False,
    limit: int = 1_000_000,
) -> str:
    """The system under a budget, as the text of a Promela file; the same text every time.

    ``laps``, ``resolution`` and ``limit`` as for ``explore``.

    Raises:
        ValueError: the exploration that fills the tables did not end within ``limit``; channels
            keep order, or messages, and steps are not atomic; or a judged system can do a step
            again in a loop.
    """
    program = program_of(
        system, budget, laps=laps, resolution=resolution, judged=judged, limit=limit
    )
    return "\n".join(_lines(program)) + "\n"


def _lines(program: Program) -> Iterator[str]:
    yield f"/* {in_block_comment(program.name)}"
    yield from (f"   {in_block_comment(note)}" for note in program.notes)
    yield "*/"
    yield f"#define PLACES {PLACES}"
    yield "#ifndef NEVER\n#define NEVER 0\n#endif"
    starts, first = dict(program.start), dict(program.first)
    for name in program.variables:
        kind = "short" if name.startswith(("state_", "durable_", "pending_")) else "byte"
        yield f"{kind} {name} = {starts.get(name, 0)};"
    for queue in program.queues:
        items = first.get(queue, ())
        yield f"byte {queue}[PLACES]{_places(items)}; byte n_{queue} = {len(items)};"
    yield "hidden byte place; hidden byte spot;"
    for queue in program.queues:
        yield from _queue(queue)
    for name, expression in program.definitions:
        yield f"#define {name} {_expression(expression)}"
    remember = [f"{name} = ({name} || {_expression(holds)})" for name, holds in program.memory]
    yield f"inline remember() {{ {'; '.join(remember) or 'skip'} }}"
    after = "; remember()" if remember else ""
    yield "active proctype system() {"
    yield "end:\n  do"
    for number, (end, holds) in enumerate(program.ends, 1):
        print_it = f'printf("END {end}\\n"); assert(NEVER != {number})'
        yield f"  :: d_step {{ {_expression(holds)} -> {print_it} }}"
    for rule in program.rules:
        yield f"  /* {in_block_comment(rule.words)} */"
        operations = "; ".join(map(_operation, rule.operations)) or "skip"
        yield f"  :: d_step {{ {_expression(rule.guard)} -> {operations}{after} }}"
    for gap in program.gaps:
        yield f"  /* {in_block_comment(gap.words)} */"
        yield f"  :: d_step {{ {_expression(gap.guard)} -> assert(false) }}"
    yield "  od\n}"


def _places(items: tuple[int, ...]) -> str:
    """What a queue begins with."""
    if not items:
        return ""
    assert len(items) <= PLACES, "a queue begins with more than it has places for"
    return f" = {{ {', '.join(map(str, (*items, *[0] * (PLACES - len(items)))))} }}"


def _queue(queue: str) -> Iterator[str]:
    n = f"n_{queue}"
    yield f"inline append_{queue}(item) {{ assert({n} < PLACES); {queue}[{n}] = item; {n}++ }}"
    yield f"""inline remove_{queue}(item) {{
  place = 0;
  do :: {queue}[place] != item -> place++ :: else -> break od;
  do :: place + 1 < {n} -> {queue}[place] = {queue}[place + 1]; place++ :: else -> break od;
  {queue}[place] = 0; {n}--; place = 0
}}
inline double_{queue}(item) {{
  assert({n} < PLACES); place = 0;
  do :: {queue}[place] != item -> place++ :: else -> break od;
  spot = {n}; {n}++;
  do :: spot > place -> {queue}[spot] = {queue}[spot - 1]; spot-- :: else -> break od;
  place = 0; spot = 0
}}
inline clear_{queue}() {{
  do :: {n} > 0 -> {n}--; {queue}[{n}] = 0 :: else -> break od
}}"""


def _expression(expression: Expression) -> str:
    match expression:
        case Relation(variable, relation, value, plus):
            right = f"{value} + {plus}" if plus else f"{value}"
            return f"{variable} {RELATIONS[relation]} {right}"
        case All(parts):
            return "(" + " && ".join(map(_expression, parts)) + ")" if parts else "true"
        case AnyOf(parts):
            return "(" + " || ".join(map(_expression, parts)) + ")" if parts else "false"
        case Negation(part):
            return f"!({_expression(part)})"
        case Named(name):
            return name
        case Filled(queue):
            return f"n_{queue} > 0"
        case Contains(queue, item, at_head):
            if at_head:
                return f"{queue}[0] == {item}"
            places = (f"{queue}[{place}] == {item}" for place in range(PLACES))
            return "(" + " || ".join(places) + ")"
        case _:
            assert_never(expression)


def _operation(operation: Operation) -> str:
    match operation:
        case Put(variable, value):
            return f"{variable} = {value}"
        case Add(variable, amount):
            return f"{variable} = {variable} {'+' if amount > 0 else '-'} {abs(amount)}"
        case Append(queue, items):
            return "; ".join(f"append_{queue}({item})" for item in items)
        case Remove(queue, item):
            return f"remove_{queue}({item})"
        case Double(queue, item):
            return f"double_{queue}({item})"
        case Clear(queue):
            return f"clear_{queue}()"
        case _:
            assert_never(operation)
