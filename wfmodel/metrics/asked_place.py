"""State consistency in its parts, where one would ask: what is behind, wrong, and exposed.

One asks where the instance was handed in: at the participant whose store knew of it first, the
orchestrator or the first service. Its answer is the status that its store holds, and what that says
of steps.

- *Behind*: it is not wrong, but somebody else knows the verdict already, or it knows nothing of an
  instance that others know. Messages in flight make every design behind (staleness; Golab, Li &
  Shah, Analyzing Consistency Properties for Fun and Profit, PODC 2011).
- *Wrong*: what it claims is not so. It holds a verdict that another store contradicts, or success
  without an effect that is claimed, or an end without success while an effect stands; or calls a
  step done that never landed, or compensated while it stands; or it says that the instance goes on
  when nothing will move it any more (the safety part: Alpern & Schneider, Defining Liveness, 1985).
- *Exposed*: an effect stands that is taken back later, or that the end does not allow: others can
  act on it meanwhile (dirty reads; Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD
  1995; the missing isolation of sagas, Garcia-Molina & Salem, 1987).

Each instance is watched from its arrival for the same limit L (see ``twin``), so that nothing is
gained by ending early, being slow or knowing nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from wfmodel.designs.anomalies import Anomaly
from wfmodel.designs.messages import Key, StepStatus
from wfmodel.designs.state import Status
from wfmodel.metrics.codes import Bools, Floats, Ints
from wfmodel.metrics.globalstate import GlobalState, StateGraph, StateJudge
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import SECOND, Undefined, Value, mean
from wfmodel.metrics.node_facts import NO_FACTS, TRUTH, Facts, NodeFacts
from wfmodel.metrics.twin import limit_ns

NOBODY: Final = -1
_DISOWNS: Final = (StepStatus.FAILED, StepStatus.COMPENSATED)


def asked_of(tracks: Tracks) -> Ints:
    """Per instance: the participant whose store knew of it first, or NOBODY."""
    views = tracks.graph.participant.array()[tracks.edge]
    says = np.flatnonzero(views >= 0)
    first, instances = np.full(tracks.count, NOBODY, dtype=np.int64), tracks.instance[says]
    first[instances[::-1]] = views[says[::-1]]  # the earliest is written last
    return first


def _lasting_ns(tracks: Tracks) -> Ints:
    """Per event: how long the state after it holds, within its instance's limit."""
    closes = (tracks.arrival_ns + limit_ns(tracks))[tracks.instance]
    closes = np.minimum(closes, tracks.end_ns)
    found: Ints = np.maximum(np.minimum(tracks.until_ns, closes) - tracks.time_ns, 0)
    return found


def _at_rest_ns(tracks: Tracks) -> Ints:
    """Per event: how much of that is after the last row of an instance that is lost."""
    lost = (tracks.anomalies & int(Anomaly.LOST)) > 0
    closes = np.minimum(tracks.arrival_ns + limit_ns(tracks), tracks.end_ns)[tracks.instance]
    begins = np.maximum(tracks.time_ns, tracks.last_ns[tracks.instance])
    after = np.maximum(np.minimum(tracks.until_ns, closes) - begins, 0)
    return np.where(lost[tracks.instance], after, 0)


def _pairs(first: Ints, second: Ints) -> tuple[list[tuple[int, int]], Ints]:
    """The different pairs, and per event the place of its own among them: a workflow of thousands
    of states has millions of events, and an object for each would be most of a run's memory.
    """
    least = int(second.min(initial=0))
    span = int(second.max(initial=0)) - least + 1
    keys, inverse = np.unique(first * span + (second - least), return_inverse=True)
    ones, others = keys // span, keys % span + least
    return list(zip(ones.tolist(), others.tolist(), strict=True)), inverse


def _flags(judged: Iterable[bool], inverse: Ints) -> Bools:
    """Per event: what was judged of its pair."""
    found: Bools = np.fromiter(judged, dtype=np.bool_)[inverse]
    return found


def _claims(tracks: Tracks) -> tuple[Floats, Floats]:
    """Per instance: nanoseconds behind, and wrong."""
    wrong, behind = _judged(tracks, _is_wrong), _judged(tracks, _is_behind)
    behind &= ~wrong
    moving = _lasting_ns(tracks) - _at_rest_ns(tracks)
    closes = np.minimum(tracks.arrival_ns + limit_ns(tracks), tracks.end_ns)
    lost = (tracks.anomalies & int(Anomaly.LOST)) > 0
    after = np.where(lost, np.maximum(closes - tracks.last_ns, 0), 0)
    return tracks.total(behind * moving), tracks.total(wrong * moving) + after


