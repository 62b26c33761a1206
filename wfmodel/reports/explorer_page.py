"""The page for exploring by hand: one file that needs nothing else, readable without JavaScript.

What happened is in tables. The script only picks, steps and marks: how everything stood after a
step is in the page's data, by number, since many instances walk through the same few moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup

from wfmodel.designs.state import View
from wfmodel.diagrams import draw_workflow
from wfmodel.diagrams.diagram import START
from wfmodel.diagrams.picture import drawn_boxes
from wfmodel.escaping import printable, script_data
from wfmodel.experiments.explorable import Explorable, InstanceInVariant, PickedInstance
from wfmodel.experiments.reachability import budget_words
from wfmodel.experiments.story_walks import FoundStory
from wfmodel.experiments.timeline import Band
from wfmodel.experiments.walkthrough import WHOLE, InstanceWalk, WalkMoment
from wfmodel.reports.rendering import environment, script_of
from wfmodel.reports.style import Picture, picture, styled
from wfmodel.wording.declarations import duration_words
from wfmodel.wording.figures import number

ANOMALIES: Final = {
    "lost": "ends without a verdict anywhere",
    "split-verdict": "ends with two different verdicts",
    "phantom-success": "succeeds, although an effect does not stand",
    "duplicated-effect": "does a step twice",
    "dangling-compensation": "undoes only a part, or too much",
    "orphaned-effect": "leaves an effect that its verdict disowns",
}


@dataclass(frozen=True)
class ShownWalk:
    """A walk in the page. ``number`` is its place in the data."""

    number: int
    variant: str
    outcome: str
    steps: tuple[tuple[str, str, str, bool, int], ...]
    """Time or number, who, what, whether it is a fault, how many facts are disputed after it."""
    decisive: int | None
    cut: int = 0


@dataclass(frozen=True)
class ShownSubject:
    """An instance or a story: something to pick. ``labels`` are what the list is filtered by."""

    key: str
    title: str
    note: str
    labels: tuple[str, ...]
    outcomes: tuple[str, ...]
    walks: tuple[ShownWalk, ...]


@dataclass
class _Interned:
    """Views, moments and walks, each kept once."""

    nodes: Mapping[str, int]
    views: dict[View, int] = field(default_factory=dict)
    moments: dict[tuple[Any, ...], int] = field(default_factory=dict)
    walks: list[dict[str, Any]] = field(default_factory=list)

    def view(self, view: View) -> int:
        return self.views.setdefault(view, len(self.views))

    def moment(self, moment: WalkMoment) -> int:
        key = (
            tuple(map(self.view, moment.believed)),
            tuple(map(self.view, moment.stored)),
            tuple((each.participant, each.fault) for each in moment.faults),
            moment.effects,
            tuple(sorted(moment.disputed)),
        )
        return self.moments.setdefault(key, len(self.moments))

    def walk(self, variant: str, walk: InstanceWalk, ending: str) -> int:
        self.walks.append(
            {
                "variant": printable(variant),
                "participants": [printable(each) for each in walk.participants],
                "ending": ending,
                "timed": walk.timed,
                "steps": [
                    [each.at_ns, each.participant, self.moment(each.moment), int(each.fault)]
                    for each in walk.steps
                ],
                "flights": [
                    [f.sent, f.ended, f.sender, f.recipient, printable(f.words), f.fate]
                    for f in walk.flights
                ],
                "decisive": walk.decisive,
            }
        )
        return len(self.walks) - 1


@dataclass(frozen=True)
class ExplorerPage:
    """All that stands in the page."""

    title: str
    question: str
    facts: tuple[tuple[str, str], ...]
    variants: tuple[str, ...]
    subjects: tuple[ShownSubject, ...]
    stories: tuple[ShownSubject, ...]
    labels: tuple[tuple[str, int], ...]
    left_out: tuple[str, ...]
    diagram: Picture
    data: Markup
    command: str


def explorer_html(found: Explorable, command: str = "") -> str:
    """The page of what is to be explored; ``command`` makes it again."""
    page = _page(found, command)
    template = environment(html=True).get_template("explorer.html.j2")
    return template.render(page=page, script=script_of("explorer.js"))


def _page(found: Explorable, command: str) -> ExplorerPage:
    nodes = _nodes(found)
    interned = _Interned(nodes)
    subjects = tuple(_subject(each, interned) for each in found.subjects)
    stories = tuple(
        _story(name, story, interned)
        for name, each in found.stories.items()
        for story in each.stories
    )
    with styled():
        drawn = draw_workflow(found.workflow)
        drawn.patch.set_visible(False)  # the page's ground shows through
        words = f"State diagram with {len(found.workflow.states)} states"
        diagram = picture(drawn, "workflow", f"The workflow {found.workflow.name}", words)
    setting = found.scenario.setting
    labels = dict.fromkeys(label for each in subjects for label in each.labels)
    return ExplorerPage(
        title=found.workflow.name,
        question=" ".join(found.scenario.question.split()),
        facts=(
            ("Seed and replication", f"{found.scenario.seed}, {found.replication}"),
            ("Arrivals and faults last", duration_words(setting.horizon)),
            ("Instances that arrived", f"{found.total:,}"),
            ("Faults on in that time", _faults(found)),
        ),
        variants=tuple(found.scenario.variants_by_name()),
        subjects=subjects,
        stories=stories,
        labels=tuple((each, sum(each in s.labels for s in subjects)) for each in labels),
        left_out=found.left_out(),
        diagram=diagram,
        data=Markup(script_data(_data(found, nodes, interned))),
        command=command,
    )


def _faults(found: Explorable) -> str:
    counts = [f"{name} {len(faults):,}" for name, faults in found.faults.items()]
    return "; ".join(counts) or "none"


def _nodes(found: Explorable) -> dict[str, int]:
    """Names of nodes that views speak of; every variant has the same, in the same order."""
    walks = [seen.walk for subject in found.subjects for seen in subject.seen.values()]
    walks += [story.walk for each in found.stories.values() for story in each.stories]
    return {name: place for place, name in enumerate(walks[0].nodes if walks else ())}


def _data(found: Explorable, nodes: Mapping[str, int], interned: _Interned) -> dict[str, Any]:
    boxes = drawn_boxes(found.workflow)
    places = {box.name: place for place, box in enumerate(boxes) if box.name != START}
    ends: dict[str, list[int]] = {}
    for place, box in enumerate(boxes):
        if box.outcome is not None:
            ends.setdefault(box.outcome.value, []).append(place)
    seen = {name for each in found.subjects for name in each.seen}
    spoken = {node for view in interned.views for node, _ in view.steps}
    spoken |= {node for moment in interned.moments for node, _, _ in moment[3]}
    return {
        "nodes": [printable(name) for name in nodes],
        "rows": sorted(spoken),
        "boxes": [places.get(_drawn(name), -1) for name in nodes],
        "ends": ends,
        "views": [
            [view.status.value, [[n, status.value] for n, status in view.steps], view.active]
            for view in interned.views
        ],
        "moments": list(interned.moments),
        "walks": interned.walks,
        "whole": WHOLE,
        "arrived": {f"i-{each.instance}": int(each.arrived_s * 1e9) for each in found.subjects},
        "horizon": found.scenario.setting.horizon,
        "faults": {
            printable(name): [
                [band.start_ns, band.end_ns, f"{band.fault.value} of {_lane(found, name, band)}"]
                for band in (faults if name in seen else ())  # they stand beside instances
            ]
            for name, faults in found.faults.items()
        },
    }


def _lane(found: Explorable, variant: str, band: Band) -> str:
    if band.lane < 0:
        return "the broker"
    [walk, *_] = (each.seen[variant].walk for each in found.subjects if variant in each.seen)
    return printable(walk.participants[band.lane])


def _drawn(name: str) -> str:
    """The box of a node: a diagram has one for all copies of a region."""
    return "/".join(part.partition("[")[0] for part in name.split("/"))


def _subject(each: PickedInstance, interned: _Interned) -> ShownSubject:
    labels = dict.fromkeys(words for seen in each.seen.values() for words in _labels(seen))
    if each.differs:
        labels = {"ends differently": None} | labels
    return ShownSubject(
        f"i-{each.instance}",
        f"Instance {each.instance}",
        f"arrives at {number(each.arrived_s, 's')}",
        tuple(labels) or ("nothing happened to it",),
        tuple(_outcome(seen) for seen in each.seen.values()),
        tuple(
            _shown(
                interned.walk(name, seen.walk, seen.ending),
                name,
                _outcome(seen),
                seen.walk,
                seen.cut,
            )
            for name, seen in each.seen.items()
        ),
    )


def _labels(seen: InstanceInVariant) -> Iterator[str]:
    yield seen.ending.replace("-", " ")
    yield from sorted(each.value for each in seen.troubles)


def _outcome(seen: InstanceInVariant) -> str:
    words = seen.ending.replace("-", " ")
    if seen.took_s is not None:
        words += f" after {number(seen.took_s, 's')}"
    return f"{words}, {number(seen.delay_s, 's')} late" if seen.delay_s else words


def _story(name: str, story: FoundStory, interned: _Interned) -> ShownSubject:
    terminal = story.anomaly.terminal.value
    walk, after = story.walk, budget_words(story.budget)
    shown = _shown(interned.walk(name, walk, terminal), name, f"after {after}", walk, 0)
    title = f"{terminal.replace('-', ' ').capitalize()}: {ANOMALIES[terminal]}"
    note = f"{name}, after {after}, in {len(walk.steps)} steps"
    return ShownSubject(f"s-{shown.number}", title, note, (), (name,), (shown,))


def _shown(place: int, name: str, outcome: str, walk: InstanceWalk, cut: int) -> ShownWalk:
    steps = tuple(
        (
            f"{each.at_ns / 1e9:,.3f}" if walk.timed else str(each.at_ns),
            each.who,
            each.what,
            each.fault,
            len(each.moment.disputed),
        )
        for each in walk.steps
    )
    return ShownWalk(place, name, outcome, steps, walk.decisive, cut)
