"""Every finding of the importer is in this table: its code, its severity and what it means.

Errors mean that the definition is not Amazon States Language, that AWS refuses it, or that the
annotation file does not fit it: no workflow comes out. Warnings mean that a part of it does
nothing. Information says what the model leaves out, and how; it is no claim about AWS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wfmodel.model.findings import Finding, Fix, Severity
from wfmodel.model.source import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of finding; ``name`` is the bad pattern, ``why`` a sentence for the docs."""

    code: str
    name: str
    severity: Severity
    why: str

    def at(self, path: Path, message: str, *, help: str = "", fix: Fix | None = None) -> Finding:
        """A finding of this kind at a symbolic path."""
        return Finding(
            code=self.code,
            name=self.name,
            severity=self.severity,
            message=message,
            path=path,
            help=help,
            fix=fix,
        )


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

NOT_A_STATE_MACHINE: Final = Problem(
    "A101", "not-a-state-machine", _ERROR, "A state machine is an object with StartAt and States."
)
UNKNOWN_STATE_TYPE: Final = Problem(
    "A102", "unknown-state-type", _ERROR, "ASL has eight types of state."
)
UNKNOWN_FIELD: Final = Problem(
    "A103", "unknown-field", _ERROR, "A field that this type of state does not have has no effect."
)
MISSING_FIELD: Final = Problem("A104", "missing-field", _ERROR, "The field is required.")
WRONG_TYPE: Final = Problem(
    "A105", "wrong-type", _ERROR, "The value is not of the type that the field takes."
)
OUT_OF_RANGE: Final = Problem(
    "A106", "out-of-range", _ERROR, "The number or text is outside of what ASL permits."
)
MISSING_TRANSITION: Final = Problem(
    "A107", "missing-transition", _ERROR, "The state neither has Next nor End: the run stops here."
)
CONFLICTING_FIELDS: Final = Problem(
    "A108", "conflicting-fields", _ERROR, "Of these fields a state may have one only."
)
WRONG_QUERY_LANGUAGE: Final = Problem(
    "A109", "wrong-query-language", _ERROR, "The field belongs to the other query language."
)
MALFORMED_PATH: Final = Problem(
    "A110", "malformed-path", _ERROR, "Not a JSONPath, or not a reference path where one is due."
)
MALFORMED_EXPRESSION: Final = Problem(
    "A111", "malformed-expression", _ERROR, "A JSONata expression stands between {% and %}."
)
MISPLACED_WILDCARD: Final = Problem(
    "A112", "misplaced-wildcard", _ERROR, "States.ALL stands alone, in the last entry."
)
TOO_DEEP: Final = Problem(
    "A113", "too-deeply-nested", _ERROR, "Parallel and Map states are nested beyond reason."
)
DUPLICATE_STATE: Final = Problem(
    "A114", "duplicate-state-name", _ERROR, "State names must be unique in the whole machine."
)
SHADOWED_CATCHER: Final = Problem(
    "A115", "shadowed-error", _WARNING, "An earlier entry takes this error: this one never does."
)
MALFORMED_RESOURCE: Final = Problem(
    "A116", "malformed-resource", _ERROR, "A Resource is an ARN, or is filled in on deployment."
)
FOREIGN_EXPRESSION: Final = Problem(
    "A117", "foreign-expression", _WARNING, "In this query language it is text, sent as it is."
)
UNKNOWN_FUNCTION: Final = Problem(
    "A118", "unknown-function", _WARNING, "The expression fails: JSONata has no such function."
)
UNKNOWN_ERROR: Final = Problem(
    "A119", "unknown-error", _WARNING, "Names that begin with States. are AWS's: nothing raises it."
)

