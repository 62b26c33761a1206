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
class Row:
    """One field. ``nested`` names the table of what it holds; ``check`` is its kind otherwise."""

    check: Check = anything
    required: bool = False
    language: str | None = None
    nested: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The fields of one part, and which of them exclude each other.

    Of each group in ``one`` exactly one field stands, of each in ``most_one`` at most one.
    """

    fields: Mapping[str, Row]
    one: tuple[tuple[str, ...], ...] = ()
    most_one: tuple[tuple[str, ...], ...] = ()


_SECONDS: Final = number(1, MOST_SECONDS)
_LANGUAGE: Final = Row(words(JSONPATH, JSONATA))
_TEXT: Final = Row(text)
_PATH: Final = Row(data_path, language=JSONPATH)
_COMPUTED: Final = Row(json_path, language=JSONPATH)
_REFERENCE: Final = Row(reference_path, language=JSONPATH)
_PAYLOAD: Final = Row(payload)
_OBJECT: Final = Row(payload_object)
_TEMPLATE: Final = Row(payload, language=JSONPATH)
_OUTPUT: Final = Row(payload, language=JSONATA)
_ARGUMENTS: Final = Row(payload_arguments, language=JSONATA)


def _option(*allowed: str) -> Row:
    return Row(words(*allowed, computed=True))


_STATE_NAME: Final = name(80)
_ERROR_NAME: Final = name(200)

_COMMON: Final = {"Type": Row(text, required=True), "Comment": _TEXT, "QueryLanguage": _LANGUAGE}
_FLOW: Final = {**_COMMON, "InputPath": _PATH, "OutputPath": _PATH, "Output": _OUTPUT}
_STEP: Final = {**_FLOW, "Next": Row(_STATE_NAME), "End": Row(true), "Assign": _OBJECT}
_RESULT: Final = {
    **_STEP,
    "ResultPath": Row(result_path, language=JSONPATH),
    "Parameters": _TEMPLATE,
}
_GUARDED: Final = {
    **_RESULT,
    "ResultSelector": _TEMPLATE,
    "Retry": Row(nested="retriers"),
    "Catch": Row(nested="catchers"),
}
_NEXT_OR_END: Final = (("Next", "End"),)

STATES: Final[Mapping[str, Table]] = {
    "Task": Table(
        {
            **_GUARDED,
            "Resource": Row(text, required=True),
            "Arguments": _ARGUMENTS,
            "Credentials": _OBJECT,
            "TimeoutSeconds": Row(_SECONDS),
            "TimeoutSecondsPath": _REFERENCE,
            "HeartbeatSeconds": Row(_SECONDS),
            "HeartbeatSecondsPath": _REFERENCE,
        },
        _NEXT_OR_END,
        (("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath")),
    ),
    "Parallel": Table(
        {
            **_GUARDED,
            "Arguments": _ARGUMENTS,
            "Branches": Row(nested="branches", required=True),
        },
        _NEXT_OR_END,
    ),
    "Map": Table(
        {
            **_GUARDED,
            "Iterator": Row(nested="processor"),
            "ItemProcessor": Row(nested="processor"),
            "Items": Row(payload_items, language=JSONATA),
            "ItemsPath": Row(plain_path, language=JSONPATH),
            "ItemSelector": _PAYLOAD,
            "ItemReader": Row(nested="reader"),
            "ItemBatcher": Row(nested="batcher"),
            "ResultWriter": Row(nested="writer"),
            "MaxConcurrency": Row(number(0, MOST_SECONDS)),
            "MaxConcurrencyPath": _REFERENCE,
            "ToleratedFailurePercentage": Row(number(0, 100, whole=False)),
            "ToleratedFailurePercentagePath": _REFERENCE,
            "ToleratedFailureCount": Row(number(0, MOST_SECONDS)),
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
    "Pass": Table({**_RESULT, "Result": Row(language=JSONPATH)}, _NEXT_OR_END),
    "Wait": Table(
        {
            **_STEP,
            "Seconds": Row(number(0, MOST_SECONDS)),
            "SecondsPath": _REFERENCE,
            "Timestamp": Row(timestamp),
            "TimestampPath": _REFERENCE,
        },
        (*_NEXT_OR_END, ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")),
    ),
    "Choice": Table(
        {
            **_FLOW,
            "Assign": _OBJECT,
            "Choices": Row(nested="choices", required=True),
            "Default": Row(_STATE_NAME),
        }
    ),
    "Succeed": Table(_FLOW),
    "Fail": Table(
        {**_COMMON, "Error": _TEXT, "ErrorPath": _COMPUTED, "Cause": _TEXT, "CausePath": _COMPUTED},
        most_one=(("Error", "ErrorPath"), ("Cause", "CausePath")),
    ),
}
"""The eight types of state."""

MACHINE: Final = Table(
    {
        "StartAt": Row(_STATE_NAME, required=True),
        "States": Row(nested="states", required=True),
        "Comment": _TEXT,
        "Version": _TEXT,
        "TimeoutSeconds": Row(_SECONDS),
        "QueryLanguage": _LANGUAGE,
    }
)
"""The whole definition."""

BRANCH: Final = Table({name: MACHINE.fields[name] for name in ("StartAt", "States", "Comment")})
"""One branch of a Parallel state."""

PROCESSOR: Final = Table({**BRANCH.fields, "ProcessorConfig": Row(nested="config")})
"""What a Map state runs for each item."""

CONFIG: Final = Table(
    {
        "Mode": Row(words("INLINE", "DISTRIBUTED")),
        "ExecutionType": Row(words("STANDARD", "EXPRESS")),
    }
)

BATCHER: Final = Table(
    {
        "MaxItemsPerBatch": Row(number(1, MOST_SECONDS)),
        "MaxItemsPerBatchPath": _REFERENCE,
        "MaxInputBytesPerBatch": Row(number(1, 262_144)),
        "MaxInputBytesPerBatchPath": _REFERENCE,
        "BatchInput": _PAYLOAD,
    },
    most_one=(
        ("MaxItemsPerBatch", "MaxItemsPerBatchPath"),
        ("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
    ),
)

READER: Final = Table(
    {
        "Resource": Row(text, required=True),
        "ReaderConfig": Row(nested="reader config"),
        "Parameters": _TEMPLATE,
        "Arguments": _ARGUMENTS,
    }
)

READER_CONFIG: Final = Table(
    {
        "InputType": _option("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"),
        "Transformation": _option("NONE", "LOAD_AND_FLATTEN"),
        "ManifestType": _option("ATHENA_DATA", "S3_INVENTORY"),
        "CSVHeaderLocation": _option("FIRST_ROW", "GIVEN"),
        "CSVHeaders": Row(list_of(text)),
        "CSVDelimiter": _option("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"),
        "ItemsPointer": _TEXT,
        "MaxItems": Row(number(0, 100_000_000)),
        "MaxItemsPath": _REFERENCE,
        "ExpectedBucketOwner": _TEXT,
    },
    most_one=(("MaxItems", "MaxItemsPath"),),
)

WRITER: Final = Table(
    {
        "Resource": _TEXT,
        "WriterConfig": Row(nested="writer config"),
        "Parameters": _TEMPLATE,
        "Arguments": _ARGUMENTS,
    }
)

WRITER_CONFIG: Final = Table(
    {
        "OutputType": _option("JSON", "JSONL"),
        "Transformation": _option("NONE", "COMPACT", "FLATTEN"),
    }
)

RETRIER: Final = Table(
    {
        "ErrorEquals": Row(list_of(_ERROR_NAME, least=1), required=True),
        "IntervalSeconds": Row(number(1, MOST_SECONDS, computed=False)),
        "MaxAttempts": Row(number(0, MOST_SECONDS, computed=False)),
        "BackoffRate": Row(number(1, 1000, whole=False, computed=False)),
        "MaxDelaySeconds": Row(number(1, 31_622_400, computed=False)),
        "JitterStrategy": Row(words("FULL", "NONE")),
        "Comment": _TEXT,
    }
)

CATCHER: Final = Table(
    {
        "ErrorEquals": Row(list_of(_ERROR_NAME, least=1), required=True),
        "Next": Row(_STATE_NAME, required=True),
        "ResultPath": Row(result_path, language=JSONPATH),
        "Output": _OUTPUT,
        "Assign": _OBJECT,
        "Comment": _TEXT,
    }
)

CONDITION: Final = Table(
    {
        "Condition": Row(expression, required=True, language=JSONATA),
        "Next": Row(_STATE_NAME, required=True),
        "Output": _OUTPUT,
        "Assign": _OBJECT,
        "Comment": _TEXT,
    }
)
"""One entry of Choices in JSONata."""
