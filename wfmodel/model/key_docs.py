"""What an editor says about a key, in one line: of every key of every file that has a schema.

By class, and for keys that mean the same wherever they stand once, in ``ANYWHERE``. A test sees to
it that no key is without words and no words without a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ANYWHERE: Final[Mapping[str, str]] = {
    "action": "What the service is asked to do; without it, the state's name.",
    "cap": "The longest pause between two attempts.",
    "compensates": "The task that this one undoes, on an explicit abort path.",
    "description": "Words for the reader; they have no effect.",
    "duration": "How long it takes: a time with a unit (300ms) or a distribution.",
    "idempotent": "A repeated attempt has no second effect.",
    "initial": "The state in which it begins.",
    "lands": "When its effect is there: with the commit, or outside, in the call or at its start.",
    "next": "The state that follows when this one has ended well.",
    "on": "Event to state: a failure's name, timeout, or failure for all that have no entry.",
    "priority": "Where the service is busy, what is higher is served first; without it, 0.",
    "probability": "How often, from 0 to 1; used by simulation.",
    "reads": "Data items that must be known here.",
    "retry": "Further attempts after a transient failure or a time-out.",
    "service": "The service that does it, or decides it.",
    "shape": "The shape parameter: 1 is exponential, larger is narrower.",
    "states": "The states by name.",
    "status_query": "The service can be asked, by the key of the step, whether it was done.",
    "tolerates_absence": "It succeeds where there is nothing to undo (null compensation).",
    "writes": "Data items that are known once this has ended well.",
}
"""Key to words, where the class says nothing of its own."""

OF_CLASS: Final[Mapping[str, Mapping[str, str]]] = {
    "Workflow": {
        "name": "The workflow's name.",
        "services": "Services by name; empty: names of services are not checked.",
        "data": "Data items by name; empty: names of data items are not checked.",
        "rows": "Rows of services' stores that several steps read and write, by name.",
        "workflows": "Workflows that states of kind workflow call, by name.",
        "timeout": "Limit for an instance, from its start; then it ends as failed.",
        "cancel": "Somebody outside cancels instances: how many, and when.",
        "on": "What follows its time-out, or cancellation: rollback undoes what was done.",
    },
    "Cancellation": {
        "probability": "The share of instances that are cancelled.",
        "delay": "How long after its start an instance is cancelled.",
    },
    "Settings": {
        "select": "Only these rules: codes, names, or the letter of a family; empty: all.",
        "extend_select": "These rules too, whatever their severity.",
        "ignore": "Not these rules: codes, names, or the letter of a family.",
        "level": "The least severe finding that is shown; warning, where nothing is said.",
        "severity": "Rule to severity, or off.",
        "per_path": "What holds for some files only.",
        "exclude": "Patterns of files in directories to leave out; a file that is named is not.",
        "include": "Patterns of more files in directories that may hold a definition.",
        "baseline": "The file of accepted findings, from this folder; it need not be there yet.",
        "choreography": "Find what a choreography with such events could not know, too.",
        "relative_to": "The folder, from this one, from which files are named in what is shown.",
        "gitignore": "False: look into what .gitignore leaves out, too.",
        "fail_on_unread": "Exit with 2 where a definition could not be read.",
        "fail_on_empty": "Exit with 2 where there is nothing to check.",
        "max_steps": "The most work for one file, in counted steps.",
        "max_seconds": "The most processor time for one file.",
    },
    "PathSettings": {
        "path": "A pattern of files, from this folder; ** crosses folders.",
        "ignore": "Not these rules: codes, names, or the letter of a family.",
        "severity": "Rule to severity, or off.",
    },
    "Task": {
        "kind": "An action at a service.",
        "failures": "Ways in which an attempt can fail, by the name of the event that each raises.",
        "timeout": "Limit for one attempt; then the event timeout is raised.",
        "effect": "What it leaves behind: none, compensatable, pivot or retriable.",
        "compensation": "The handler that undoes it; the target rollback runs it.",
        "row": "A row of its service's store: read at its beginning, written at its end.",
    },
    "RowUse": {
        "of": "The row, by name.",
        "expects": "What it has to be, or the step fails with conflict.",
        "becomes": "What it is afterwards; next: the value after the one that is there.",
        "guard": "unchanged: written only if nobody has since it was read, else conflict.",
        "read": "stale: from a copy that lags behind; fresh: from the row itself.",
    },
    "StoreRow": {
        "values": "What it can be; the first at the beginning.",
        "lag": "How far its copy is behind, for steps with read: stale.",
    },
    "Compensation": {
        "action": "What the service is asked to do.",
        "service": "The service that undoes it; without it, the task's own.",
        "failures": "Ways in which an attempt to undo can fail, by name.",
        "timeout": "Limit for one attempt.",
    },
    "Choice": {
        "kind": "A decision: the first branch whose guard holds is taken.",
        "branches": "The ways out, in the order in which they are tried.",
        "default": "The state that follows where no guard holds.",
    },
    "Branch": {
        "next": "The state that follows when this branch is taken.",
        "when": "When it is taken, in words.",
        "guard": 'When it is taken, as an expression: total > 100 and currency in ["EUR", "USD"].',
        "reads": "Data items that the words need; a guard says itself what it reads.",
    },
    "Parallel": {
        "kind": "Regions that run side by side.",
        "regions": "The small machines that run side by side.",
        "join": "How many regions must succeed: all, any, a number; first: who ends first decides.",
        "siblings": "What becomes of the others once the join is decided: finish, cancel, or wait.",
        "for_each": "The data item that holds the items: the one region runs once for each.",
        "copies": "How many items there are at most.",
        "next": "The state that follows when the join is satisfied.",
        "on": "Event to the state that it leads to: failure when the join is out of reach.",
    },
    "Region": {"name": "The region's name; without it, its number."},
    "Wait": {
        "kind": "A pause.",
        "service": "The service that keeps the timer; without it, whoever acted before.",
    },
    "Receive": {
        "kind": "Waits for an outside event, such as an approval.",
        "events": "The events that may come, by name.",
        "caused_by": "The task whose work sets the event going; it may come too early.",
        "delay": "How long the outside world takes.",
        "staff": "How many answers the outside works on at once; the others wait.",
        "timeout": "How long it waits; then the event timeout is raised.",
        "on": "Event to the state that it leads to: timeout when nothing came.",
        "service": "The service that waits; without it, whoever acted before.",
        "writes": "Data items that the event brings.",
    },
    "Reaction": {"next": "The state that follows when this event comes."},
    "SubWorkflow": {
        "kind": "Runs a workflow of the workflows section.",
        "workflow": "The name of the workflow that is run.",
        "on": "Event to the state that it leads to: aborted, failed, or failure for both.",
    },
    "Final": {
        "kind": "An end.",
        "outcome": "How the process ended: succeeded, aborted (all effects taken back) or failed.",
    },
    "Service": {"capacity": "How many steps it works on at once; none: no limit."},
    "DataItem": {
        "type": "The kind of its values.",
        "input": "It is there from the start.",
        "values": "The only values that it can have.",
    },
    "FailureMode": {
        "kind": "business: the same answer at every attempt; transient: drawn anew at each.",
        "probability": "How often an attempt fails so (business: how often a visit does), 0 to 1.",
    },
    "RetryPolicy": {
        "attempts": "Attempts in all, the first included; null: until it succeeds.",
        "backoff": "The pause before the second attempt.",
        "factor": "By how much each pause is longer (below 1: shorter) than the one before.",
        "jitter": "none, or full: each pause is drawn between nothing and its length.",
        "on": "The failures that are retried; empty: every transient one, and time-outs.",
    },
    "Constant": {"distribution": "Always the same time.", "value": "The time."},
    "Uniform": {
        "distribution": "Every time between two is equally likely.",
        "low": "The shortest time.",
        "high": "The longest time.",
    },
    "Exponential": {"distribution": "Without memory: given by its mean.", "mean": "The mean."},
    "LogNormal": {
        "distribution": "Log-normal: given by the two numbers that a dashboard shows.",
        "median": "Half of the times are shorter.",
        "p99": "99 of 100 times are shorter.",
    },
    "Gamma": {"distribution": "Gamma: given by mean and shape.", "mean": "The mean."},
    "Weibull": {
        "distribution": "Weibull: given by shape and scale.",
        "scale": "The time that 63 of 100 do not exceed.",
    },
    "Empirical": {
        "distribution": "Drawn from measured times.",
        "values": "The measured times.",
        "weights": "How often each is drawn, in proportion; without it, all equally often.",
    },
    "Choreography": {
        "choreography": "The choreography's name.",
        "services": "Every service that takes part, by name: a state machine each.",
        "events": "The events at the edge of the system, by name; others need no declaration.",
        "workflow": "The file of the workflow that it is to carry out, beside this one.",
        "delivery": "How often the broker delivers an event: at-least-once or at-most-once.",
        "publishing": "How a write and its publications belong together: outbox or dual-write.",
        "correlation": "The key by which every event names its instance.",
    },
    "DeclaredEvent": {
        "outside": "What the world beyond does with it: publishes or consumes.",
        "after": "It comes only once this other event has been published.",
        "optional": "It may stay away.",
    },
    "ServiceMachine": {"initial": "The service's state before anything has happened."},
    "ServiceState": {
        "on": "Event to what the service does when it takes it; none: the state is an end.",
        "end": "An instance may stay here for good, reactions or not.",
    },
    "ServiceReaction": {
        "does": "The task of the workflow that it does.",
        "undoes": "The task of the workflow whose effect it takes back.",
        "idempotent": "The same event, delivered again, has no second effect.",
        "to": "The service's state afterwards; without it, it stays where it is.",
        "publishes": "The events that are published with it.",
        "outcomes": "The ways in which it can end, by name, where there are several.",
    },
    "Way": {
        "to": "The service's state afterwards; without it, it stays where it is.",
        "publishes": "The events that are published then.",
        "failure": "This way means that the task has failed.",
    },
    "Annotations": {
        "name": "The workflow's name.",
        "services": "Services by name, with their capacities.",
        "data": "Data items by name.",
        "states": "What is added, by state: a name, or Parallel/0/Name where it occurs twice.",
        "timeout": "Limit for an instance.",
    },
    "StateAnnotation": {
        "failures": "Ways in which an attempt can fail, by name.",
        "timeout": "Limit for one attempt.",
        "effect": "What it leaves behind: none, compensatable, pivot or retriable.",
        "compensation": "The handler that undoes it.",
        "probabilities": "How often a choice goes to each target, 0 to 1.",
        "items": "How many items a loop over items has at most.",
        "for_each": "The data item that holds the items.",
        "delay": "How long the outside takes to answer a task that waits for a callback.",
        "events": "How often each answer comes, by event.",
        "outcome": "How the process ended there: succeeded, aborted or failed.",
    },
}
"""Class to key to words."""


def words_for(owner: str, key: str) -> str | None:
    """What is said about a key of a class; None where nothing is."""
    return OF_CLASS.get(owner, {}).get(key) or ANYWHERE.get(key)
