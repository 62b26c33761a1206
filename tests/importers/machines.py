"""Small definitions to test with."""

from __future__ import annotations

from typing import Any


def machine(states: dict[str, Any], start: str = "A", **fields: Any) -> dict[str, Any]:
    """A state machine of some states."""
    return {"StartAt": start, "States": states, **fields}


def task(**fields: Any) -> dict[str, Any]:
    """A task at ``work`` that ends the machine unless it is told to go on."""
    end = {} if "Next" in fields else {"End": True}
    sent = {"Parameters": SENT} if fields.get("Resource") == CALLBACK else {}
    return {"Type": "Task", "Resource": "${Work}", **sent, **end, **fields}


def one(**fields: Any) -> dict[str, Any]:
    """A machine of one task, ``A``, and an end, ``Z``."""
    return machine({"A": task(**fields), "Z": {"Type": "Succeed"}})


def retrier(*errors: str, **fields: Any) -> dict[str, Any]:
    """One entry of Retry."""
    return {"ErrorEquals": list(errors), **fields}


def catcher(target: str, *errors: str) -> dict[str, Any]:
    """One entry of Catch."""
    return {"ErrorEquals": list(errors), "Next": target}


def scope(start: str, **states: Any) -> dict[str, Any]:
    """A branch or an item processor."""
    return {"StartAt": start, "States": states}


CALLBACK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
"""Resource of a task whose completion comes from outside."""

SENT = {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}}
"""What such a task sends."""
