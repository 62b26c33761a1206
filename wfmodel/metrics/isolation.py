"""Rows that instances share, and what a workflow without isolation does to whoever reads them.

A saga commits each of its steps, so others see what it may still take back. A scenario that names
shared data (``shared``) has each anomaly measured as a share of instances. Each instance uses one
of the ``rows``, drawn evenly; a step reads when a worker takes it up, and writes when its effect
lands. A compensation takes a write back and writes nothing of its own.

>>> stock = SharedData(rows=100, reads=("check",), writes=("reserve",))
>>> [each.name for each in metrics_of("stock", stock)]
['shared.stock.dirty_read', 'shared.stock.lost_update', 'shared.stock.fuzzy_read']
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass as declared

from wfmodel.designs.history import History, Kind
from wfmodel.metrics.codes import Bools, Ints
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import Metric, MetricGroup, Per, Value, mean
from wfmodel.model.failures import Name
from wfmodel.model.strict import STRICT

Steps = Annotated[tuple[Name, ...], Field(min_length=1)]


@declared(frozen=True, slots=True, config=STRICT, kw_only=True)
class SharedData:
    """Data that instances share: how many rows there are, and the steps that read and write one.

    ``reads`` and ``writes`` name steps as faults do. One that does both reads before it writes.
    """

    rows: Annotated[int, Field(ge=1, le=10**9)]
    writes: Steps
    reads: tuple[Name, ...] = ()


class Use(NamedTuple):
    """One use of a row: by which instance, at which step, and what it was."""

    instance: int
    node: int
    writes: bool
    taken_back: bool
    """A write that is taken back later on."""
    ends: bool
    """The taking back itself."""


Finder: TypeAlias = Callable[[list[Use]], Iterable[int]]
"""From the uses of one row, in order of time, to the instances that are hit."""


def dirty_reads(uses: list[Use]) -> Iterator[int]:
    """Whoever reads while another's write stands that will be taken back."""
    doubtful: list[int] = []
    for use in uses:
        if use.ends and use.instance in doubtful:
            doubtful.remove(use.instance)
        elif use.writes and use.taken_back:
            doubtful.append(use.instance)
        elif not use.writes and any(other != use.instance for other in doubtful):
            yield use.instance


def lost_updates(uses: list[Use]) -> Iterator[int]:
    """Whose write is overwritten by one that had read before it."""
    read_at: dict[int, int] = {}
    writes: list[tuple[int, int]] = []
    for place, use in enumerate(uses):
        if use.ends:  # what its author has taken back, nobody overwrites
            latest = next(
                at for at in reversed(range(len(writes))) if writes[at][1] == use.instance
            )
            del writes[latest]
            continue
        if not use.writes:
            read_at[use.instance] = place
            continue
        since = read_at.pop(use.instance, None)
        for at, who in reversed(writes):
            if since is None or at < since:
                break
            if who != use.instance:
                yield who
        writes.append((place, use.instance))


def fuzzy_reads(uses: list[Use]) -> Iterator[int]:
    """Whoever reads at two steps, and another has written in between, or taken back."""
    last: dict[int, tuple[int, int]] = {}
    changed, changer, before = -1, -1, -1  # the last change, by whom, and the last by another
    for place, use in enumerate(uses):
        if use.writes or use.ends:
            before = changed if use.instance != changer else before
            changed, changer = place, use.instance
            continue
        known = last.get(use.instance)
        others = changed if changer != use.instance else before
        if known is not None and known[1] != use.node and others > known[0]:
            yield use.instance
        last[use.instance] = (place, use.node)


def uses_of(history: History, shared: SharedData, name: str) -> Iterator[list[Use]]:
    """The uses of each row that is used at all, in order of time."""
    rows = history.rows
    nodes = {node: index for index, node in enumerate(history.nodes)}
    reading = [nodes[step] for step in shared.reads if step in nodes]
    writing = [nodes[step] for step in shared.writes if step in nodes]
    kinds, nodes_of = rows[:, 1], rows[:, 4]
    reads = (kinds == Kind.BEGIN) & np.isin(nodes_of, reading)
    written = np.isin(nodes_of, writing)
    writes, ends = (kinds == Kind.EFFECT) & written, (kinds == Kind.UNDO) & written
    undone = Counter(tuple(row) for row in rows[ends][:, [2, 4, 5]].tolist())
    keys = _row_of_each(history, shared.rows, name)
    found: dict[int, list[Use]] = defaultdict(list)
    for _, kind, instance, _, node, epoch in rows[reads | writes | ends].tolist():
        back = kind == Kind.EFFECT and undone[instance, node, epoch] > 0
        undone[instance, node, epoch] -= back
        use = Use(instance, node, kind == Kind.EFFECT, back, kind == Kind.UNDO)
        found[int(keys[instance])].append(use)
    yield from found.values()


def _row_of_each(history: History, rows: int, name: str) -> Ints:
    """The row that each instance uses: the same in all designs, and in the twin."""
    entropy = (history.seed, history.replication, *name.encode())
    draws = np.random.Generator(np.random.PCG64(entropy))
    return draws.integers(0, rows, size=max(1, history.instances()))


class _Share:
    """The share of instances that one anomaly hits, as a function of a run."""

    def __init__(self, name: str, shared: SharedData, finder: Finder, words: str) -> None:
        self.name, self.shared, self.finder = name, shared, finder
        self.__doc__ = words

    def __call__(self, tracks: Tracks) -> Value:
        hit = np.zeros(tracks.count, dtype=np.bool_)
        for uses in uses_of(tracks.history, self.shared, self.name):
            places = tracks.place_of[list(set(self.finder(uses)))]
            hit[places[places >= 0]] = True
        flags: Bools = hit
        return mean(flags)


def metrics_of(name: str, shared: SharedData) -> tuple[Metric, ...]:
    """The three metrics of one shared data item."""
    source = (
        "Unit: fraction.\nSource: Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD"
        " 1995; of sagas: Frank & Zahle, Semantic ACID Properties in Multidatabases, Software"
        " Practice and Experience 1998; Richardson, Microservices Patterns, 2018, ch. 4."
    )
    blind = "Cannot see: whether the value mattered; locks and versions that are not modelled."
    about = f"Rows: {shared.rows}, one drawn for each instance."
    told: tuple[tuple[str, Finder, str], ...] = (
        (
            "dirty_read",
            dirty_reads,
            "Fraction of instances that read what another took back later.\n\nDefinition: the"
            " share that began a reading step while another instance's effect at a writing step"
            f" stood at the same row and was undone afterwards. {about}",
        ),
        (
            "lost_update",
            lost_updates,
            "Fraction of instances whose update another overwrote without having seen it."
            "\n\nDefinition: the share whose effect at a writing step landed between the last read"
            " of another instance and that one's own effect, at the same row, and had not been"
            f" undone by then. {about}",
        ),
        (
            "fuzzy_read",
            fuzzy_reads,
            "Fraction of instances that read the same row twice, and not the same."
            "\n\nDefinition: the share that began two different reading steps between which"
            f" another instance's effect landed at the same row, or was undone. {about}",
        ),
    )
    return tuple(
        Metric(
            f"shared.{name}.{kind}",
            f"{kind.replace('_', ' ')} of {name}",
            MetricGroup.CONSISTENCY,
            "lower",
            _Share(name, shared, finder, f"{words}\n{source}\n{blind}"),
            Per.INSTANCES,
            needs_history=True,
        )
        for kind, finder, words in told
    )
