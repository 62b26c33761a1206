"""Which fields each part of a state machine has: the tables that ``shape`` reads.

One row is one field: its kind of value, whether it is required, and the query language that it
belongs to. Rows follow the Amazon States Language specification (states-language.net) and the AWS
Step Functions Developer Guide, "Amazon States Language" and "Map state in Distributed mode".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wfmodel.importers.asl.payload import (
    payload,
    payload_arguments,
    payload_items,
    payload_object,
)
from wfmodel.importers.asl.values import (
    JSONATA,
    JSONPATH,
    MOST_SECONDS,
    Check,
    anything,
    data_path,
    expression,
    json_path,
    list_of,
    name,
    number,
    plain_path,
    reference_path,
    result_path,
    text,
    timestamp,
    true,
    words,
)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field. ``nested`` names the table of what it holds; ``check`` is its kind otherwise."""

    check: Check = anything
    required: bool = False
    language: str | None = None
    nested: str | None = None


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The fields of one part, and which of them exclude each other.

    Of each group in ``one`` exactly one field stands, of each in ``most_one`` at most one.
    """

    fields: Mapping[str, FieldSpec]
    one: tuple[tuple[str, ...], ...] = ()
    most_one: tuple[tuple[str, ...], ...] = ()


_SECONDS: Final = number(1, MOST_SECONDS)
_LANGUAGE: Final = FieldSpec(words(JSONPATH, JSONATA))
_TEXT: Final = FieldSpec(text)
_PATH: Final = FieldSpec(data_path, language=JSONPATH)
_COMPUTED: Final = FieldSpec(json_path, language=JSONPATH)
_REFERENCE: Final = FieldSpec(reference_path, language=JSONPATH)
_PAYLOAD: Final = FieldSpec(payload)
_OBJECT: Final = FieldSpec(payload_object)
_TEMPLATE: Final = FieldSpec(payload, language=JSONPATH)
_OUTPUT: Final = FieldSpec(payload, language=JSONATA)
_ARGUMENTS: Final = FieldSpec(payload_arguments, language=JSONATA)


def _option(*allowed: str) -> FieldSpec:
    return FieldSpec(words(*allowed, computed=True))


_STATE_NAME: Final = name(80)
_ERROR_NAME: Final = name(200)

_COMMON: Final = {
    "Type": FieldSpec(text, required=True),
    "Comment": _TEXT,
    "QueryLanguage": _LANGUAGE,
}
_FLOW: Final = {**_COMMON, "InputPath": _PATH, "OutputPath": _PATH, "Output": _OUTPUT}
_STEP: Final = {**_FLOW, "Next": FieldSpec(_STATE_NAME), "End": FieldSpec(true), "Assign": _OBJECT}
_RESULT: Final = {
    **_STEP,
    "ResultPath": FieldSpec(result_path, language=JSONPATH),
    "Parameters": _TEMPLATE,
}
_GUARDED: Final = {
    **_RESULT,
    "ResultSelector": _TEMPLATE,
    "Retry": FieldSpec(nested="retriers"),
    "Catch": FieldSpec(nested="catchers"),
}
_NEXT_OR_END: Final = (("Next", "End"),)

STATES: Final[Mapping[str, FieldTable]] = {
    "Task": FieldTable(
        {
            **_GUARDED,
            "Resource": FieldSpec(text, required=True),
            "Arguments": _ARGUMENTS,
            "Credentials": _OBJECT,
            "TimeoutSeconds": FieldSpec(_SECONDS),
            "TimeoutSecondsPath": _REFERENCE,
            "HeartbeatSeconds": FieldSpec(_SECONDS),
            "HeartbeatSecondsPath": _REFERENCE,
        },
        _NEXT_OR_END,
        (("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath")),
    ),
    "Parallel": FieldTable(
        {
            **_GUARDED,
            "Arguments": _ARGUMENTS,
            "Branches": FieldSpec(nested="branches", required=True),
        },
        _NEXT_OR_END,
    ),
    "Map": FieldTable(
        {
            **_GUARDED,
            "Iterator": FieldSpec(nested="processor"),
            "ItemProcessor": FieldSpec(nested="processor"),
            "Items": FieldSpec(payload_items, language=JSONATA),
            "ItemsPath": FieldSpec(plain_path, language=JSONPATH),
            "ItemSelector": _PAYLOAD,
            "ItemReader": FieldSpec(nested="reader"),
            "ItemBatcher": FieldSpec(nested="batcher"),
            "ResultWriter": FieldSpec(nested="writer"),
            "MaxConcurrency": FieldSpec(number(0, MOST_SECONDS)),
            "MaxConcurrencyPath": _REFERENCE,
            "ToleratedFailurePercentage": FieldSpec(number(0, 100, whole=False)),
            "ToleratedFailurePercentagePath": _REFERENCE,
            "ToleratedFailureCount": FieldSpec(number(0, MOST_SECONDS)),
            "ToleratedFailureCountPath": _REFERENCE,
            "Label": _TEXT,
        },
        (*_NEXT_OR_END, ("Iterator", "ItemProcessor")),
        (
            ("MaxConcurrency", "MaxConcurrencyPath"),
            ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
            ("ToleratedFailureCount", "ToleratedFailureCountPath"),
            ("ItemSelector", "Parameters"),
        ),
    ),
    "Pass": FieldTable({**_RESULT, "Result": FieldSpec(language=JSONPATH)}, _NEXT_OR_END),
    "Wait": FieldTable(
        {
            **_STEP,
            "Seconds": FieldSpec(number(0, MOST_SECONDS)),
            "SecondsPath": _REFERENCE,
            "Timestamp": FieldSpec(timestamp),
            "TimestampPath": _REFERENCE,
        },
        (*_NEXT_OR_END, ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")),
    ),
    "Choice": FieldTable(
        {
            **_FLOW,
            "Assign": _OBJECT,
            "Choices": FieldSpec(nested="choices", required=True),
            "Default": FieldSpec(_STATE_NAME),
        }
    ),
    "Succeed": FieldTable(_FLOW),
    "Fail": FieldTable(
        {**_COMMON, "Error": _TEXT, "ErrorPath": _COMPUTED, "Cause": _TEXT, "CausePath": _COMPUTED},
        most_one=(("Error", "ErrorPath"), ("Cause", "CausePath")),
    ),
}
"""The eight types of state."""

MACHINE: Final = FieldTable(
    {
        "StartAt": FieldSpec(_STATE_NAME, required=True),
        "States": FieldSpec(nested="states", required=True),
        "Comment": _TEXT,
        "Version": _TEXT,
        "TimeoutSeconds": FieldSpec(_SECONDS),
        "QueryLanguage": _LANGUAGE,
    }
)
"""The whole definition."""

BRANCH: Final = FieldTable(
    {name: MACHINE.fields[name] for name in ("StartAt", "States", "Comment")}
)
"""One branch of a Parallel state."""

PROCESSOR: Final = FieldTable({**BRANCH.fields, "ProcessorConfig": FieldSpec(nested="config")})
"""What a Map state runs for each item."""

CONFIG: Final = FieldTable(
    {
        "Mode": FieldSpec(words("INLINE", "DISTRIBUTED")),
        "ExecutionType": FieldSpec(words("STANDARD", "EXPRESS")),
    }
)

BATCHER: Final = FieldTable(
    {
        "MaxItemsPerBatch": FieldSpec(number(1, MOST_SECONDS)),
        "MaxItemsPerBatchPath": _REFERENCE,
        "MaxInputBytesPerBatch": FieldSpec(number(1, 262_144)),
        "MaxInputBytesPerBatchPath": _REFERENCE,
        "BatchInput": _PAYLOAD,
    },
    most_one=(
        ("MaxItemsPerBatch", "MaxItemsPerBatchPath"),
        ("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
    ),
)

READER: Final = FieldTable(
    {
        "Resource": FieldSpec(text, required=True),
        "ReaderConfig": FieldSpec(nested="reader config"),
        "Parameters": _TEMPLATE,
        "Arguments": _ARGUMENTS,
    }
)

READER_CONFIG: Final = FieldTable(
    {
        "InputType": _option("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"),
        "Transformation": _option("NONE", "LOAD_AND_FLATTEN"),
        "ManifestType": _option("ATHENA_DATA", "S3_INVENTORY"),
        "CSVHeaderLocation": _option("FIRST_ROW", "GIVEN"),
        "CSVHeaders": FieldSpec(list_of(text)),
        "CSVDelimiter": _option("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"),
        "ItemsPointer": _TEXT,
        "MaxItems": FieldSpec(number(0, 100_000_000)),
        "MaxItemsPath": _REFERENCE,
        "ExpectedBucketOwner": _TEXT,
    },
    most_one=(("MaxItems", "MaxItemsPath"),),
)

WRITER: Final = FieldTable(
    {
        "Resource": _TEXT,
        "WriterConfig": FieldSpec(nested="writer config"),
        "Parameters": _TEMPLATE,
        "Arguments": _ARGUMENTS,
    }
)

WRITER_CONFIG: Final = FieldTable(
    {
        "OutputType": _option("JSON", "JSONL"),
        "Transformation": _option("NONE", "COMPACT", "FLATTEN"),
    }
)

RETRIER: Final = FieldTable(
    {
        "ErrorEquals": FieldSpec(list_of(_ERROR_NAME, least=1), required=True),
        "IntervalSeconds": FieldSpec(number(1, MOST_SECONDS, computed=False)),
        "MaxAttempts": FieldSpec(number(0, MOST_SECONDS, computed=False)),
        "BackoffRate": FieldSpec(number(1, 1000, whole=False, computed=False)),
        "MaxDelaySeconds": FieldSpec(number(1, 31_622_400, computed=False)),
        "JitterStrategy": FieldSpec(words("FULL", "NONE")),
        "Comment": _TEXT,
    }
)

CATCHER: Final = FieldTable(
    {
        "ErrorEquals": FieldSpec(list_of(_ERROR_NAME, least=1), required=True),
        "Next": FieldSpec(_STATE_NAME, required=True),
        "ResultPath": FieldSpec(result_path, language=JSONPATH),
        "Output": _OUTPUT,
        "Assign": _OBJECT,
        "Comment": _TEXT,
    }
)

CONDITION: Final = FieldTable(
    {
        "Condition": FieldSpec(expression, required=True, language=JSONATA),
        "Next": FieldSpec(_STATE_NAME, required=True),
        "Output": _OUTPUT,
        "Assign": _OBJECT,
        "Comment": _TEXT,
    }
)
"""One entry of Choices in JSONata."""
