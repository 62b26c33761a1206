"""What ``wfmodel explore`` reads and writes: systems and claims in, tables and files out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError
from typer.exceptions import TyperException

from wfmodel.cli.designs import chosen_variants
from wfmodel.cli.explore_exposure import exposure_data, show_exposure
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.scenarios import refuse, runnable
from wfmodel.cli.search_limits import SearchLimits
from wfmodel.cli.terminal import console, hand_out, styled, table
from wfmodel.designs import DESIGNS, Knobs, System, build
from wfmodel.escaping import json_text, printable
from wfmodel.experiments import Variant
from wfmodel.experiments.explored_variant import Told, VariantAnswers, as_test, explore_variant
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import CheckpointError, Progress
from wfmodel.exploration.properties import (
    AtMost,
    Holds,
    Property,
    load_properties,
    parse_property,
    properties_of,
    standard_claims,
)
from wfmodel.model.file_names import file_stems
from wfmodel.model.files import write_file
from wfmodel.model.reading import read_document
from wfmodel.model.strict import first_refusal
from wfmodel.model.validate import parse_as
from wfmodel.model.workflow import Workflow

if TYPE_CHECKING:
    from rich.table import Table

    from wfmodel.simulation import Setting

GIB: Final = 1 << 30

OF_ALL: Final = "no: deadlock"
"""What is asked of every system of one's own, whatever its author claims."""


@dataclass(frozen=True)
class Subject:
    """What is explored: systems by the name of their variant, the workflow's file, and a scenario's
    setting.
    """

    systems: dict[str, System]
    workflow_file: str
    setting: Setting | None = None


def subject(path: str, design: str, knobs: tuple[str, ...]) -> Subject:
    """The systems of a workflow or a scenario.

    Raises:
        typer.Exit: the file cannot be used; findings on standard error say why.
        TyperException: there is no such design, variant or knob.
    """
    from wfmodel.cli.draw import load_or_refuse  # it draws, too

    document, findings = read_document(path)
    if document is None:
        refuse(findings)
    if isinstance(document.value, dict) and {"setting", "question"} & set(document.value):
        _, scenario, workflow = runnable(path, document.text)
        variants = scenario.variants_by_name()
        assert scenario.workflow is not None
        file = str(Path(path).parent / scenario.workflow)
        chosen = chosen_variants(variants, design, scenario.knobs)
        return Subject(_built(workflow, chosen, knobs), file, scenario.setting)
    variants = {name: Variant(design=name, knobs=Knobs()) for name in DESIGNS}
    chosen = chosen_variants(variants, design, Knobs())
    return Subject(_built(load_or_refuse(path, document.text), chosen, knobs), path)


def _built(
    workflow: Workflow, variants: dict[str, Variant], given: tuple[str, ...]
) -> dict[str, System]:
    made = {}
    for name, variant in variants.items():
        knobs = with_knobs(name, variant.knobs, given)
        with in_one_line(ValueError):
            made[name] = build(workflow, variant.design, knobs)
    return made


def with_knobs(name: str, knobs: Knobs, given: tuple[str, ...]) -> Knobs:
    """Knobs with those of the command line instead.

    Raises:
        TyperException: one is none, or they do not go together.
    """
    if not given:
        return knobs
    values = _knob_values(given)
    try:
        return replace(knobs, **values)
    except ValidationError as error:
        raise TyperException(f"--knob: {name}: {first_refusal(error).why}") from None


def _knob_values(texts: tuple[str, ...]) -> dict[str, Any]:
    """Knobs by name: read and checked as those of a scenario's file are."""
    for text in texts:
        if "=" not in text:
            raise TyperException(f"--knob needs NAME=VALUE; got {text!r}")
    pairs = ([part.strip() for part in text.split("=", 1)] for text in texts)
    lines = "".join(f"{name}: {value}\n" for name, value in pairs)
    document, findings = read_document("--knob", lines)
    if document is None:
        refuse(findings)
    knobs, findings = parse_as(document, Knobs)
    if knobs is None:
        raise TyperException(f"--knob: {findings[0].message}")
    assert isinstance(document.value, dict)
    return {name: getattr(knobs, name) for name in document.value}  # as read: one may be quoted


