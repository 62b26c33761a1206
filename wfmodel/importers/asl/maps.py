"""What AWS refuses of a Map: fields of the other mode, readers and writers, labels.

Source: AWS Step Functions Developer Guide, "Map workflow state", "Using Map state in Distributed
mode", "ItemReader (Map)", "ItemBatcher (Map)", "ResultWriter (Map)".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wfmodel.importers.asl import arns
from wfmodel.importers.asl.calls import parameter_findings
from wfmodel.importers.asl.catalogue import (
    DISTRIBUTED_ONLY,
    DUPLICATE_LABEL,
    EXPRESS_LIMIT,
    MALFORMED_RESOURCE,
    MISSING_FIELD,
    OUT_OF_RANGE,
    UNKNOWN_INTEGRATION,
)
from wfmodel.importers.asl.integrations import sdk_actions
from wfmodel.importers.asl.optimized import READERS, WRITER
from wfmodel.importers.asl.values import JSONATA, is_substitution, shown
from wfmodel.importers.asl.walk import DISTRIBUTED, PROCESSORS, StatePlace, processing
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path

LONGEST_LABEL: Final = 40
_UNFIT: Final = re.compile(r"[\s?*<>{}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f-\x9f]")
_DISTRIBUTED: Final = ("ItemReader", "ItemBatcher", "ResultWriter")
_BATCHES: Final = (
    "MaxItemsPerBatch",
    "MaxInputBytesPerBatch",
    "MaxItemsPerBatchPath",
    "MaxInputBytesPerBatchPath",
)


def map_findings(place: StatePlace) -> Iterator[Finding]:
    """What is refused of a Map."""
    yield from _mode(place)
    yield from _label(place)
    yield from _called(place, "ItemReader", tuple(READERS))
    yield from _called(place, "ResultWriter", ("s3:putObject",))
    yield from _reader(place)
    yield from _batcher(place)
    yield from _writer(place)


def _batcher(place: StatePlace) -> Iterator[Finding]:
    value = place.value.get("ItemBatcher")
    if not isinstance(value, Mapping) or is_substitution(value):
        return
    if not any(name in value for name in _BATCHES):
        at = (*place.path, "ItemBatcher")
        yield MISSING_FIELD.at(at, f"ItemBatcher has no {_BATCHES[0]} or {_BATCHES[1]}")


def _writer(place: StatePlace) -> Iterator[Finding]:
    """Where results are written goes with what writes them; how, stands alone or beside both."""
    value, at = place.value.get("ResultWriter"), (*place.path, "ResultWriter")
    if not isinstance(value, Mapping) or is_substitution(value) or _is_inline(place):
        return
    where = "Arguments" if place.language == JSONATA else "Parameters"
    if not value:
        message = f"ResultWriter of {place.name!r} is empty"
        yield MISSING_FIELD.at(at, message, help=f"it has Resource and {where}, or WriterConfig")
    for name, other in (("Resource", where), (where, "Resource")):
        if name in value and other not in value:
            yield MISSING_FIELD.at(at, f"ResultWriter of {place.name!r} has {name}, but no {other}")


def _is_inline(place: StatePlace) -> bool:
    return any(processing(place.value.get(name))[0] == "INLINE" for name in PROCESSORS)


def _mode(place: StatePlace) -> Iterator[Finding]:
    field = next((name for name in PROCESSORS if name in place.value), None)
    if field is None:
        return
    mode, kind = processing(place.value[field])
    config = (*place.path, field, "ProcessorConfig")
    if mode == DISTRIBUTED:
        if place.express:
            message = f"{place.name!r} is in an express workflow: no distributed Map"
            yield EXPRESS_LIMIT.at((*config, "Mode"), message)
        if not kind and "ExecutionType" not in place.value[field]["ProcessorConfig"]:
            message = f"ProcessorConfig of {place.name!r} has no ExecutionType"
            yield MISSING_FIELD.at(config, message, help="STANDARD or EXPRESS")
    elif mode == "INLINE":
        for name in _DISTRIBUTED:
            if name in place.value:
                message = f"{place.name!r} runs INLINE: only a DISTRIBUTED Map has {name}"
                help = 'ProcessorConfig: {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}'
                yield DISTRIBUTED_ONLY.at((*place.path, name), message, help=help)


def _label(place: StatePlace) -> Iterator[Finding]:
    label = place.value.get("Label")
    if not isinstance(label, str) or is_substitution(label):
        return
    at = (*place.path, "Label")
    if not 0 < len(label) <= LONGEST_LABEL:
        message = f"Label has 1 to {LONGEST_LABEL} characters; got {len(label)}"
        yield OUT_OF_RANGE.at(at, message)
    unfit = _UNFIT.search(label)
    if unfit is not None:
        yield OUT_OF_RANGE.at(at, f"Label cannot have {unfit[0]!r}; got {shown(label)}")


def label_findings(places: list[StatePlace]) -> Iterator[Finding]:
    """Labels that two Maps have."""
    first: dict[str, str] = {}
    for place in places:
        label = place.value.get("Label")
        if place.kind != "Map" or not isinstance(label, str) or is_substitution(label):
            continue
        if label in first:
            message = f"{first[label]!r} has the label {shown(label)} too"
            yield DUPLICATE_LABEL.at((*place.path, "Label"), message)
        first.setdefault(label, place.name)


def _called(place: StatePlace, field: str, known: tuple[str, ...]) -> Iterator[Finding]:
    """The integration that reads items or writes results, and its parameters."""
    value = place.value.get(field)
    if not isinstance(value, Mapping) or not isinstance(text := value.get("Resource"), str):
        return
    at: Path = (*place.path, field, "Resource")
    call = arns.read_call(text)
    if isinstance(call, arns.Unknown):
        return
    if not isinstance(call, arns.Call):
        said = call.said if isinstance(call, arns.Malformed) else "an integration is due"
        yield MALFORMED_RESOURCE.at(at, f"{shown(text)} is no resource of {field}: {said}")
        return
    name = f"{call.service}:{call.action}" + (f".{call.pattern}" if call.pattern else "")
    if call.sdk or name not in known:
        ways = " or ".join(f"arn:aws:states:::{each}" for each in known)
        yield UNKNOWN_INTEGRATION.at(at, f"{field} cannot call {shown(text)}", help=ways)
        return
    action = sdk_actions("s3").get(READERS[name]) if name in READERS else WRITER
    yield from parameter_findings(place, call, action, value, (*place.path, field), strict=False)


def _reader(place: StatePlace) -> Iterator[Finding]:
    """Which ReaderConfig goes with which resource."""
    reader = place.value.get("ItemReader")
    if not isinstance(reader, Mapping) or is_substitution(reader):
        return
    config = reader.get("ReaderConfig", {})
    if not isinstance(config, Mapping) or is_substitution(config):
        return
    resource = reader.get("Resource")
    at = (*place.path, "ItemReader", *(("ReaderConfig",) if "ReaderConfig" in reader else ()))
    reads_one = isinstance(resource, str) and resource.endswith(":s3:getObject")
    flattens = config.get("Transformation") == "LOAD_AND_FLATTEN"
    if (reads_one or flattens) and "InputType" not in config:
        message = f"ItemReader of {place.name!r} has no InputType"
        yield MISSING_FIELD.at(at, message, help="CSV, JSON, JSONL, PARQUET or MANIFEST")
    yield from _csv(config, at)


def _csv(config: Mapping[str, Any], at: Path) -> Iterator[Finding]:
    if config.get("InputType") == "CSV" and "CSVHeaderLocation" not in config:
        message = "a reader of CSV has no CSVHeaderLocation"
        yield MISSING_FIELD.at(at, message, help="FIRST_ROW or GIVEN")
    if config.get("CSVHeaderLocation") == "GIVEN" and "CSVHeaders" not in config:
        yield MISSING_FIELD.at(at, "CSVHeaderLocation is GIVEN, but there are no CSVHeaders")
