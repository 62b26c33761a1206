"""A search reduced by symmetry, compiled beside plain: the same states, the ratio of their times.

    python -m benchmarks.symmetry [--members 9] [--phases 9]

Members go through phases, each when it likes: of all arrangements the search looks at one. What is
compiled is the successor function, the canonical vector and the set of states; that participants
are interchangeable is checked in Python either way, once for each reaction, so what has few states
for each reaction (two-phase commit, whose manager keeps a set of names) gains less. Both are told.
CPU seconds of one core, the search only, with compiled code in numba's cache.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

from tests.exploration.two_phase_commit import two_phase_commit
from wfmodel.designs import System, Table, own_system
from wfmodel.designs.messages import Action, Event, SetTimer, TimerFired
from wfmodel.designs.state import View
from wfmodel.exploration.packed import Engine, search


@dataclass(frozen=True)
class Member:
    """Goes through phases."""

    phases: int
    initial: int = 0

    def react(self, state: int, event: Event) -> tuple[int, tuple[Action, ...]]:
        match event:
            case TimerFired("next"):
                return state + 1, (SetTimer("next"),) if state + 1 < self.phases else ()
        return state, ()

    def view(self, state: int) -> View:
        return View()


def members(count: int, phases: int) -> System:
    names = tuple(f"m{number}" for number in range(count))
    return own_system(
        "members",
        dict.fromkeys(names, Member(phases)),
        opening=dict.fromkeys(names, (SetTimer("next"),)),
        symmetric=[names],
    )


def measured(system: System, engine: Engine) -> tuple[int, float]:
    """States, and CPU seconds."""
    start = time.process_time()
    space = search(Table(system), engine=engine)
    assert space.complete
    return len(space), time.process_time() - start


def main() -> None:
    """Measure, print a line for each system."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=9)
    parser.add_argument("--phases", type=int, default=9)
    given = parser.parse_args()
    search(Table(members(2, 2)), engine=Engine.COMPILED)  # loads compiled code
    for name, system in (
        (
            f"members, {given.members} in {given.phases} phases",
            members(given.members, given.phases),
        ),
        ("two-phase commit, 9", two_phase_commit(9, symmetric=True)),
    ):
        compiled, plain = measured(system, Engine.COMPILED), measured(system, Engine.PLAIN)
        assert compiled[0] == plain[0]
        print(
            f"{name}: {plain[0]:,} states; plain {plain[1]:.2f} s, compiled {compiled[1]:.2f} s,"
            f" {plain[1] / compiled[1]:.1f} times"
        )


if __name__ == "__main__":
    main()