def claims_for(
    about: Subject, given: tuple[str, ...], file: Path | None, *, instances: int = 1
) -> tuple[str | Property, ...]:
    """What is asked: what the user names, else the standard properties or the author's own.

    Raises:
        typer.Exit: the file cannot be used; findings on standard error say why.
        TyperException: a claim says nothing, or names what a system does not have.
    """
    claims = list(given)
    for line in given:
        for name, system in about.systems.items():
            with in_one_line(ValueError, about=f"--property {line!r} ({name})"):
                parse_property(line, system)
    if file is not None:
        claims += _from_file(about, file)
    system = next(iter(about.systems.values()))
    if system.own and not claims:
        # Its author's claims stand in the file; a deadlock is nobody's wish.
        return tuple(dict.fromkeys((*system.properties, OF_ALL)))
    return tuple(claims) or standard_claims(system, together=instances > 1)


def _check_kept(about: Subject, claims: tuple[str | Property, ...], limits: SearchLimits) -> None:
    """Refuse to keep a search that is not made: claims about several instances have one of their
    own, which is not kept.

    Raises:
        TyperException: all claims are of that kind.
    """
    if limits.checkpoint is None or limits.instances == 1:
        return
    system = next(iter(about.systems.values()))
    asked = [parse_property(each, system) if isinstance(each, str) else each for each in claims]
    if all(isinstance(each, AtMost) for each in asked):
        raise TyperException(
            "--checkpoint does not go with --instances where every claim is 'at_most': the search"
            " of these is not kept"
        )


def _from_file(about: Subject, file: Path) -> list[str]:
    claims, document, findings = load_properties(file)
    if claims is None or document is None:
        refuse(findings)
    for system in about.systems.values():
        _, wrong = properties_of(claims, document, system)
        if wrong:
            refuse(wrong)
    return [claim.line for claim in claims.properties]


def explore_all(
    about: Subject, claims: tuple[str | Property, ...], budget: FaultBudget, limits: SearchLimits
) -> list[VariantAnswers]:
    """One design after the other; an interrupt leaves what is there, and ends it.

    Raises:
        TyperException: a search cannot be kept where it should be, or its engine is missing.
    """
    _check_kept(about, claims, limits)
    found = []
    places = places_of(limits.checkpoint, tuple(about.systems))
    for name, system in about.systems.items():
        with searching(name) as progress:
            one = explore_variant(
                name,
                system,
                budget,
                claims,
                limit=limits.states,
                laps=limits.laps,
                instances=limits.instances,
                each=limits.each,
                exposure=limits.exposure,
                engine=limits.engine,
                memory_bytes=limits.memory_bytes,
                checkpoint=places[name],
                progress=progress,
                stop_at_first=limits.stop_at_first,
            )
        found.append(one)
        if one.bounds.stopped == "interrupted":
            break
    return found


# ------------------------------------------------------------------------------------ progress


@contextmanager
def searching(name: str) -> Iterator[Callable[[Progress], None] | None]:
    """A line about the search while the block runs; None where nobody looks."""
    if not sys.stderr.isatty():
        with in_one_line(CheckpointError, ImportError):
            yield None
        return
    from rich.status import Status
    from rich.text import Text

    status = Status("", console=console(err=True))

    def tell(now: Progress) -> None:
        status.start()
        words = (
            f"{name}: {now.states:,} states, {now.frontier:,} of them waiting, depth {now.level},"
            f" {now.states_per_second:,.0f} a second, {now.memory_bytes / GIB:.2f} GiB"
            " (Ctrl-C stops with what is there)"
        )
        status.update(Text(printable(words)))

    try:
        with in_one_line(CheckpointError, ImportError):
            yield tell
    finally:
        status.stop()


