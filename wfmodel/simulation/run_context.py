"""What is known of a run before it begins: its tables, its draws, how it stores and publishes."""

from __future__ import annotations

from typing import Any

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.knobs import (
    Lease,
    Order,
)
from wfmodel.designs.system import Channel
from wfmodel.designs.table import RunTable
from wfmodel.model.distributions import Constant
from wfmodel.simulation.randomness import Streams
from wfmodel.simulation.recorder import Recorder
from wfmodel.simulation.setting import Setting


class RunContext:
    """One run's context."""

    def __init__(self, table: RunTable, setting: Setting, streams: Streams) -> None:
        self.table = table
        self.setting = setting
        self.streams = streams
        self.system = table.system
        self.flow = table.system.flow
        self.knobs = table.system.knobs
        self.recorder = Recorder()
        self.scripted = False
        if self.system.watches and any(self.replicas(name) > 1 for name in table.names):
            raise ValueError(
                f"{self.system.design} is not simulated: crashes are watched, and replicas of one"
                " participant crash one by one"
            )
        self.policy = CommitPolicy.of(self.knobs)

    def replicas(self, name: str) -> int:
        """How many processes play a participant; in a script, one, which may be any of them."""
        return 1 if self.scripted else self.knobs.replicas_of(name, self.system.services)

    @property
    def repeats(self) -> bool:
        """Whether the same attempt may begin more than once."""
        knobs, policy = self.knobs, self.policy
        late = not knobs.deduplicate or knobs.watchdog is not None or self.quick_commit_ns() < 0
        return bool(self.setting.faults) or late or policy.on_receipt or policy.after_work

    def capacity(self, name: str) -> int:
        """How many attempts a service works on at once; 0: without limit."""
        service = self.flow.workflow.services.get(name)
        return 0 if service is None else service.capacity or 0

    def quick_commit_ns(self) -> int:
        """The latency of every undisturbed commit, where it is constant and soon acknowledged; else
        -1.
        """
        commit = self.knobs.commit
        if self.knobs.connections is not None:
            return -1
        if isinstance(commit, Constant) and commit.value < self.knobs.redelivery_timeout:
            return commit.value
        return -1

    def order_fields(self) -> dict[str, bool]:
        """Of the run's record: which messages of an instance wait for each other."""
        per_instance = self.knobs.order is Order.PER_INSTANCE
        channel = self.system.channel
        return {
            "in_turn": per_instance or channel in (Channel.QUEUE, Channel.FIFO),
            "by_sender": channel is Channel.FIFO and not per_instance,
        }

    def fields_of(self, name: str) -> dict[str, Any]:
        """Of a process's record: what is declared of its participant."""
        knobs, services = self.knobs, self.system.services
        return {
            **lease_fields(knobs.lease_of(name, services)),
            **heartbeat_fields(knobs.heartbeat_of(name, services)),
            "poll": knobs.poll_of(name, services),
            "selective": self.system.is_selective(name),
            "watched": bool(self.system.watchers_of(name)),
        }

    def replay_ns(self) -> int:
        """How long a restart replays the events of one unfinished instance."""
        return self.knobs.replay if self.policy.replays else 0


def lease_fields(lease: Lease | None) -> dict[str, int]:
    """Of a process's record: how it holds its instances."""
    if lease is None:
        return {}
    return {"renewed": lease.renewed, "lease": lease.lasts, "lease_look": lease.look}


def heartbeat_fields(heartbeat: Lease | None) -> dict[str, int]:
    """Of a process's record: how the death of its workers is noticed."""
    if heartbeat is None:
        return {}
    lasts, look = heartbeat.lasts, heartbeat.look
    return {"beat": heartbeat.renewed, "silence": lasts, "beat_look": look}
