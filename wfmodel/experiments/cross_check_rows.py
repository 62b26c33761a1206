"""Both sides of one question as rows: what exploration says of an anomaly, what simulation counted.

The words carry the bounds: "impossible" never stands without the faults within which it is so.
"""

from __future__ import annotations

from dataclasses import dataclass

from wfmodel.designs.anomalies import Anomaly
from wfmodel.experiments.comparison import Comparison
from wfmodel.experiments.cross_check import BothSides, Contradiction, Pair
from wfmodel.experiments.metric_rows import TableCell, estimate_cell
from wfmodel.experiments.reachability import LAPS, Possibility, ReachAnswer, budget_words
from wfmodel.wording.counting import capital
from wfmodel.wording.figures import SPACE


@dataclass(frozen=True, slots=True)
class SideRow:
    """One anomaly of one variant. ``kind`` is the answer's name, for a style."""

    title: str
    kind: str
    possible: TableCell
    share: TableCell


@dataclass(frozen=True, slots=True)
class ShortStory:
    """A shortest way to an anomaly, step by step."""

    title: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VariantSide:
    """One variant: a row per anomaly, and the stories of those that can happen."""

    name: str
    bounds: str
    rows: tuple[SideRow, ...]
    stories: tuple[ShortStory, ...]


def variant_sides(sides: BothSides, comparison: Comparison) -> tuple[VariantSide, ...]:
    """A table's content, in the order of the variants."""
    return tuple(
        VariantSide(
            side.possibility.variant,
            bounds_words(side.possibility),
            tuple(_row(side.possibility, p, sides.contradictions, comparison) for p in side.pairs),
            tuple(_stories(side.possibility)),
        )
        for side in sides.sides
    )


def anomaly_title(anomaly: Anomaly) -> str:
    """The name as a reader wants it."""
    return capital(anomaly.terminal.value.replace("-", " "))


def possible_words(found: Possibility, anomaly: Anomaly) -> TableCell:
    """What exploration says, with the bounds within which it says so."""
    answer = found.answer(anomaly)
    if answer is ReachAnswer.POSSIBLE:
        story = found.stories[anomaly]
        steps = f"{len(story.steps)}{SPACE}steps"
        return TableCell("possible", f"shortest story: {steps}, with {budget_words(story.budget)}")
    within = " or ".join(budget_words(each) for each in found.complete())
    if answer is ReachAnswer.IMPOSSIBLE:
        return TableCell("impossible", f"within {within}")
    states = max(each.states for each in found.searches)
    known = f"; impossible within {within}" if within else ""
    return TableCell("undecided", f"within {states:,} configurations{known}")


def bounds_words(found: Possibility) -> str:
    """What was looked into."""
    whole = [each for each in found.searches if each.complete]
    cut = [each for each in found.searches if not each.complete]
    parts = [f"{budget_words(each.budget)} ({each.states:,})" for each in whole]
    text = f"Looked into whole: {'; '.join(parts)}." if parts else ""
    if cut:
        parts = [f"{budget_words(each.budget)} ({each.states:,})" for each in cut]
        text += f" Cut short: {'; '.join(parts)}."
    laps = "once" if LAPS == 1 else f"{LAPS} times"
    return f"{text} In brackets: configurations. Loops are gone round {laps}.".strip()


def _row(
    found: Possibility, pair: Pair, wrong: tuple[Contradiction, ...], comparison: Comparison
) -> SideRow:
    contradicted = any(
        each.anomaly is pair.anomaly and each.variant == found.variant for each in wrong
    )
    kind = "contradiction" if contradicted else found.answer(pair.anomaly).value
    title, possible = anomaly_title(pair.anomaly), possible_words(found, pair.anomaly)
    return SideRow(title, kind, possible, _share(found, pair, comparison, contradicted))


def _share(found: Possibility, pair: Pair, comparison: Comparison, contradicted: bool) -> TableCell:
    cell = estimate_cell(pair.share, "fraction", comparison.scenario.replications)
    if contradicted:
        return TableCell(cell.text, "contradicts the exploration")
    if pair.beyond:
        more = f"{pair.beyond:,} after more faults than were looked into"
        return TableCell(cell.text, f"{cell.detail}; {more}" if cell.detail else more)
    if pair.share.mean == 0:
        [measured] = [each for each in comparison.variants if each.name == found.variant]
        return TableCell(cell.text, f"none of {measured.instances:,} instances")
    return cell


def _stories(found: Possibility) -> list[ShortStory]:
    return [
        ShortStory(
            f"{anomaly_title(anomaly)}: {len(story.steps)} steps, {budget_words(story.budget)}",
            story.steps,
        )
        for anomaly, story in found.stories.items()
    ]
