"""What a test says when two drivers differ: the first row, what is around it, how to see it again.

A failing test ends with a line ``python -m tests.agreement.telling WORLD``. Run it in the
repository's root: it makes the world again, compares the engines and asks the explorer.
"""

from __future__ import annotations

import base64
import pickle
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from wfmodel.designs import Design, Knobs, System, build
from wfmodel.designs.history import FAULT_KINDS, History, Kind, Row
from wfmodel.designs.trace_script import parse_schedule
from wfmodel.exploration import refusals
from wfmodel.model.workflow import Workflow
from wfmodel.simulation import Setting, simulate
from wfmodel.simulation.replay import replay
from wfmodel.wording.histories import participant_name, row_words

AROUND = 6
"""Rows that are shown before the one that differs, and half as many after it."""
COLUMNS = Row._fields


@dataclass(frozen=True)
class World:
    """All that a run depends on, and nothing that cannot be sent."""

    workflow: Workflow
    design: str | Design
    knobs: Knobs
    setting: Setting | None = None
    seed: int = 0
    schedule: str = ""

    def system(self) -> System:
        return build(self.workflow, self.design, self.knobs)

    def line(self) -> str:
        """What to type to see it again."""
        packed = base64.urlsafe_b64encode(zlib.compress(pickle.dumps(self), 9)).decode()
        return f"python -m tests.agreement.telling {packed}"


def world_of(
    system: System, setting: Setting | None = None, seed: int = 0, schedule: str = ""
) -> World:
    workflow, declared = system.flow.workflow, system.declared or system.design
    return World(workflow, declared, system.knobs, setting, seed, schedule)


@contextmanager
def replayable(
    system: System, setting: Setting | None = None, seed: int = 0, schedule: str = ""
) -> Iterator[None]:
    """Adds the line that replays a world to whatever fails in it."""
    try:
        yield
    except Exception as error:
        error.add_note(f"again: {world_of(system, setting, seed, schedule).line()}")
        raise


# ------------------------------------------------------------------------- two engines, one history


def assert_same(one: History, other: History) -> None:
    """The same bytes in every row, and the same tables behind them."""
    if one.rows.tobytes() != other.rows.tobytes() or one.rows.shape != other.rows.shape:
        raise AssertionError(first_difference(one, other))
    assert replace(one, rows=None) == replace(other, rows=None)


def first_difference(one: History, other: History) -> str:
    """The first row that differs, in numbers and words, with what is around it in both."""
    both = min(len(one.rows), len(other.rows))
    apart = np.flatnonzero((one.rows[:both] != other.rows[:both]).any(axis=1))
    place = int(apart[0]) if apart.size else both
    lines = [f"row {place} is the first that differs ({_how(one, other, place)})"]
    for name, history in (("first", one), ("second", other)):
        lines += [f"{name} ({len(history.rows)} rows):", *rows_around(history, place)]
    return "\n".join(lines)


def _how(one: History, other: History, place: int) -> str:
    if place >= len(one.rows) or place >= len(other.rows):
        return "one history ends before it"
    pairs = zip(COLUMNS, one.rows[place].tolist(), other.rows[place].tolist(), strict=True)
    return ", ".join(f"{name} {a} against {b}" for name, a, b in pairs if a != b)


def rows_around(history: History, place: int, instance: int | None = None) -> list[str]:
    """Rows in words; of one instance and of the faults only, if it is named."""
    rows = history.rows
    wanted = np.ones(len(rows), dtype=bool)
    if instance is not None:
        faults = np.isin(rows[:, 1], [Kind.FAULT_ON, Kind.FAULT_OFF])
        wanted = (rows[:, 2] == instance) | faults
    places = np.flatnonzero(wanted).tolist()
    before = [each for each in places if each < place][-AROUND:]
    after = [each for each in places if each >= place][: AROUND // 2 + 1]
    return [_line(history, each, mark=each == place) for each in (*before, *after)]


def _line(history: History, place: int, *, mark: bool) -> str:
    row = Row(*history.rows[place].tolist())
    who = participant_name(history, row.participant)
    of = "" if row.instance < 0 else f" [{row.instance}]"
    at = f"{'>' if mark else ' '} {place:5} {row.time_ns / 1e9:12.6f}"
    return f"{at}{of} {who}: {_words(row, history)}"


def _words(row: Row, history: History) -> str:
    try:
        return row_words(row, history)
    except (IndexError, KeyError, ValueError):  # a row that differs may say nothing at all
        return f"{dict(zip(COLUMNS, row, strict=True))}, of {len(FAULT_KINDS)} kinds of faults"


# ------------------------------------------------------------------- a history and the explorer


def assert_accepted(system: System, history: History) -> None:
    """Every instance's rows are a path of the explorer's semantics."""
    refused = next(iter(refusals(system, history)), None)
    if refused is not None:
        place = len(history.rows) if refused.row is None else refused.row
        shown = rows_around(history, place, refused.instance)
        head = f"instance {refused.instance}, row {refused.row}: {refused.message}"
        raise AssertionError("\n".join((head, *shown)))


def main(packed: str) -> None:
    """Make the world again and say where it goes wrong."""
    world: Any = pickle.loads(zlib.decompress(base64.urlsafe_b64decode(packed)))
    system = world.system()
    if world.setting is None:
        history = replay(system, parse_schedule(world.schedule))
        print("\n".join(_line(history, i, mark=False) for i in range(len(history.rows))))
    else:
        history = simulate(system, world.setting, seed=world.seed)
        assert_same(history, simulate(system, world.setting, seed=world.seed, engine="compiled"))
        print(f"both engines agree on {len(history.rows)} rows")
    assert_accepted(system, history)
    print("the explorer accepts every instance")


if __name__ == "__main__":
    main(sys.argv[1])
