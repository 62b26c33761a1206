"""Were they hit alike? What struck each variant of a comparison, and where one is spared or not.

The same faults need not meet two designs alike: a process that only one of them has can only fail
there, and a design with one process more is hit once more as often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from wfmodel.designs.faults import FACTS, FaultKind
from wfmodel.experiments.instance_facts import Struck
from wfmodel.wording.counting import capital, together
from wfmodel.wording.figures import number


def all_struck(runs: Sequence[Sequence[Struck]]) -> tuple[Struck, ...]:
    """What struck over all runs, by target and kind."""
    times: Counter[tuple[str, str]] = Counter()
    seconds: Counter[tuple[str, str]] = Counter()
    for run in runs:
        for each in run:
            times[each.target, each.kind] += each.times
            seconds[each.target, each.kind] += each.seconds  # type: ignore[assignment]
    return tuple(Struck(*key, times[key], float(seconds[key])) for key in sorted(times))


def words(struck: Sequence[Struck]) -> str:
    """``35 crashes (7.8 min) of payment``, one after the other."""
    told = [
        f"{each.times:,} {_noun(each)} of {each.target} ({number(each.seconds, 's')} in all)"
        for each in struck
    ]
    return together(told) if told else "nothing"


def _noun(struck: Struck) -> str:
    kind = FaultKind(struck.kind)
    return kind.value.replace("-", " ") if struck.times == 1 else FACTS[kind].plural


def stops(struck: Struck) -> bool:
    """Whether what it hits stands still."""
    return FACTS[FaultKind(struck.kind)].stops


def unlike(
    names: tuple[str, str],
    processes: tuple[tuple[str, ...], tuple[str, ...]],
    struck: tuple[Sequence[Struck], Sequence[Struck]],
) -> Iterator[str]:
    """Sentences on how a pair was not hit alike."""
    for mine, other in ((0, 1), (1, 0)):
        elsewhere = (*processes[other], "broker")
        only = [each for each in struck[mine] if each.target not in elsewhere and stops(each)]
        if only:
            spared = names[other]
            yield f"Only {names[mine]} is hit by {words(only)}: {spared} has no such process."
    if len(processes[0]) != len(processes[1]) and any(struck):
        sizes = [f"{name} runs {len(own)}" for name, own in zip(names, processes, strict=True)]
        yield f"{capital(sizes[0])} processes that can fail, {sizes[1]}."