def places_of(checkpoint: Path | None, names: tuple[str, ...]) -> dict[str, Path | None]:
    """Where each design's search is kept: designs do not share a file."""
    if checkpoint is None or len(names) == 1:
        return dict.fromkeys(names, checkpoint)
    stems = file_stems((name,) for name in names)
    return {
        name: checkpoint.with_name(f"{checkpoint.stem}-{stems[name,]}{checkpoint.suffix}")
        for name in names
    }


# --------------------------------------------------------------------------------------- output


def show(found: list[VariantAnswers], *, as_json: bool, stories: bool, exposure: bool) -> None:
    """Answers on standard output."""
    if as_json:
        data = [_as_data(each) for each in found]
        hand_out(json_text(data))
        return
    screen = console(width=110)
    for each in found:
        words = printable(f"{each.name}: {each.bounds.words()}")
        screen.print(words, style="bold", soft_wrap=True)
        screen.print(_table(each))
        screen.print(printable(each.advice), soft_wrap=True, end="\n" if each.advice else "")
        if exposure:
            show_exposure(screen, each)
        screen.print()
        for asked in each.asked if stories else ():
            if asked.told is not None:
                heading = f"{each.name}, against {asked.title!r}:"
                screen.print(printable(heading), style="bold", soft_wrap=True)
                screen.print(asked.told.story, soft_wrap=True)


def _table(found: VariantAnswers) -> Table:
    shown = table("property", "answer", "")
    for asked in found.asked:
        style = {"holds": "green", "violated": "red", "undecided": "yellow"}[asked.word]
        shown.add_row(printable(asked.title), styled(asked.word, style), printable(asked.detail))
    return shown


def _as_data(found: VariantAnswers) -> dict[str, Any]:
    bounds = found.bounds
    return {
        "variant": found.name,
        "design": found.system.design,
        "instances": found.instances,
        "bounds": {
            "budget": bounds.budget.describe(),
            "laps": bounds.laps,
            "states": bounds.states,
            "likely_states": bounds.likely,
            "transitions": bounds.transitions,
            "complete": bounds.complete,
            "stopped": bounds.stopped or None,
            "beyond_laps": bounds.cut,
        },
        "properties": [
            {
                "claim": asked.claim,
                "title": asked.title,
                "answer": asked.word,
                "detail": asked.detail,
                "vacuous": isinstance(asked.answer, Holds) and asked.answer.vacuous,
                "story": None if asked.told is None else [x.text for x in asked.told.lines],
                "ending": None if asked.told is None else asked.told.ending,
                "schedule": None if asked.told is None else [str(a) for a in asked.told.schedule],
            }
            for asked in found.asked
        ],
        "exposure": exposure_data(found),
        "exposure_stopped": found.exposure_stopped or None,
    }


def write(
    found: list[VariantAnswers],
    folder: Path,
    workflow_file: str,
    budget: FaultBudget,
    limits: SearchLimits,
) -> None:
    """Every counterexample in every form, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    stems = file_stems((each.name, asked.title) for each in found for asked in each.asked)
    for possible in found:
        for asked in possible.asked:
            if asked.told is None:
                continue
            test = as_test(
                asked.told,
                possible.system,
                budget,
                workflow_file,
                instances=limits.instances,
                each=limits.each,
            )
            stem = stems[possible.name, asked.title]
            for name, text in forms_of(asked.told, stem, test).items():
                write_file(folder / name, text)


def forms_of(told: Told, stem: str, test: str) -> dict[str, str]:
    """A counterexample in every form, by file name: story, Mermaid, SVG, schedule, test."""
    from wfmodel.reports.sequence import sequence_picture

    return {
        f"{stem}.txt": told.story,
        f"{stem}.mmd": told.mermaid,
        f"{stem}.schedule": told.schedule_text(),
        f"{stem}.svg": sequence_picture(told, name=stem).svg,
        f"test_{stem.replace('-', '_')}.py": test,
    }


def code_of(found: list[VariantAnswers]) -> int:
    """0: all holds; 1: something is broken; 2: something could not be decided."""
    if any(each.violated for each in found):
        return 1
    return 0 if all(each.holds for each in found) else 2
