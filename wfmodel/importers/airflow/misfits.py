"""Annotations of a DAG that fit nothing: no such task, no such field, no such way to go on."""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.importers.airflow.operators import Skipping, is_outside, skipping
from wfmodel.importers.airflow.serialised import SerialisedDag
from wfmodel.importers.annotations import Annotations
from wfmodel.importers.asl.catalogue import (
    INAPPLICABLE_ANNOTATION,
    UNFIT_ANNOTATION,
    UNKNOWN_ANNOTATED_STATE,
    UNKNOWN_ANNOTATED_TARGET,
)
from wfmodel.importers.asl.matching import APPLICABLE
from wfmodel.model.findings import Finding
from wfmodel.model.spelling import did_you_mean


def misfits(dag: SerialisedDag, notes: Annotations) -> Iterator[Finding]:
    """Annotations that fit nothing."""
    groups = {group.name for group in dag.mapped_groups}
    known = (*dag.operators, *groups)
    for name, note in notes.states.items():
        at = ("states", name)
        if name not in known:
            help = did_you_mean(name, known)
            yield UNKNOWN_ANNOTATED_STATE.at(at, f"the DAG has no task {name!r}", help=help)
            continue
        fitting = _fitting(dag, name)
        for each in note.given():
            if each not in fitting:
                message = f"{name!r} has no {each}"
                help = f"it takes {', '.join(sorted(fitting))}"
                yield INAPPLICABLE_ANNOTATION.at((*at, each), message, help=help)
        below = dag.operators[name].downstream if name in dag.operators else ()
        for target in note.probabilities:
            if target not in below:
                message = f"{name!r} does not lead to {target!r}"
                yield UNKNOWN_ANNOTATED_TARGET.at((*at, "probabilities", target), message)
        alone = name in dag.operators and skipping(dag.operators[name]) is not Skipping.BRANCH
        if alone and len(set(note.probabilities.values())) > 1:
            message = f"what comes after {name!r} is followed or skipped together: one probability"
            yield UNFIT_ANNOTATION.at((*at, "probabilities"), message)


def _fitting(dag: SerialisedDag, name: str) -> frozenset[str]:
    """Fields that an annotation of a task can have."""
    operator = dag.operators.get(name)
    if operator is None:
        return frozenset({"items", "for_each", "description"})
    if operator.get("_is_empty"):
        fitting = frozenset({"duration"})
    elif is_outside(operator):
        fitting = frozenset({"delay", "duration", "timeout", "service", "writes"})
    else:
        fitting = APPLICABLE["Task"]
    if operator.get("_is_mapped"):
        fitting |= {"items", "for_each"}
    if skipping(operator) is not Skipping.NOBODY:
        fitting |= {"probabilities"}
    return fitting | {"description"}