ASSUMED_DURATION: Final = Problem(
    "A120", "dynamic-wait", _INFO, "The time comes from data: the annotation says how long."
)
ABSTRACTED_RETRY: Final = Problem(
    "A121", "abstracted-retry", _INFO, "One policy stands for all retriers of a task."
)
ENDLESS_RETRY: Final = Problem(
    "A122", "endless-retry", _INFO, "The pauses outlast the longest execution: it never gives up."
)
HEARTBEAT: Final = Problem(
    "A123", "abstracted-heartbeat", _INFO, "The model has no heartbeats inside a task."
)
ASSUMED_COPIES: Final = Problem(
    "A124", "assumed-items", _INFO, "How many items a Map has is data: the annotation bounds it."
)
MAP_CONCURRENCY: Final = Problem(
    "A125", "abstracted-concurrency", _INFO, "The copies of a Map run side by side."
)
TOLERATED_FAILURES: Final = Problem(
    "A126", "abstracted-tolerance", _INFO, "Tolerated failures become an n-of-m join."
)
RETRIED_SCOPE: Final = Problem(
    "A127", "retried-scope", _INFO, "The model does not retry a Parallel or Map state as a whole."
)
RETRIED_CALLBACK: Final = Problem(
    "A128", "retried-callback", _INFO, "The model retries the request of a callback only."
)
DYNAMIC_VALUE: Final = Problem(
    "A129", "dynamic-value", _INFO, "The value is only known when the machine is deployed or run."
)
UNDISTINGUISHED_ERROR: Final = Problem(
    "A130", "undistinguished-error", _INFO, "Which error a scope failed with becomes a choice."
)
BATCHED_ITEMS: Final = Problem(
    "A131", "batched-items", _INFO, "A copy stands for a batch of items."
)

UNKNOWN_ANNOTATED_STATE: Final = Problem(
    "A140", "unknown-annotated-state", _ERROR, "The annotation is for a state that is not there."
)
AMBIGUOUS_ANNOTATED_STATE: Final = Problem(
    "A141", "ambiguous-annotated-state", _ERROR, "Several states have this name: give the path."
)
INAPPLICABLE_ANNOTATION: Final = Problem(
    "A142", "inapplicable-annotation", _ERROR, "This type of state has no such property."
)
UNKNOWN_ANNOTATED_TARGET: Final = Problem(
    "A143", "unknown-annotated-target", _ERROR, "The choice has no branch to this state."
)
UNFIT_ANNOTATION: Final = Problem(
    "A144", "unfit-annotation", _ERROR, "Annotation and machine together make no valid state."
)
UNKNOWN_ANNOTATED_EVENT: Final = Problem(
    "A145", "unknown-annotated-event", _ERROR, "The callback has no such event."
)
UNUSED_ANNOTATIONS: Final = Problem(
    "A146", "unused-annotations", _WARNING, "Our own format says everything itself."
)

UNKNOWN_INTEGRATION: Final = Problem(
    "A160", "unknown-integration", _ERROR, "Step Functions cannot call this action."
)
UNSUPPORTED_PATTERN: Final = Problem(
    "A161", "unsupported-pattern", _ERROR, "The integration cannot be waited for in this way."
)
MISSING_PARAMETER: Final = Problem(
    "A162", "missing-parameter", _ERROR, "The action cannot be called without this parameter."
)
UNKNOWN_PARAMETER: Final = Problem(
    "A163", "unknown-parameter", _ERROR, "The action has no such parameter."
)
CALLBACK_WITHOUT_TOKEN: Final = Problem(
    "A164", "callback-without-token", _ERROR, "Nobody can answer a token that is not sent."
)
EXPRESS_LIMIT: Final = Problem(
    "A165", "express-limit", _ERROR, "An express workflow neither waits for jobs nor for answers."
)
UNAVAILABLE_NAME: Final = Problem(
    "A166", "unavailable-name", _ERROR, "The name has no value in this place."
)
LATE_HEARTBEAT: Final = Problem(
    "A167", "late-heartbeat", _ERROR, "A heartbeat is due before the task times out."
)
DISTRIBUTED_ONLY: Final = Problem(
    "A168", "distributed-only", _ERROR, "Only a Map in distributed mode has this field."
)
MALFORMED_TIMESTAMP: Final = Problem(
    "A169", "malformed-timestamp", _ERROR, "A timestamp is RFC 3339, with T, and Z or an offset."
)
DUPLICATE_LABEL: Final = Problem(
    "A170", "duplicate-label", _ERROR, "The label of a Map must be unique in the whole machine."
)
RESERVED_VARIABLE: Final = Problem(
    "A171", "reserved-variable", _ERROR, "No variable can have this name."
)

PROBLEMS: Final[tuple[Problem, ...]] = tuple(
    value for value in dict(globals()).values() if isinstance(value, Problem)
)
"""The whole table, in order of code."""