def _judged(tracks: Tracks, judge: StateJudge) -> Bools:
    """Per event: what is judged of who is asked, in the state after it."""
    place, target = tracks.once(asked_of)[tracks.instance], tracks.target
    found = np.zeros(len(target), dtype=np.bool_)
    for who in set(tracks.once(asked_of).tolist()) - {NOBODY}:
        mine = place == who
        found[mine] = tracks.graph.judgements(judge, who)[target[mine]]
    return found


def _is_wrong(graph: StateGraph, place: int, number: int) -> bool:
    """Whether what a participant says in a global state is not so."""
    if graph.facts(_untrue, place, (TRUTH, place)).of(number):
        return True
    state = graph.states[number]
    final = graph.view(state.view_of(place)).status.is_final
    return final and _is_false_verdict(graph, state, place)


def _untrue(graph: StateGraph, place: int, number: int, node: int) -> tuple[tuple[int], ...]:
    """The node, if what a participant says of it in a global state is not so."""
    if node not in graph.effects:
        return ()
    state = graph.states[number]
    counts = state.truth.at(node)
    landed = any(count.landed for count in counts)
    stands = len(counts) == 1 and counts[0].net > 0  # of several visits nobody knows which is meant
    lies = any(
        (status is StepStatus.DONE and not landed) or (status is StepStatus.COMPENSATED and stands)
        for _, status in graph.view(state.view_of(place)).steps.at(node)
    )
    return ((node,),) if lies else ()


def _is_false_verdict(graph: StateGraph, state: GlobalState, place: int) -> bool:
    view = graph.view(state.view_of(place))
    if state.verdicts != {view.status}:
        return True
    counts = [count for count in state.truth if count.node in graph.effects]
    standing = {count.node for count in counts if count.net > 0}
    if view.status is not Status.SUCCEEDED:
        return bool(standing)
    visits = Counter(count.node for count in counts)
    once = {count.node for count in counts if count.landed and visits[count.node] == 1}
    said: dict[int, set[StepStatus]] = {}
    for number in state.every_view():
        for node, status in graph.view(number).steps:
            said.setdefault(node, set()).add(status)
    missing = any(
        StepStatus.DONE in each and StepStatus.COMPENSATED not in each
        for node, each in said.items()
        if node in graph.effects and node not in standing
    )
    disowned = any(
        status in _DISOWNS and node in standing and node in once for node, status in view.steps
    )
    return missing or disowned


def _is_behind(graph: StateGraph, place: int, number: int) -> bool:
    """Whether others know more of an instance than a participant that is asked."""
    state = graph.states[number]
    view = graph.view(state.view_of(place))
    if view.status.is_final:
        return False
    knows = any(state.every_view()) or bool(state.truth) or bool(state.past)
    return bool(state.verdicts) or (view.status is Status.UNKNOWN and knows)


def _exposed(tracks: Tracks) -> Floats:
    """Per instance: nanoseconds in which an effect stood that does not stand in the end, or must
    not.
    """
    final = tracks.final_state[tracks.instance]
    judged = ~tracks.running[tracks.instance]
    # The final state decides; of an instance that still runs, what stands is not judged.
    ends = np.where(judged, final, -1 - final)
    pairs, inverse = _pairs(tracks.target, ends)
    exposed = _flags(_exposures(tracks.graph, pairs), inverse)
    return tracks.total(exposed * _lasting_ns(tracks))


def _exposures(graph: StateGraph, pairs: Iterable[tuple[int, int]]) -> Iterator[bool]:
    """Per pair of a state and an end, whether an effect is exposed."""
    standing, twice = graph.facts(_standing, 1, (TRUTH,)), graph.facts(_standing, 2, (TRUTH,))
    stands, ends, found = NO_FACTS, 0, False
    for at, end in pairs:
        # States are numbered along a walk: most have the effects of the one before.
        if (now := standing.of(at)) is not stands or end != ends:
            stands, ends = now, end
            found = _is_exposed(graph, stands, standing, end)
        yield found or bool(twice.of(at))


