"""A declared workflow is never called.

## What it does
Reports entries of `workflows` that no state calls, directly or through others.

## Why is this bad
It is maintained in vain, and nothing in it is checked: checks follow calls.

## Example
```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, next: paid}
  paid: {kind: final}
workflows:
  refund:  # here
    initial: give_back
    states:
      give_back: {kind: task, service: bank, next: given}
      given: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, next: paid}
  paid: {kind: final}
```

## What it cannot see
Calls from other files.

## Source
The same reason as for unreachable states.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import FlowProblem
from wfmodel.model.workflow import Parallel, State, SubWorkflow


def _check(context: Context) -> Iterator[Finding]:
    workflows = context.workflow.workflows
    called = {meant for problem, meant in context.meant.items() if _is_call(problem)}
    work = list(_calls(context.workflow.states))
    while work:
        name = work.pop()
        if name in workflows and name not in called:
            called.add(name)
            work += _calls(workflows[name].states)
    for name in workflows:
        if name not in called:
            yield RULE.finding(
                f"no state calls workflow {name!r}, so nothing in it is checked",
                ("workflows", name),
                help="call it, or delete it",
            )


def _is_call(problem: FlowProblem) -> bool:
    """A misspelt call counts as a call of what was meant."""
    return problem.kind == "unknown-workflow"


def _calls(states: Mapping[str, State]) -> Iterator[str]:
    for state in states.values():
        match state:
            case SubWorkflow():
                yield state.workflow
            case Parallel():
                for region in state.regions:
                    yield from _calls(region.states)


RULE = Rule(
    code="S114",
    name="unused-workflow",
    severity=Severity.WARNING,
    why="It is maintained in vain, and nothing in it is checked.",
    check=_check,
)
