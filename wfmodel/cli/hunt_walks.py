"""What ``wfmodel hunt --walks`` writes: what was found, what was not, and how much was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from wfmodel.cli.explore_answers import Subject, forms_of, subject
from wfmodel.cli.hunt_schedules import NOTHING_LOOKED_AT, code_of, quarry_of
from wfmodel.cli.progress import progress
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.terminal import say, say_lines
from wfmodel.designs.anomalies import Anomaly
from wfmodel.escaping import printable
from wfmodel.experiments.explored_variant import as_test
from wfmodel.experiments.hunting import Sought, Walked, hunt_by_walks
from wfmodel.experiments.hunting.target import ClaimTarget
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.properties import STANDARD
from wfmodel.exploration.walking import Coverage
from wfmodel.exploration.walking.walker import Out
from wfmodel.model.file_names import file_stems
from wfmodel.model.files import write_file
from wfmodel.wording.counting import counted


def run(
    path: str,
    design: str,
    knobs: tuple[str, ...],
    anomalies: tuple[str, ...],
    claim: str | None,
    out: Path | None,
    budget: FaultBudget,
    **how: Any,  # noqa: ANN401 - the options of ``hunt_by_walks``, handed on
) -> int:
    """Hunt by walks, show and write what was found; the exit code.

    Raises:
        TyperException: something that was asked for does not exist.
        typer.Exit: the file cannot be used; findings on standard error say why.
    """
    claims = claims_of(anomalies, claim)
    about = subject(path, design, knobs)
    found = walk_all(about, claims, budget, **how)
    for each in found:
        show(each)
    if out is not None:
        write(found, out, about.workflow_file, budget)
    return code_of((bool(each.found), each.coverage.walks) for each in found)


def claims_of(anomalies: tuple[str, ...], claim: str | None) -> tuple[str, ...]:
    """What is asked: what the user names, else the standard properties of the explorer.

    Raises:
        TyperException: there is no such anomaly, or both were given.
    """
    quarry = quarry_of(anomalies, claim)
    if isinstance(quarry, ClaimTarget):
        return (quarry.claim,)
    if not anomalies:
        return STANDARD
    wanted = [each for each in Anomaly if each in quarry.anomalies]
    return tuple(f"never_ends: {each.terminal.value}" for each in wanted)


def walk_all(
    about: Subject,
    claims: tuple[str, ...],
    budget: FaultBudget,
    **how: Any,  # noqa: ANN401 - the options of ``hunt_by_walks``, handed on
) -> list[Walked]:
    """One design after the other; an interrupt leaves what is there, and ends it.

    Raises:
        TyperException: a claim says nothing, or names what a system does not have.
    """
    found: list[Walked] = []
    with progress() as bars:
        for name, system in about.systems.items():
            told = None if bars is None else partial(bars, name)
            with in_one_line(ValueError):
                one = hunt_by_walks(name, system, budget, claims, progress=told, **how)
            found.append(one)
            if one.why == "interrupted":
                break
    return found


def show(walked: Walked) -> None:
    """The answer on standard output."""
    say(f"{walked.name}: {walked.bounds.words()}")
    for each in walked.found:
        say_lines(found_text(each))
    if not walked.coverage.walks:
        say(f"{NOTHING_LOOKED_AT}: no walk was taken")
    elif walked.not_found:
        seen = counted(walked.coverage.walks, "walk")
        titles = "; ".join(each.title for each in walked.not_found)
        say(f"not found in {seen}: a run against any of these: {titles}")
        say("that shows nothing about what they did not see")
    say_lines("\n".join(map(printable, coverage_lines(walked.coverage))))


def found_text(sought: Sought) -> str:
    """What is broken, and the story."""
    told = sought.told
    assert told is not None
    steps = f"{len(told.lines):,} steps"
    if len(told.lines) < sought.steps_seen:
        steps += f", shrunk from {sought.steps_seen:,}"
    after = counted(sought.met_after, "walk")
    note = f"; {told.note}" if told.note else ""
    head = printable(f"found, against {sought.title!r}: {steps}, met after {after}{note}")
    return f"{head}\n{told.story}"


def coverage_lines(seen: Coverage) -> Iterator[str]:
    """How far the walks got."""
    outs = ", ".join(f"{count:,} {out}" for out, count in seen.outs.items())
    yield f"coverage: {seen.walks:,} walks, {seen.steps:,} steps" + (f"; {outs}" if outs else "")
    if not seen.walks:
        return
    yield (
        f"  states: {seen.states:,} seen, {seen.late_states:,} of them first in the last"
        f" {seen.late_walks:,} walks; {seen.beside:,} more next to them"
    )
    yield (
        f"  a further walk sees a new state with a chance of about {_chance(seen.unseen)}:"
        f" {_rounded(seen.unseen_states)} new states a walk,"
        f" {_chance(seen.unseen_share)} of those it sees"
    )
    if seen.ended:
        unseen = _chance(seen.unseen_end)
        yield f"  ends: {seen.ends:,} seen; a further walk ends in a new one with about {unseen}"
    if seen.closed:
        beyond = " or beyond the laps" if seen.outs.get(Out.BEYOND) else ""
        yield (
            "  no step leads out of what was seen: nothing within these bounds was left out"
            f"{beyond} (wfmodel explore can decide here)"
        )


def _chance(estimate: float | None) -> str:
    return "unknown" if estimate is None else f"{estimate:.2%}"


def _rounded(estimate: float | None) -> str:
    return "unknown" if estimate is None else f"{estimate:.3g}"


def write(hunts: Iterable[Walked], folder: Path, workflow_file: str, budget: FaultBudget) -> None:
    """Every finding in every form, in a folder; nothing where nothing was found."""
    found = [(each, one) for each in hunts for one in each.found]
    stems = file_stems((each.name, one.title) for each, one in found)
    for walked, one in found:
        assert one.told is not None
        folder.mkdir(parents=True, exist_ok=True)
        test = as_test(
            one.told, walked.system, budget, workflow_file, found_by="wfmodel hunt --walks"
        )
        for name, text in forms_of(one.told, stems[walked.name, one.title], test).items():
            write_file(folder / name, text)