def _standing(graph: StateGraph, least: int, number: int, node: int) -> tuple[Key, ...]:
    """Visits of a node whose effect stands, so many times at least."""
    if node not in graph.effects:
        return ()
    counts = graph.states[number].truth.at(node)
    return tuple((node, count.epoch) for count in counts if count.net >= least)


def _is_exposed(graph: StateGraph, stands: Facts, standing: NodeFacts, end: int) -> bool:
    last = end if end >= 0 else -1 - end
    stays = end < 0 or graph.states[last].verdicts == {Status.SUCCEEDED}
    kept = standing.of(last) if stays else NO_FACTS
    return any(True for _ in stands.beyond(kept))


def _share(tracks: Tracks, per_instance: Floats) -> Value:
    limit = limit_ns(tracks).astype(np.float64)
    watched = limit > 0
    return mean(np.where(watched, per_instance / np.where(watched, limit, 1), 0.0))


def wrong_ns(tracks: Tracks) -> Floats:
    """Per instance: how long whoever asks is told what is not so (see ``wrong_time``)."""
    return tracks.once(_claims)[1]


def wrong_time(tracks: Tracks) -> Value:
    """Time in which whoever asks is told what is not so.

    Definition: per instance, how long the participant that it was handed in to claims what the
    truth contradicts, within the limit L; then the mean. A claim is wrong that says a verdict which
    another store contradicts or which what stands belies, a step done that never landed or
    compensated while it stands, or that the instance goes on when nothing will move it any more.
    Unit: s.
    Source: Alpern & Schneider, Defining Liveness, IPL 1985 (safety); Aguilera & Terry, The Many
    Faces of Consistency, 2016 (state consistency).
    Cannot see: invariants of the business data; what other participants claim; of a step that loops
    visited more than once, which visit is meant. What is wrong for good counts up to L.
    """
    return mean(wrong_ns(tracks) / SECOND)


def false_answer(tracks: Tracks) -> Value:
    """Chance that whoever asks is told what is not so.

    Definition: wrong_time's share of the limit L: the chance at an instant that is uniform over the
    L after the arrival.
    Unit: fraction.
    Source: as wrong_time; a random instant as in Bailis et al., PBS, VLDB 2012.
    Cannot see: as wrong_time; when people really ask.
    """
    return _share(tracks, wrong_ns(tracks))


def consistency(tracks: Tracks) -> Value:
    """State consistency: the chance that whoever asks is not told what is not so.

    Definition: 1 minus false_answer. Who is merely behind is not wrong.
    Unit: fraction.
    Source: as wrong_time; as a share of time, Aiyer et al., Consistability, HotDep 2008.
    Cannot see: as wrong_time. What is cited elsewhere as agreement of all views is
    global_agreement.
    """
    found = false_answer(tracks)
    return found if isinstance(found, Undefined) else 1 - found


def behind_time(tracks: Tracks) -> Value:
    """Time in which whoever asks is told what was so a moment ago.

    Definition: per instance, how long the participant that it was handed in to has no verdict
    while another store has one, or knows nothing while others know of the instance, and is not
    wrong, within the limit L; then the mean.
    Unit: s.
    Source: Golab, Li & Shah, Analyzing Consistency Properties for Fun and Profit, PODC 2011.
    Cannot see: how far behind the truth everybody is; most of it is one message in flight, which a
    design that concludes where it is asked does not need.
    """
    return mean(tracks.once(_claims)[0] / SECOND)


def stale_answer(tracks: Tracks) -> Value:
    """Chance that whoever asks is told what was so a moment ago.

    Definition: behind_time's share of the limit L.
    Unit: fraction.
    Source: as false_answer.
    Cannot see: as behind_time; when people really ask.
    """
    return _share(tracks, tracks.once(_claims)[0])


def exposed_time(tracks: Tracks) -> Value:
    """Time in which an effect stands that will not, or should not.

    Definition: per instance, how long an effect stands that is taken back later, or that its end
    does not allow (any, unless the one verdict is success; a second landing of one visit always),
    within the limit L; then the mean. What an instance leaves that still runs is not judged.
    Unit: s.
    Source: dirty reads, Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD 1995;
    Garcia-Molina & Salem, Sagas, 1987.
    Cannot see: whether anybody acted on it; steps that only read.
    """
    return mean(tracks.once(_exposed) / SECOND)
