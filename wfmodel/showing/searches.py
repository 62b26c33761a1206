"""Cards of what is possible at all: answers with their bounds, counterexamples, state spaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import cast

from wfmodel.experiments.explored_variant import Asked, Told, VariantAnswers
from wfmodel.exploration import Exploration
from wfmodel.exploration.properties import Holds, Undecided, Violated
from wfmodel.exploration.scheduling import act_between
from wfmodel.exploration.state_space import NumberedSpace, StateSpace, is_fault
from wfmodel.extras import MissingExtraError
from wfmodel.showing.card import HTML_ROWS, Card, Pictures, card_of
from wfmodel.showing.table_columns import Columns, columns_of, table_of
from wfmodel.wording.counting import counted

# --------------------------------------------------------------------------------- answers


@card_of.register
def _(found: VariantAnswers) -> Card:
    words = [each.word for each in found.asked]
    counts = {word: words.count(word) for word in ("holds", "violated", "undecided")}
    said = [
        f"{count} {'hold' if word == 'holds' and count > 1 else word}"
        for word, count in counts.items()
        if count
    ]
    return Card(
        title=f"{found.name}, {counted(len(words), 'claim')}: {', '.join(said)}",
        lines=(found.bounds.words(),),
        head=("claim", "answer", "detail"),
        rows=[(each.title, each.word, each.detail) for each in found.asked],
        text_rows=HTML_ROWS,
    )


@table_of.register
def _(found: VariantAnswers) -> Columns:
    return columns_of(
        ("variant", "claim", "answer", "detail", "states", "budget"),
        (
            (
                found.name,
                each.title,
                each.word,
                each.detail,
                each.answer.bounds.states,
                each.answer.bounds.budget.describe(),
            )
            for each in found.asked
        ),
    )


@card_of.register(Holds)
@card_of.register(Violated)
@card_of.register(Undecided)
def _(answer: Holds | Violated | Undecided) -> Card:
    return card_of(Asked("", answer, None))


@card_of.register
def _(asked: Asked) -> Card:
    return Card(
        title=f"{asked.title}: {asked.word}, {asked.detail}", lines=(asked.answer.bounds.words(),)
    )


@card_of.register
def _(told: Told) -> Card:
    return Card(
        title=f"{told.title}: violated in {counted(len(told.lines), 'step')}",
        lines=(told.ending,),
        head=("step", "what"),
        rows=[(str(line.number), line.text) for line in told.lines],
        pictures=partial(_sequence, told),
        instead=True,
    )


@table_of.register
def _(told: Told) -> Columns:
    return columns_of(
        ("step", "instance", "participant", "deed", "about", "consequences"),
        (
            (
                line.number,
                line.act.instance,
                line.act.participant,
                line.act.deed.value,
                line.act.what or None,
                "; ".join(line.consequences) or None,
            )
            for line in told.lines
        ),
    )


def _sequence(told: Told) -> Pictures:
    try:
        from wfmodel.reports.sequence import sequence_picture
    except MissingExtraError:
        return ()
    return (("", sequence_picture(told, name="story").svg),)


# ---------------------------------------------------------------------------- state spaces


@card_of.register
def _(found: NumberedSpace) -> Card:
    space = cast(StateSpace, found)
    states, design = counted(len(space), "state"), space.table.system.design
    return Card(
        title=f"State space of {design}: {states}, {space.stopped or 'all of them'}",
        lines=(f"faults at most: {space.budget(0).describe()}",),
        head=("state", "step", "leads to"),
        rows=[
            (str(source), what, str(target))
            for source, what, target, _ in islice(_steps(space), HTML_ROWS)
        ],
        total=0,
    )


@table_of.register
def _(found: NumberedSpace) -> Columns:
    """A row for each step; ``fault``: it was paid for."""
    return columns_of(("state", "step", "leads_to", "fault"), _steps(cast(StateSpace, found)))


def _steps(space: StateSpace) -> Iterator[tuple[int, str, int, bool]]:
    for source in range(len(space)):
        before = space.configuration(source)
        for step, target in space.successors(source):
            act = act_between(space.table, before, step, space.configuration(target))
            yield source, str(replace(act, mark="")), target, is_fault(space, source, target)


@card_of.register
def _(found: Exploration) -> Card:
    whole = "all of them" if found.complete else "cut short by the limit"
    return Card(
        title=f"{counted(found.states, 'state')}, {counted(found.transitions, 'step')}, {whole}",
        lines=(
            f"livelocks: {counted(found.trapped, 'state')};"
            f" beyond the laps: {counted(found.cut, 'state')}",
        ),
        head=("end", "states"),
        rows=[(str(verdict), f"{count:,}") for verdict, count in found.verdicts.items()],
    )


@table_of.register
def _(found: Exploration) -> Columns:
    return columns_of(
        ("end", "states"), ((str(verdict), n) for verdict, n in found.verdicts.items())
    )
