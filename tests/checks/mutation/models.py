"""Thirty correct models: the repository's, and sagas of every shape that rules speak of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wfmodel.importers import load_any
from wfmodel.model.loading import workflow_as_data

MODELS = Path(__file__).parents[3] / "models"
PUBLISHED = (
    "order-fulfilment/workflow.yaml",
    "loan-approval/workflow.yaml",
    "airflow-sales/workflow.json",
    "parallel-provisioning/workflow.yaml",
    "payment-with-pivot/workflow.yaml",
    "subscription-renewal/workflow.yaml",
    "travel-booking/workflow.asl.json",
)

Data = dict[str, Any]


def correct_models() -> dict[str, Data]:
    """Name to the file format's mapping."""
    found = {}
    for name in PUBLISHED:
        workflow = load_any(MODELS / name).workflow
        assert workflow is not None
        found[name.split("/")[0]] = workflow_as_data(workflow)
    made = [*_handlers(), *_chains(), *_choices(), *_parallels(), *_calls(), *_waits()]
    return found | {data["name"]: data for data in made}


def _task(next: str | None, **more: object) -> Data:
    return {"kind": "task", "service": more.pop("service", "s"), "next": next, **more}


def _step(number: int, next: str, *, on: Data, **more: object) -> Data:
    return _task(
        next,
        service=f"service{number}",
        effect="compensatable",
        failures={"refused": {"kind": "business"}},
        on=on,
        **more,
    )


def _pivot(next: str, fails_to: str) -> Data:
    return _task(
        next,
        service="bank",
        effect="pivot",
        failures={"declined": {"kind": "business"}},
        on={"declined": fails_to},
    )


def _after() -> Data:
    """What follows the pivot goes through: retried without end."""
    retry = {"attempts": None}
    return _task("done", service="mail", effect="retriable", idempotent=True, retry=retry)


HANDLER = {"action": "undo", "tolerates_absence": True}
DONE = {"kind": "final"}
ABORTED = {"kind": "final", "outcome": "aborted"}


def _handlers() -> Iterator[Data]:
    for count in (1, 2, 3, 4):
        states: Data = {}
        for number in range(count):
            following = f"step{number + 1}" if number + 1 < count else "pay"
            on = {"refused": "rollback" if number else "refused"}
            states[f"step{number}"] = _step(number, following, on=on, compensation=HANDLER)
        states |= {"pay": _pivot("tell", "rollback"), "tell": _after()}
        states |= {"done": DONE, "refused": ABORTED}
        yield {"name": f"handlers-{count}", "initial": "step0", "states": states}


def _chains() -> Iterator[Data]:
    for count in (1, 2, 3, 4, 5):
        states: Data = {}
        for number in range(count):
            following = f"step{number + 1}" if number + 1 < count else "pay"
            on = {"refused": f"undo{number - 1}" if number else "aborted"}
            states[f"step{number}"] = _step(number, following, on=on)
        states["pay"] = _pivot("tell", f"undo{count - 1}")
        states["tell"] = _after()
        for number in reversed(range(count)):
            following = f"undo{number - 1}" if number else "aborted"
            undo = _task(following, service=f"service{number}", compensates=f"step{number}")
            states[f"undo{number}"] = undo
        states |= {"done": DONE, "aborted": ABORTED}
        yield {"name": f"chain-{count}", "initial": "step0", "states": states}


def _choices() -> Iterator[Data]:
    guards = {
        "amount": (["total > 100", "total <= 100 and total > 10"], True),
        "cover": (["total > 100", "total <= 100"], False),
        "status": (['status == "open"', 'status == "held"', 'status == "gone"'], False),
        "presence": (["present(coupon) and coupon == 'x'", "not present(coupon)"], True),
        "flags": (["vip and total > 5", "vip and total <= 5", "not vip"], False),
    }
    values = {"status": {"type": "string", "values": ["open", "held", "gone"], "input": True}}
    for name, (texts, has_default) in guards.items():
        states: Data = {
            "decide": {
                "kind": "choice",
                "branches": [{"guard": g, "next": f"way{i}"} for i, g in enumerate(texts)],
            }
        }
        if has_default:
            states["decide"]["default"] = "other"
            states["other"] = _task("done")
        for number in range(len(texts)):
            states[f"way{number}"] = _task("done")
        states["done"] = DONE
        items = {
            item: {"input": True} for item in ("total", "coupon", "vip") if item in " ".join(texts)
        }
        data = values if name == "status" else items
        yield {"name": f"choice-{name}", "initial": "decide", "states": states, "data": data}


def _parallels() -> Iterator[Data]:
    for count, siblings in ((2, "finish"), (3, "finish"), (2, "cancel"), (3, "cancel")):
        regions = [
            {
                "name": f"r{number}",
                "initial": "work",
                "states": {
                    "work": _step(number, "ok", on={"refused": "bad"}, compensation=HANDLER),
                    "ok": DONE,
                    "bad": {"kind": "final", "outcome": "failed"},
                },
            }
            for number in range(count)
        ]
        fork = {
            "kind": "parallel",
            "siblings": siblings,
            "regions": regions,
            "next": "pay",
            "on": {"failure": "rollback"},
        }
        states = {"both": fork, "pay": _pivot("done", "rollback"), "done": DONE}
        yield {"name": f"parallel-{count}-{siblings}", "initial": "both", "states": states}


def _calls() -> Iterator[Data]:
    for count in (1, 2, 3):
        inner: Data = {}
        for number in range(count):
            following = f"step{number + 1}" if number + 1 < count else "ok"
            inner[f"step{number}"] = _task(
                following, service=f"s{number}", effect="compensatable", compensation=HANDLER
            )
        inner["ok"] = DONE
        states = {
            "supply": {"kind": "workflow", "workflow": "supplying", "next": "pay"},
            "pay": _pivot("done", "rollback"),
            "done": DONE,
        }
        part = {"initial": "step0", "states": inner}
        yield {
            "name": f"call-{count}",
            "initial": "supply",
            "states": states,
            "workflows": {"supplying": part},
        }


def _waits() -> Iterator[Data]:
    approval = {
        "kind": "receive",
        "events": {"approved": {"next": "pay"}, "rejected": {"next": "rollback"}},
        "timeout": "1d",
        "on": {"timeout": "rollback"},
    }
    reserve = _step(0, "approval", on={"refused": "aborted"}, compensation=HANDLER)
    states = {
        "reserve": reserve,
        "approval": approval,
        "pay": _pivot("done", "rollback"),
        "done": DONE,
        "aborted": ABORTED,
    }
    yield {"name": "approval", "initial": "reserve", "states": states}
    poll = {
        "ask": _task("enough", writes=["offer"]),
        "enough": {
            "kind": "choice",
            "branches": [{"guard": 'offer == "good"', "next": "buy"}],
            "default": "pause",
        },
        "pause": {"kind": "wait", "duration": "1h", "next": "ask"},
        "buy": _pivot("done", "aborted"),
        "done": DONE,
        "aborted": ABORTED,
    }
    yield {"name": "polling", "initial": "ask", "states": poll}
