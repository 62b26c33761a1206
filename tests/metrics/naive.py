"""The definitions once more, written for the eye: one instance, one row at a time, no memory of
other instances. The metrics must agree with it on any history, however odd.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import FAULT_KINDS, History, Kind
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.state import View
from wfmodel.metrics.distance import distance

CRASH = FAULT_KINDS.index(FaultKind.CRASH)
KNOWN = (StepStatus.DONE, StepStatus.FAILED, StepStatus.COMPENSATED)


@dataclass
class Moment:
    """What holds from ``start`` to ``end`` (nanoseconds)."""

    start: int
    end: int
    views: tuple[View, ...]
    landed: dict[tuple[int, int], int]
    undone: dict[tuple[int, int], int]

    @property
    def divergence(self) -> int:
        return max((distance(v, w) for v, w in combinations(self.views, 2)), default=0)

    @property
    def pairs(self) -> int:
        return sum(distance(v, w) > 0 for v, w in combinations(self.views, 2))


@dataclass
class Life:
    """One instance: its moments from arrival to the end of the run, and its verdicts."""

    arrival: int
    last: int
    moments: list[Moment] = field(default_factory=list)
    verdicts: set[str] = field(default_factory=set)
    verdict_ns: int = -1


def life(history: History, instance: int) -> Life:
    """Replay one instance."""
    memory = history.knobs.persistence == "memory"
    rows = [row for row in history if row.instance in (instance, -1)]
    own = [row for row in rows if row.instance == instance]
    arrival, last = own[0].time_ns, own[-1].time_ns
    found = Life(arrival, last)
    concluded = any(
        history.views[row.participant][row.b if memory else row.a].status.is_final
        for row in own
        if row.kind == (Kind.REACT if memory else Kind.COMMIT)
    )
    views = [View()] * len(history.participants)
    landed: Counter[tuple[int, int]] = Counter()
    undone: Counter[tuple[int, int]] = Counter()
    changes = [(arrival, tuple(views), {}, {})]
    for row in rows:
        if row.time_ns < arrival:
            continue
        if row.kind == (Kind.REACT if memory else Kind.COMMIT):
            state = row.b if memory else row.a
            views[row.participant] = history.views[row.participant][state]
            if views[row.participant].status.is_final:
                found.verdicts.add(views[row.participant].status.value)
                if found.verdict_ns < 0:
                    found.verdict_ns = row.time_ns
        elif row.kind == Kind.EFFECT:
            landed[row.a, row.b] += 1
        elif row.kind == Kind.UNDO:
            undone[row.a, row.b] += 1
        elif row.kind == Kind.FAULT_ON and row.a == CRASH and memory:
            if concluded and row.time_ns > last:
                continue  # its record is closed
            views[row.participant] = View()
        changes.append((row.time_ns, tuple(views), dict(landed), dict(undone)))
    changes.append((history.rows[-1, 0], tuple(views), dict(landed), dict(undone)))
    for one, following in pairwise(changes):
        found.moments.append(Moment(one[0], int(following[0]), *one[1:]))
    found.moments.append(Moment(int(changes[-1][0]), int(changes[-1][0]), *changes[-1][1:]))
    return found


def locally_sound(history: History, moment: Moment) -> bool:
    """The local invariants, over declared effects only."""
    effects = {step.node: step.service for step in history.steps if step.effect != "none"}
    visits = {key for key in (*moment.landed, *moment.undone) if key[0] in effects}
    net = {key: moment.landed.get(key, 0) - moment.undone.get(key, 0) for key in visits}
    if any(standing not in (0, 1) for standing in net.values()):
        return False
    for name, view in zip(history.participants, moment.views, strict=True):
        for node, status in view.steps:
            if effects.get(node) != name:
                continue
            mine = [key for key in visits if key[0] == node]
            if status is StepStatus.DONE and not any(moment.landed.get(key) for key in mine):
                return False
            if status is StepStatus.COMPENSATED and any(net[key] for key in mine):
                return False
    return True


def windows(history: History, instance: int) -> list[tuple[int, bool]]:
    """(lag, seen) of each (first landing of a visit, view that shows the step)."""
    found: list[tuple[int, bool]] = []
    moments = life(history, instance).moments
    first: dict[tuple[int, int], int] = {}
    for moment in moments:
        for key in moment.landed:
            first.setdefault(key, moment.start)
    for (node, epoch), written in first.items():
        later = min(
            (t for (n, e), t in first.items() if n == node and t > written), default=1 << 62
        )
        for who in range(len(history.participants)):
            lag = _heard(moments, who, node, written, later)
            if lag is not None:
                found.append((lag, True))
            elif later == 1 << 62 and dict(moments[-1].views[who].steps).get(node) in (
                StepStatus.PENDING,
                StepStatus.RUNNING,
            ):
                found.append((moments[-1].end - written, False))
        assert epoch >= 0
    return found


def _heard(moments: list[Moment], who: int, node: int, written: int, later: int) -> int | None:
    had = False
    for moment in moments:
        has = dict(moment.views[who].steps).get(node) in KNOWN
        if has and not had and written <= moment.start < later:
            return moment.start - written
        had = has
    return None


def stalls(history: History, instance: int, poll: int, threshold: int) -> dict[str, list[int]]:
    """Times of the polls at which an instance is stuck, and of those at which it can be named."""
    memory = history.knobs.persistence == "memory"
    one = life(history, instance)
    end = int(history.rows[-1, 0])
    if history.rows[-1, 4]:
        end += threshold + 2 * poll
    if one.verdict_ns >= 0:
        end = one.verdict_ns
    progress = _progress(one, {r.time_ns for r in history if r.instance == instance}, memory)
    found: dict[str, list[int]] = {"stuck": [], "named": []}
    for at in range(0, end, poll):
        before = [time for time in progress if time <= at]
        if not before or at - before[-1] < threshold:
            continue
        found["stuck"].append(at)
        views = [m for m in one.moments if m.start <= at][-1].views
        if history.knobs.correlation:
            can = any(view != View() for view in views)
        else:
            can = any(view.active and not view.status.is_final for view in views)
        if can:
            found["named"].append(at)
    return found


def _progress(one: Life, own: set[int], memory: bool) -> list[int]:
    """Times at which a store learned something or the truth changed (not: a crash emptied it)."""
    times = []
    for before, after in pairwise(one.moments):
        changed = (before.views, before.landed, before.undone) != (
            after.views,
            after.landed,
            after.undone,
        )
        if changed and (after.start in own or not memory):
            times.append(after.start)
    return times


def age_area(writes: list[tuple[int, int]]) -> float:
    """Integral over time of the age of the oldest write that is lacking; (written, applied)."""
    cuts = sorted({time for write in writes for time in write})
    area = 0.0
    for start, end in pairwise(cuts):
        lacking = [written for written, until in writes if written <= start and until >= end]
        if lacking:
            oldest = min(lacking)
            area += ((end - oldest) ** 2 - (start - oldest) ** 2) / 2
    return area


def answers(history: History, instance: int) -> tuple[int, int, int]:
    """Nanoseconds until observation ends in which whoever asks where the instance was handed in is
    told what was so, or what is not so; and in which an effect stands that will not, or must not.
    """
    own = life(history, instance)
    kind = Kind.REACT if history.knobs.persistence == "memory" else Kind.COMMIT
    asked = next(
        (r.participant for r in history if r.instance == instance and r.kind == kind), None
    )
    effects = {step.node for step in history.steps if step.effect != "none"}
    lost = not own.verdicts
    behind = wrong = exposed = 0
    said: set[str] = set()
    for moment in own.moments:
        said |= {view.status.value for view in moment.views if view.status.is_final}
        length = moment.end - moment.start
        if asked is None:
            wrong += max(0, moment.end - max(moment.start, own.last)) if lost else 0
        elif _is_untrue(moment, moment.views[asked], effects, said):
            wrong += length
        else:
            still = max(0, moment.end - max(moment.start, own.last)) if lost else 0
            wrong += still
            if _knows_less(moment, moment.views[asked], said):
                behind += length - still
        if _stands_in_vain(moment, own.moments[-1], own.verdicts, effects):
            exposed += length
    return behind, wrong, exposed


def _standing(moment: Moment, node: int) -> int:
    """Visits of a step that stand."""
    visits = {key for key in (*moment.landed, *moment.undone) if key[0] == node}
    return sum(moment.landed.get(key, 0) > moment.undone.get(key, 0) for key in visits)


def _is_untrue(moment: Moment, view: View, effects: set[int], said: set[str]) -> bool:
    for node, status in view.steps:
        if node not in effects:
            continue
        landed = [key for key in moment.landed if key[0] == node]
        visits = {key for key in (*moment.landed, *moment.undone) if key[0] == node}
        if status is StepStatus.DONE and not landed:
            return True
        alone = len(visits) == 1 and bool(landed)
        if status is StepStatus.COMPENSATED and alone and _standing(moment, node):
            return True
    if not view.status.is_final:
        return False
    if said != {view.status.value}:
        return True
    if view.status.value != "succeeded":
        return any(_standing(moment, node) for node in effects)
    for node in effects:
        statuses = {dict(each.steps).get(node) for each in moment.views}
        stands = _standing(moment, node)
        if StepStatus.DONE in statuses and StepStatus.COMPENSATED not in statuses and not stands:
            return True
        visits = {key for key in (*moment.landed, *moment.undone) if key[0] == node}
        mine = dict(view.steps).get(node)
        if mine in (StepStatus.FAILED, StepStatus.COMPENSATED) and stands and len(visits) == 1:
            return True
    return False


def _knows_less(moment: Moment, view: View, said: set[str]) -> bool:
    if view.status.is_final:
        return False
    others = any(each != View() for each in moment.views)
    return bool(said) or (
        view.status.value == "unknown" and (others or bool(moment.landed) or bool(moment.undone))
    )


def _stands_in_vain(moment: Moment, last: Moment, verdicts: set[str], effects: set[int]) -> bool:
    for key in {*moment.landed, *moment.undone}:
        if key[0] not in effects:
            continue
        stays = verdicts == {"succeeded"} and last.landed.get(key, 0) > last.undone.get(key, 0)
        if moment.landed.get(key, 0) - moment.undone.get(key, 0) > stays:
            return True
    return False
