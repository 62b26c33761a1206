"""Pictures, measured: nothing outside the canvas, nothing over another, the same bytes."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import wfmodel
from wfmodel.checks import check_workflow
from wfmodel.diagrams import Detail, Direction, DrawingChoices, as_svg, dot, draw_workflow, mermaid
from wfmodel.diagrams.columns import TALLEST, on_a_page
from wfmodel.diagrams.diagram import Shape, whole_diagram
from wfmodel.diagrams.excerpts import UnknownStateError
from wfmodel.diagrams.layout import label_size
from wfmodel.diagrams.marked_boxes import marks_of
from wfmodel.diagrams.selection import diagram_of
from wfmodel.model.findings import Severity
from wfmodel.model.workflow import Branch, Choice, Final, Parallel, Region, Task, Workflow

ROOT = Path(__file__).parents[2]
MODELS = [
    *sorted(ROOT.glob("models/*/workflow.yaml")),
    ROOT / "models/travel-booking/workflow.asl.json",
    ROOT / "models/airflow-sales/workflow.json",
]
ROUNDING = 0.02
"""Inches: Graphviz rounds to hundredths of a point, and labels to points."""
DRAWN = DrawingChoices(failures=Detail.DRAWN)


def task(following: str, upon_failure: str = "rollback") -> Task:
    return Task(service="s", next=following, on={"failure": upon_failure})


def stages(count: int) -> Workflow:
    """So many stages of five boxes: a task, a loop, a choice and what it chooses from; failures."""
    states: dict[str, object] = {}
    for number in range(count):
        n, following = f"{number:02d}", f"work-{number + 1:02d}" if number + 1 < count else "z"
        states |= {
            f"work-{n}": task(f"which-{n}"),
            f"which-{n}": Choice(
                branches=(
                    Branch(next=f"left-{n}", when="$exists(amount) > 100"),
                    Branch(next=f"right-{n}", when="amount > 10"),
                ),
                default=f"work-{n}",
            ),
            f"left-{n}": task(following),
            f"right-{n}": task(following),
        }
    region = Region(name="r", initial="in", states={"in": task("ok", "ok"), "ok": Final()})
    states["z"] = Parallel(regions=(region, replace_name(region, "q")), next="end")
    return Workflow(name="stages", initial="work-00", states={**states, "end": Final()})


def replace_name(region: Region, name: str) -> Region:
    return Region(name=name, initial=region.initial, states=region.states)


def workflow_of(path: Path) -> Workflow:
    return wfmodel.load(path).workflow


SUBJECTS = [
    *(pytest.param(workflow_of(path), DRAWN, id=path.parent.name) for path in MODELS),
    pytest.param(stages(8), DrawingChoices(), id="37 states"),
    pytest.param(stages(8), DRAWN, id="37 states, failures drawn"),
    pytest.param(stages(14), DrawingChoices(), id="61 states"),
    pytest.param(stages(3), DrawingChoices(direction=Direction.RIGHT), id="to the right"),
]


def around(centre: tuple[float, float], size: tuple[float, float]) -> tuple[float, ...]:
    (x, y), (width, height) = centre, size
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def shared(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """How far two boxes reach into each other; negative: they are apart."""
    return min(min(one[2], other[2]) - max(one[0], other[0]),
               min(one[3], other[3]) - max(one[1], other[1]))  # fmt: skip


@pytest.mark.parametrize(("workflow", "choices"), SUBJECTS)
def test_nothing_is_cut_off_and_nothing_stands_over_another(workflow, choices):
    diagram, layout = on_a_page(diagram_of(workflow, choices).legible())
    labels = {
        arrow: around(layout.labels[number], label_size(arrow))
        for number, arrow in enumerate(diagram.arrows)
        if arrow.label
    }
    boxes = {name: around(layout.centre[name], size) for name, size in layout.size.items()}
    placed = [*labels.values(), *boxes.values()]
    width, height = layout.extent
    for left, low, right, high in [*placed, *((*a, *b) for a, b in layout.grounds.values())]:
        assert left > -ROUNDING
        assert low > -ROUNDING
        assert right < width + ROUNDING
        assert high < height + ROUNDING
    for one, other in combinations(placed, 2):
        assert shared(one, other) < ROUNDING


@pytest.mark.parametrize(("workflow", "choices"), SUBJECTS[:4])
def test_words_fit_their_boxes(workflow, choices):
    figure = draw_workflow(workflow, choices)
    renderer = FigureCanvasAgg(figure).get_renderer()
    diagram, layout = on_a_page(diagram_of(workflow, choices).legible())
    scale = figure.axes[0].transData
    for box in diagram.boxes:
        left, low, right, high = around(layout.centre[box.name], layout.size[box.name])
        inside = [
            text
            for text in figure.axes[0].texts
            if text.get_text() in box.words
            and left < text.get_position()[0] < right
            and low < text.get_position()[1] < high
        ]
        assert len(inside) == len(box.words)
        for text in inside:
            extent = text.get_window_extent(renderer)
            assert scale.transform((left, low))[0] <= extent.x0
            assert extent.x1 <= scale.transform((right, high))[0]


def test_a_large_workflow_has_its_failures_in_words_until_somebody_asks():
    folded, drawn = diagram_of(stages(8)), diagram_of(stages(8), DRAWN)
    assert {box.failures for box in folded.boxes if box.name.startswith("left")} == {
        ("fails → rollback",)
    }
    assert [arrow for arrow in folded.arrows if arrow.target == "rollback"] == []
    assert len([arrow for arrow in drawn.arrows if arrow.target == "rollback"]) == 24
    assert "fails → rollback" in mermaid(stages(8))
    assert "fails → rollback" in dot(stages(8))
    assert "fails →" not in mermaid(stages(2))


def test_a_tall_picture_goes_on_in_columns_and_loses_no_arrow():
    diagram = diagram_of(stages(14)).legible()
    parted, layout = on_a_page(diagram)
    links = {box.name for box in parted.boxes if box.shape is Shape.LINK}
    assert links
    assert layout.extent[1] < 2 * TALLEST
    assert {box.name for box in parted.boxes} - links == {box.name for box in diagram.boxes}
    inside = [arrow for arrow in parted.arrows if not {arrow.source, arrow.target} & links]
    out = [arrow for arrow in parted.arrows if arrow.target in links]
    assert len(inside) + len(out) == len(diagram.arrows)
    assert len(layout.routes) == len(parted.arrows)


def test_a_region_stays_in_one_column():
    parted, layout = on_a_page(diagram_of(stages(14)).legible())
    for scope, (low, high) in layout.grounds.items():
        for box in parted.boxes:
            x, y = layout.centre[box.name]
            assert (low[0] < x < high[0] and low[1] < y < high[1]) == (box.scope == scope)


def test_folded_regions_say_what_they_hold():
    diagram = diagram_of(stages(1), DrawingChoices(regions=Detail.FOLDED))
    [box] = [box for box in diagram.boxes if box.name == "z"]
    assert box.notes == ("r: 2 states", "q: 2 states")
    assert diagram.groups == ()
    assert ("z", "end") in {(arrow.source, arrow.target) for arrow in diagram.arrows}


def test_a_focus_shows_what_is_near_and_counts_the_rest():
    diagram = diagram_of(stages(3), DrawingChoices(focus="which-01"))
    assert {box.name for box in diagram.boxes} == {"work-01", "which-01", "left-01", "right-01"}
    notes = {box.name: box.notes[-1] for box in diagram.boxes if box.name != "which-01"}
    assert notes == {
        "work-01": "… 2 more before, 1 more after",
        "left-01": "… 2 more after",
        "right-01": "… 2 more after",
    }
    wide = diagram_of(stages(3), DrawingChoices(focus="which-01", around=99))
    assert {box.name for box in wide.boxes} == {b.name for b in whole_diagram(stages(3)).boxes}


@pytest.mark.parametrize(
    ("asked", "why"),
    [("wich-01", "did you mean 'which-01'"), ("in", "several states are called 'in'")],
)
def test_a_focus_on_no_state_says_which_there_are(asked, why):
    with pytest.raises(UnknownStateError, match=why):
        diagram_of(stages(3), DrawingChoices(focus=asked))


def test_findings_are_marked_where_they_are():
    workflow = workflow_of(ROOT / "models/broken-compensation/workflow.yaml")
    choices = DrawingChoices(findings=check_workflow(workflow))
    boxes = {box.name: box for box in diagram_of(workflow, choices).boxes}
    assert boxes["cancel-hotel"].codes == ("W3", "W6")
    assert boxes["cancel-hotel"].severity is Severity.ERROR
    assert boxes["cancel-flight"].severity is Severity.WARNING
    assert boxes["pay"].severity is None
    assert "W3, W6" in mermaid(workflow, choices)
    assert "W3, W6" in dot(workflow, choices)
    assert "classDef error" not in mermaid(workflow)


def test_a_finding_inside_a_region_marks_the_state_there():
    workflow = stages(1)
    inner = ("states", "z", "regions", 0, "states", "in", "service")
    finding = replace(check_workflow(workflow)[0], path=inner)
    assert list(marks_of(workflow, [finding])) == ["z.r/in"]


def test_the_same_workflow_gives_the_same_bytes():
    assert as_svg(stages(14)) == as_svg(stages(14))


def test_a_loop_has_one_head_and_it_is_at_its_target():
    diagram, layout = on_a_page(diagram_of(stages(1)).legible())
    figure = draw_workflow(stages(1))
    heads = [p for p in figure.axes[0].patches if type(p).__name__ == "FancyArrowPatch"]
    assert len(heads) == len(diagram.arrows)
    for arrow, route in zip(diagram.arrows, layout.routes, strict=True):
        ends = [around(layout.centre[e], layout.size[e]) for e in (arrow.source, arrow.target)]
        for (x, y), (left, low, right, high) in zip((route[0], route[-1]), ends, strict=True):
            assert left - ROUNDING <= x <= right + ROUNDING
            assert low - ROUNDING <= y <= high + ROUNDING
