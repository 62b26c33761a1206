"""Cards of what was looked for: by schedules of faults, by walks, beside what was counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wfmodel.experiments.cross_check import BothSides, Pair, Side
from wfmodel.experiments.hunting import FoundSchedule, Hunted, Sought, Walked
from wfmodel.experiments.reachability import budget_words
from wfmodel.showing.card import Card, card_of
from wfmodel.showing.table_columns import Columns, TableValue, columns_of, table_of
from wfmodel.wording.counting import counted
from wfmodel.wording.figures import between, bracketed, number

# ----------------------------------------------------------------------------- by schedules


@card_of.register
def _(hunted: Hunted) -> Card:
    """What was found and after how much; that nothing was found shows nothing about the rest."""
    most = counted(hunted.examples, "schedule")
    title = f"{hunted.name or hunted.system.design}: hunting {hunted.quarry}, {most} at most"
    if hunted.found is None:
        return Card(title=title, lines=(hunted.stopped or "nothing was found",))
    found = card_of(hunted.found)
    return replace(found, title=title, lines=(found.title, *found.lines))


@card_of.register
def _(found: FoundSchedule) -> Card:
    return Card(
        title=f"{found.sighting.what}, instance {found.sighting.instance}",
        lines=(f"met after {counted(found.met_after, 'schedule')}, and shrunk",),
        head=("fault", "what strikes"),
        rows=[(str(number), each) for number, each in enumerate(found.schedule.words(), 1)],
    )


# --------------------------------------------------------------------------------- by walks


@card_of.register
def _(walked: Walked) -> Card:
    seen = walked.coverage
    return Card(
        title=(
            f"{walked.name}, {counted(seen.walks, 'walk')}:"
            f" {len(walked.found)} of {counted(len(walked.sought), 'claim')} broken"
        ),
        lines=(f"{counted(seen.states, 'state')} seen, {seen.beside:,} beside them", walked.why),
        head=("claim", "what was seen"),
        rows=[(each.title, _seen(each)) for each in walked.sought],
    )


@card_of.register
def _(sought: Sought) -> Card:
    return Card(title=f"{sought.title}: {_seen(sought)}")


@table_of.register
def _(walked: Walked) -> Columns:
    return columns_of(
        ("variant", "claim", "broken", "steps", "met_after_walks"),
        (
            (
                walked.name,
                each.title,
                each.told is not None,
                len(each.told.lines) if each.told else None,
                each.met_after if each.told else None,
            )
            for each in walked.sought
        ),
    )


def _seen(sought: Sought) -> str:
    if sought.told is None:
        return "not broken by what was seen"
    return f"broken in {counted(len(sought.told.lines), 'step')}"


# ------------------------------------------------------------- possible, and how often it was


@card_of.register
def _(both: BothSides) -> Card:
    wrong = counted(len(both.contradictions), "contradiction")
    return Card(
        title=f"What can happen at all, and how often it did: {wrong}",
        head=("variant", "anomaly", "can it happen", "how often it did [95 %]"),
        rows=[
            (
                side.possibility.variant,
                _name(pair),
                side.possibility.answer(pair.anomaly).value,
                bracketed(
                    number(pair.share.mean, "fraction"),
                    between(pair.share.low, pair.share.high, "fraction"),
                ),
            )
            for side, pair in _pairs(both)
        ],
    )


@table_of.register
def _(both: BothSides) -> Columns:
    """``share`` is from 0 to 1; ``budget`` and ``steps`` are those of the shortest run there."""
    return columns_of(
        ("variant", "anomaly", "answer", "budget", "steps", "share", "low", "high"),
        (_row(side, pair) for side, pair in _pairs(both)),
    )


def _pairs(both: BothSides) -> Iterator[tuple[Side, Pair]]:
    return ((side, pair) for side in both.sides for pair in side.pairs)


def _name(pair: Pair) -> str:
    return pair.anomaly.terminal.value.replace("-", " ")


def _row(side: Side, pair: Pair) -> tuple[TableValue, ...]:
    found, share = side.possibility, pair.share
    story = found.stories.get(pair.anomaly)
    way = (budget_words(story.budget), len(story.steps)) if story else (None, None)
    answer = found.answer(pair.anomaly).value
    return (found.variant, _name(pair), answer, *way, share.mean, share.low, share.high)
