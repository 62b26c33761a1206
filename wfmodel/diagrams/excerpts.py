"""Less of a diagram: failures and regions as words in a box, or only what is near one state.

Each function takes a diagram and gives a smaller one, before anything is laid out; so pictures and
texts leave out the same, and a box says what it stands for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from wfmodel.diagrams.diagram import Arrow, Box, Diagram, RegionGround, Shape, join_of
from wfmodel.model.spelling import hint


class UnknownStateError(ValueError):
    """A name of no state, or of several."""


def without_failures(diagram: Diagram) -> Diagram:
    """Arrows upon failures become a line of the box they leave; a region's end keeps its own."""
    shape = {box.name: box.shape for box in diagram.boxes}
    title = {box.name: box.title for box in diagram.boxes}
    folded: dict[str, list[Arrow]] = {}
    last: dict[str, str] = {}
    for arrow in diagram.arrows:
        if arrow.fails and shape[arrow.source] is not Shape.END:
            folded.setdefault(arrow.source, []).append(arrow)
            last[arrow.target] = arrow.source
    gone = {arrow for arrows in folded.values() for arrow in arrows}
    kept = tuple(arrow for arrow in diagram.arrows if arrow not in gone)
    reached = {arrow.target for arrow in kept}
    below = tuple((last[name], name) for name in last if name not in reached)
    boxes = tuple(
        replace(box, failures=_upon_failure(folded[box.name], title)) if box.name in folded else box
        for box in diagram.boxes
    )
    return replace(diagram, boxes=boxes, arrows=kept, below=below)


def _upon_failure(arrows: list[Arrow], title: dict[str, str]) -> tuple[str, ...]:
    if len(arrows) == 1:
        return (f"fails → {title[arrows[0].target]}",)
    return tuple(f"{arrow.label or 'fails'} → {title[arrow.target]}" for arrow in arrows)


def without_regions(diagram: Diagram) -> Diagram:
    """Each parallel state and each sub-workflow of the main machine is one box, which counts what
    it holds; what led out of it leads out of that box."""
    top = {group.scope: group for group in diagram.groups if group.parent == 0}
    parent = {group.scope: group.parent for group in diagram.groups}

    def outermost(scope: int) -> int:
        while parent.get(scope):
            scope = parent[scope]
        return scope

    inside = Counter(
        outermost(box.scope)
        for box in diagram.boxes
        if box.scope and box.shape is not Shape.JOIN  # the other half of its fork
    )
    forks = {group.fork for group in top.values()}
    notes = {
        fork: tuple(
            f"{group.title.rsplit('.', 1)[-1]}: {_states(inside[group.scope])}"
            for group in top.values()
            if group.fork == fork
        )
        for fork in forks
    }
    joins = {join_of(fork) for fork in forks}
    boxes = tuple(
        replace(box, shape=Shape.WAIT, notes=(*box.notes, *notes[box.name]))
        if box.name in forks
        else box
        for box in diagram.boxes
        if not box.scope and box.name not in joins
    )
    stands_for = {box.name: box.name for box in boxes}
    stands_for |= {join_of(fork): fork for fork in forks}
    stands_for |= {box.name: top[outermost(box.scope)].fork for box in diagram.boxes if box.scope}
    names = {box.name for box in boxes}
    arrows = dict.fromkeys(
        replace(arrow, source=stands_for[arrow.source])
        for arrow in diagram.arrows
        if arrow.target in names
    )
    return replace(diagram, boxes=boxes, arrows=tuple(arrows), groups=())


def _states(count: int) -> str:
    return "1 state" if count == 1 else f"{count} states"


def focused(diagram: Diagram, state: str, around: int) -> Diagram:
    """A box with all that is at most so many steps away, along arrows or against them.

    Raises:
        UnknownStateError: no box is called so, or several are.
    """
    near = {_named(diagram, state)}
    for _ in range(around):
        near |= {
            end
            for arrow in diagram.arrows
            if near & {arrow.source, arrow.target}
            for end in (arrow.source, arrow.target)
        }
    inside = [arrow for arrow in diagram.arrows if {arrow.source, arrow.target} <= near]
    boxes = tuple(
        replace(box, notes=(*box.notes, *_left_out(box.name, diagram.arrows, near)))
        for box in diagram.boxes
        if box.name in near
    )
    return replace(
        diagram, boxes=boxes, arrows=tuple(inside), groups=regions_around(diagram, boxes)
    )


def _named(diagram: Diagram, state: str) -> str:
    names = [box.name for box in diagram.boxes if box.title or box.shape is not Shape.START]
    if state in names:
        return state
    found = [name for name in names if name.rsplit("/", 1)[-1] == state]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownStateError(f"several states are called {state!r}: {', '.join(found)}")
    meant = hint(state, (each for name in names for each in (name, name.rsplit("/", 1)[-1])))
    listed = f" (states: {', '.join(names[:12])})"
    raise UnknownStateError(f"no state is called {state!r}{meant or listed}")


def _left_out(name: str, arrows: Iterable[Arrow], near: set[str]) -> tuple[str, ...]:
    """How many arrows of a box lead to or come from what is not drawn."""
    pairs = [(arrow.source, arrow.target) for arrow in arrows]
    before = sum(target == name and source not in near for source, target in pairs)
    after = sum(source == name and target not in near for source, target in pairs)
    words = [f"{before} more before"] if before else []
    words += [f"{after} more after"] if after else []
    return (f"… {', '.join(words)}",) if words else ()


def regions_around(diagram: Diagram, boxes: Iterable[Box]) -> tuple[RegionGround, ...]:
    """The regions that hold one of the boxes, or hold one that does."""
    parent = {group.scope: group.parent for group in diagram.groups}
    needed: set[int] = set()
    for box in boxes:
        scope = box.scope
        while scope and scope not in needed:
            needed.add(scope)
            scope = parent[scope]
    return tuple(group for group in diagram.groups if group.scope in needed)
