"""What a fork can do to a watch's status: one summary per (fork, status), made region by region.

The join rules are those of the designs: ``done`` as soon as enough regions succeeded, the others
going on out of sight (*late*) or being cancelled; ``failure`` once that is out of reach (or the
first has failed, where it decides) and every region has arrived, cancelled ones wherever they were
stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wfmodel.checks.crossings import Crossing, OffencePart, RegionShare, Searching, Summary
from wfmodel.model.flow import Node
from wfmodel.model.workflow import DONE, FAILURE, Parallel

Layer = dict[tuple[int, int], tuple[int, RegionShare | None]]
"""(status, tally) to the cheapest way there."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts, region by region, towards "at least ``quota`` of ``width``".

    It counts those that do, up to the quota, or those that do not, as long as they can be
    spared: whichever needs fewer different counts.
    """

    quota: int
    width: int

    @property
    def _counts_for(self) -> bool:
        return self.quota <= self.width - self.quota

    def add(self, count: int, counts: bool) -> int | None:
        """The count after one more region; None once the quota is out of reach."""
        if self._counts_for:
            return min(self.quota, count + counts)
        count += not counts
        return count if count <= self.width - self.quota else None

    def is_met(self, count: int) -> bool:
        """Whether the quota is met, all regions being counted."""
        return not self._counts_for or count >= self.quota


def cross(search: Searching, node: Node, status: int) -> Summary:
    """The summary of a fork entered with a status."""
    best: dict[tuple[str, int], Crossing] = {}
    offence: OffencePart | None = None
    for order in _orders(search, node, status):
        for crossing in (
            *_joined(search, node, status, order),
            *_lost(search, node, status, order),
        ):
            key = (crossing.event, crossing.status)
            if key not in best or crossing.cost < best[key].cost:
                best[key] = crossing
        part = _offence(search, node, status, order)
        if part is not None and (offence is None or part.cost < offence.cost):
            offence = part
    return Summary(tuple(best.values()), offence)


def _orders(search: Searching, node: Node, status: int) -> list[tuple[int, ...]]:
    """Order matters only if two regions change a status, their own start's or each other's."""
    seen, moving = {status}, set[int]()
    for region in (*node.regions, *node.regions[::-1]):
        for before in sorted(seen):
            after = set(search.explore(region, before).visits)
            if after != {before}:
                moving.add(region)
                seen |= after
    return [node.regions, node.regions[::-1]] if len(moving) > 1 else [node.regions]


def _quota(node: Node) -> int:
    """How many of the regions in the flow must succeed."""
    state = node.state
    assert isinstance(state, Parallel)
    if state.copies > 1:  # one region stands for all copies: others can make up for it
        return 1 if state.needed == state.width else 0
    return state.needed


def _cancels(node: Node) -> bool:
    state = node.state
    assert isinstance(state, Parallel)
    return state.siblings == "cancel"


def _joined(
    search: Searching, node: Node, status: int, order: tuple[int, ...]
) -> Iterator[Crossing]:
    """Ways in which enough regions succeed; the others fail, or are not waited for."""
    tally = Tally(_quota(node), len(order))
    layer: Layer = {(status, 0): (2, None)}
    for region in order:
        after: Layer = {}
        for (before, count), (cost, link) in layer.items():
            explored = search.explore(region, before)
            for (well, ends), state in explored.ends.items():
                end = search.context.flow.nodes[state[0]].name
                way = RegionShare(link, explored, state, end)
                _keep(after, ends, tally.add(count, well), cost + explored.costs[state] + 1, way)
            for seen, state in explored.visits.items():
                way = RegionShare(link, explored, state, late=True)
                total = cost + explored.costs[state]
                _keep(after, search.watch.late(seen, region), tally.add(count, False), total, way)
        layer = after
    for (ends, count), (cost, link) in layer.items():
        if tally.is_met(count):
            yield Crossing(node.name, DONE, ends, cost, link, _cancels(node))


def _lost(search: Searching, node: Node, status: int, order: tuple[int, ...]) -> Iterator[Crossing]:
    """Ways in which too many regions fail; the others end, or are cancelled on their way."""
    state = node.state
    assert isinstance(state, Parallel)
    failing = 1 if state.copies > 1 or state.join == "first" else len(order) - _quota(node) + 1
    tally = Tally(failing, len(order))
    layer: Layer = {(status, 0): (2, None)}
    for region in order:
        after: Layer = {}
        for (before, count), (cost, link) in layer.items():
            explored = search.explore(region, before)
            # Where one region stands for many copies, another copy can be the one that fails.
            another = state.copies > 1 and any(not well for well, _ in explored.ends)
            for (well, ends), at in explored.ends.items():
                way = RegionShare(link, explored, at, search.context.flow.nodes[at[0]].name)
                counted = tally.add(count, not well or another)
                _keep(after, ends, counted, cost + explored.costs[at] + 1, way)
            for seen, at in explored.visits.items() if _cancels(node) else ():
                way = RegionShare(link, explored, at)
                _keep(after, seen, tally.add(count, False), cost + explored.costs[at], way)
        layer = after
    for (ends, count), (cost, link) in layer.items():
        if tally.is_met(count):
            yield Crossing(node.name, FAILURE, ends, cost, link, _cancels(node))


def _keep(
    layer: Layer, status: int, count: int | None, cost: int, link: RegionShare | None
) -> None:
    """Keep a way if it is possible and none is cheaper."""
    if count is not None and ((status, count) not in layer or cost < layer[status, count][0]):
        layer[status, count] = (cost, link)


def _offence(
    search: Searching, node: Node, status: int, order: tuple[int, ...]
) -> OffencePart | None:
    """The nearest offence in any region, with other regions as far on as it takes."""
    best: OffencePart | None = None
    layer: Layer = {(status, 0): (1, None)}
    for region in order:
        after: Layer = {}
        for (before, _), (cost, link) in layer.items():
            explored = search.explore(region, before)
            if explored.offence is not None:
                total = cost + explored.offence[0]
                if best is None or total < best.cost:
                    name = search.context.flow.nodes[explored.offence[1][0]].name
                    best = OffencePart(node.name, total, link, explored, explored.offence, name)
            for seen, at in explored.visits.items():
                if seen == before:
                    _keep(after, seen, 0, cost, link)
                else:
                    total = cost + explored.costs[at]
                    _keep(after, seen, 0, total, RegionShare(link, explored, at))
        layer = after
    return best
