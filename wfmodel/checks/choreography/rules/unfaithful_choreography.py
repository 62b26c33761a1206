"""The choreography does something else than the workflow that it names.

## What it does
Compares with the `workflow`: every task that a reaction `does` or `undoes` exists and belongs to
this service; every task is done by somebody; and every order in which tasks are done, fail and
are undone is one that the workflow allows, up to an end of it. The run is a shortest one. A
workflow that cannot be read is reported at its name.

## Why is this bad
The workflow is what was agreed, checked and simulated; the services do something else.

## Example
```yaml
choreography: order
workflow: order.yaml
correlation: order_id
events:
  order_placed: {outside: publishes}
services:
  shipping:
    initial: idle
    states:
      idle:
        on:
          order_placed:  # here
            does: ship
            idempotent: true
            to: sent
            publishes: [order_shipped]
      sent: {}
  payment:
    initial: idle
    states:
      idle:
        on:
          order_shipped: {does: charge, idempotent: true, to: paid}
      paid: {}
```
where `order.yaml` says that payment comes first:
```yaml
name: order
initial: charge
states:
  charge: {kind: task, service: payment, next: ship}
  ship: {kind: task, service: shipping, next: shipped}
  shipped: {kind: final}
```

## Use instead
```yaml
choreography: order
workflow: order.yaml
correlation: order_id
events:
  order_placed: {outside: publishes}
services:
  payment:
    initial: idle
    states:
      idle:
        on:
          order_placed: {does: charge, idempotent: true, to: paid, publishes: [order_paid]}
      paid: {}
  shipping:
    initial: idle
    states:
      idle:
        on:
          order_paid: {does: ship, idempotent: true, to: sent}
      sent: {}
```

## What it cannot see
Guards: any branch of a choice agrees. Compensations of a rollback may come in any order, and may
be left out; a task with retries may fail and be done again; `for_each` is one copy; after an
early join the other regions may finish or stop.

## Source
Language inclusion by the subset construction, up to the names of tasks: Hopcroft, Motwani &
Ullman, Introduction to Automata Theory, 2006, ch. 2; conformance of a choreography: Basu &
Bultan, WWW 2011.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.choreography.search import CompositionSpace
from wfmodel.checks.rule import Rule
from wfmodel.model.declared_choreography import ServiceReaction
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.source import Path
from wfmodel.model.spelling import did_you_mean
from wfmodel.wording.counting import listed


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    if context.trouble:
        yield RULE.finding(f"the workflow cannot be compared: {context.trouble}", ("workflow",))
    elif context.workflow is not None and context.flow is None:
        yield RULE.finding(
            "the workflow cannot be compared: names in it lead nowhere",
            ("workflow",),
            help="check the workflow first",
        )
    elif context.flow is not None:
        wrong = [each for r in context.reactions for each in _names(context, *r)]
        yield from wrong
        yield from _undone(context)
        if not wrong and context.exploration is not None:
            yield from _order(context.exploration)


def _names(
    context: ChoreographyContext, service: str, path: Path, reaction: ServiceReaction
) -> Iterator[Finding]:
    """A task that does not exist, or is another service's."""
    key = "does" if reaction.does is not None else "undoes"
    name = reaction.does or reaction.undoes
    if name is None:
        return
    node = context.tasks.get(name)
    if node is None:
        hint = did_you_mean(name, context.tasks, f"its tasks are {listed([*context.tasks])}")
        yield RULE.finding(f"the workflow has no task {name!r}", (*path, key), help=hint)
        return
    owner = node.service
    if key == "undoes":
        owners = {n.service for n in context.tasks.values() if n.undoes == node.index}
        handler = context.handler_of(node)
        owners |= {handler.service or node.service} if handler is not None else set()
        owner = service if service in owners or not owners else min(map(str, owners))
    if owner != service:
        yield RULE.finding(
            f"{service!r} {key} {name!r}, which the workflow gives to {owner!r}", (*path, key)
        )


def _undone(context: ChoreographyContext) -> Iterator[Finding]:
    """A task of the workflow that no reaction does; one finding names them all."""
    done = {context.tasks[r.does].index for _, _, r in context.reactions if r.does in context.tasks}
    assert context.flow is not None
    never = [node.name for node in context.flow.steps() if node.index not in done]
    if never:
        yield RULE.finding(
            f"no service does {listed(never)} of the workflow",
            ("workflow",),
            help="add a reaction with does, or take the task out of the workflow",
        )


def _order(found: CompositionSpace) -> Iterator[Finding]:
    """Reactions that come when the workflow does not allow them; rests where it is at no end."""
    conformance = found.composition.conformance
    seen: set[Path] = set()
    for index, move, target in found.steps():
        before, after = found.reached[index].workflow, found.reached[target].workflow
        if before and not after and move.path not in seen:
            seen.add(move.path)
            yield RULE.finding(
                f"the workflow does not allow {move.word.removesuffix('->')!r} at this point",
                move.path,
                trace=(*found.run_to(index), move.word),
                help="let the service react to the event of the task that comes before",
            )
    for index in found.rests:
        at, composition = found.reached[index], found.composition
        stopped = at.workflow and conformance and not conformance.may_end(at.workflow)
        if stopped and not composition.waiting(at) and not at.bag:
            yield RULE.finding(
                "everybody comes to rest where the workflow is not at an end",
                ("workflow",),
                trace=found.run_to(index),
                help="the workflow goes on from here with another task, or says how it ends",
            )
            return


RULE: Rule[ChoreographyContext] = Rule(
    code="C113",
    name="unfaithful-choreography",
    severity=Severity.ERROR,
    why="What the services do is not what the workflow says.",
    check=_check,
)
