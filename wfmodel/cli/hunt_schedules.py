"""What ``wfmodel hunt`` reads and writes: a quarry in, schedules, stories and coverage out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import TypeAdapter
from typer.exceptions import TyperException

from wfmodel.cli.explore_answers import Subject, forms_of, subject
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.terminal import say, say_lines
from wfmodel.designs.anomalies import Anomaly
from wfmodel.designs.faults import FaultKind
from wfmodel.escaping import printable, shell_line, visible
from wfmodel.experiments.endless import why_loops
from wfmodel.experiments.explored_variant import as_test
from wfmodel.experiments.hunting import (
    HUNTED,
    AnomalyTarget,
    ClaimTarget,
    FoundSchedule,
    Hunted,
    hunt,
)
from wfmodel.experiments.scenario import Scenario, Variant
from wfmodel.model.boundary import why_not_led_to
from wfmodel.model.file_names import file_stems
from wfmodel.model.files import write_file
from wfmodel.model.spelling import hint
from wfmodel.simulation import Arrivals, Setting

NOTHING_LOOKED_AT: Final = "nothing was looked at, which answers nothing"
"""What a hunt says that had no time: neither found nor not found."""


def run(
    path: str,
    design: str,
    knobs: tuple[str, ...],
    anomalies: tuple[str, ...],
    claim: str | None,
    out: Path | None,
    kinds: tuple[str, ...],
    **how: Any,  # noqa: ANN401 - the options of ``hunt``, handed on
) -> int:
    """Hunt with fault schedules, show and write what was found; the exit code.

    Raises:
        TyperException: something that was asked for does not exist.
        typer.Exit: the file cannot be used; findings on standard error say why.
    """
    quarry, drawn = quarry_of(anomalies, claim), kinds_of(kinds)
    about = subject(path, design, knobs)
    found = hunt_all(about, quarry, kinds=drawn, **how)
    for each in found:
        show(each)
    if out is not None:
        write(found, out, about.workflow_file)
    return code_of((each.found is not None, each.coverage.schedules) for each in found)


def code_of(hunts: Iterable[tuple[bool, int]]) -> int:
    """1: something was found; 2: nothing was, and somewhere nothing was looked at; else 0.

    Of each hunt: whether it found something, and in how many schedules or walks it looked.
    """
    every = tuple(hunts)
    if any(found for found, _ in every):
        return 1
    return 0 if all(looked for _, looked in every) else 2


def quarry_of(anomalies: tuple[str, ...], claim: str | None) -> AnomalyTarget | ClaimTarget:
    """What is looked for.

    Raises:
        TyperException: there is no such anomaly, or both were given.
    """
    if claim is not None:
        if anomalies:
            raise TyperException("give either --anomaly or --property")
        return ClaimTarget(claim)
    known = {each.terminal.value: each for each in Anomaly}
    wanted = Anomaly(0)
    for name in anomalies:
        if name not in known:
            instead = hint(name, known) or f"; there are {', '.join(known)}"
            raise TyperException(f"no anomaly {name!r}{instead}")
        wanted |= known[name]
    return AnomalyTarget(wanted) if wanted else AnomalyTarget()


def kinds_of(names: tuple[str, ...]) -> tuple[FaultKind, ...]:
    """The kinds of faults that are drawn, in the order of ``HUNTED``.

    Raises:
        TyperException: a hunt draws no such kind.
    """
    known = [kind.value for kind in HUNTED]
    for name in names:
        if name not in known:
            raise TyperException(f"no fault {name!r} to hunt with; there are {', '.join(known)}")
    return tuple(kind for kind in HUNTED if kind.value in names) or HUNTED


def hunt_all(
    about: Subject,
    quarry: AnomalyTarget | ClaimTarget,
    **how: Any,  # noqa: ANN401 - the options of ``hunt``, handed on
) -> list[Hunted]:
    """One design after the other; an interrupt ends it.

    Raises:
        TyperException: Hypothesis is missing, or the claim names what a system does not have.
    """
    surroundings = about.setting or _surroundings()
    found: list[Hunted] = []
    for name, system in about.systems.items():
        span = surroundings.horizon + surroundings.convergence
        for endless in why_loops(system.flow, span):
            raise TyperException(f"{about.workflow_file}: a run would not end: {endless}")
        with in_one_line(ImportError, ValueError):
            one = hunt(system, surroundings, quarry, name=name, **how)
        found.append(one)
        if one.stopped == "interrupted":
            break
    return found


def _surroundings() -> Setting:
    """Of a workflow alone: a quick network and an hour."""
    return Setting(arrivals=Arrivals(at=(0,)), horizon="1s", convergence="1h")  # type: ignore[arg-type]


def show(hunted: Hunted) -> None:
    """The answer on standard output."""
    say(f"{hunted.name}: hunting {hunted.quarry}, at most {hunted.most} faults a schedule")
    if not hunted.coverage.schedules:
        say(f"{NOTHING_LOOKED_AT}: no schedule was played")
    elif hunted.found is None:
        say("nothing was found; that shows nothing about what was not tried")
    else:
        say_lines(found_text(hunted.found))
    say_lines(coverage_text(hunted))


def found_text(found: FoundSchedule) -> str:
    """The schedule, then the story."""
    after = f"met after {found.met_after:,} schedules, then shrunk"
    lines = [printable(f"found: {found.sighting.what} ({after}), world {found.schedule.world}")]
    lines += [f"  {printable(words)}" for words in found.schedule.words() or ("no fault at all",)]
    if found.told is None:
        lines.append("the explorer cannot follow this run: see it with wfmodel simulate --instance")
    else:
        lines.append(found.told.story.rstrip())
    return "\n".join(lines) + "\n"


def coverage_text(hunted: Hunted) -> str:
    """How far it got."""
    seen = hunted.coverage
    stopped = f" ({hunted.stopped})" if hunted.stopped else ""
    if not seen.schedules:
        return f"coverage: 0 schedules{stopped}"
    struck = ", ".join(f"{count:,} {kind}" for kind, count in seen.struck.items()) or "none"
    never = f"; never begun: {', '.join(seen.never_begun)}" if seen.never_begun else ""
    met = ", ".join(f"{name} {share}" for name, share in seen.reactions.items())
    return "\n".join(
        printable(line)
        for line in (
            f"coverage: {seen.schedules:,} schedules{stopped}, {seen.rested:,} came to rest",
            f"  faults that struck: {struck}",
            f"  steps begun: {seen.steps}{never}",
            f"  reactions met, of those known: {met}",
            f"  moments at which somebody crashed or stood still: {seen.moments}",
        )
    )


def write(hunts: list[Hunted], folder: Path, workflow_file: str) -> None:
    """What was found, in every form: a scenario that plays it, story, pictures, schedule, test."""
    found = [(each, each.found) for each in hunts if each.found is not None]
    stems = file_stems((each.name, one.sighting.what) for each, one in found)
    for hunted, one in found:
        folder.mkdir(parents=True, exist_ok=True)
        stem = stems[hunted.name, one.sighting.what]
        seen = _seen_from(folder, workflow_file)
        scenario = _scenario(hunted, one, seen, _root_for(folder, seen))
        texts = {f"{stem}.scenario.yaml": scenario}
        if one.told is not None:
            test = as_test(
                one.told, hunted.system, one.budget, workflow_file, found_by="wfmodel hunt"
            )
            texts |= forms_of(one.told, stem, test)
        for name, text in texts.items():
            write_file(folder / name, text)


def _seen_from(folder: Path, file: str) -> str:
    """A file from a folder, so that both can be moved together; an absolute path stays one."""
    if Path(file).is_absolute():
        return file
    return Path(os.path.relpath(Path(file).resolve(), folder.resolve())).as_posix()


def _root_for(folder: Path, file: str) -> str:
    """The option that lets a scenario in this folder lead to the file, where it needs one.

    It is said as seen from the scenario, like the file.
    """
    if not why_not_led_to(folder / file, folder):
        return ""
    climbed = Path(*[part for part in Path(file).parts if part == ".."])
    root = Path(file).parent if Path(file).is_absolute() else climbed
    return f" --root {shell_line(root.as_posix())}"


def _scenario(hunted: Hunted, found: FoundSchedule, workflow_file: str, root: str) -> str:
    """A scenario of this one run. ``wfmodel simulate`` plays it."""
    design, declared = hunted.system.design, hunted.system.declared
    variant = Variant(design=declared or design, knobs=hunted.system.knobs)
    data = {
        "question": f"{found.sighting.what}: found by wfmodel hunt",
        "workflow": workflow_file,
        "variants": {design: _plain(Variant, variant)},
        "seed": hunted.ground.seed,
        "setting": _plain(Setting, hunted.ground.setting(found.schedule)),
    }
    run = f"wfmodel simulate THIS --replication {found.schedule.world}"
    head = f"# {run} --instance {found.sighting.instance}{root}\n"
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    if body != visible(body):  # what cannot be seen is written as YAML's escapes
        body = yaml.safe_dump(data, sort_keys=False, allow_unicode=False)
    text = head + body
    assert TypeAdapter(Scenario).validate_python(yaml.safe_load(text)).seed == hunted.ground.seed
    return text


def _plain(kind: Any, value: object) -> object:  # noqa: ANN401 - any declared class
    return TypeAdapter(kind).dump_python(value, mode="json", exclude_none=True)
