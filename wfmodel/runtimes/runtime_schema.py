"""JSON Schema of a runtime in a scenario's file: engines and parameters by name, for editors.

>>> kafka = runtime_schema()["anyOf"][1]["properties"]["kafka"]
>>> kafka["properties"]["session.timeout.ms"]["description"]
'Without a heartbeat for this long a consumer leaves its group. Default: 45s.'
"""

from __future__ import annotations

from typing import Any

from wfmodel.model.units import DURATION_SCHEMA
from wfmodel.runtimes.engine_parameters import COUNT, ENGINES, KnownEngine, engine_named


def runtime_schema() -> dict[str, Any]:
    """A name, or one engine with the parameters that can be set."""
    engines = {name: _engine(engine_named(name)) for name in ENGINES}
    alone = [name for name, each in engines.items() if "required" not in each]
    declared = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": engines,
    }
    return {"anyOf": [{"enum": alone}, declared, {"type": "null"}], "default": None}


def _engine(engine: KnownEngine) -> dict[str, Any]:
    required = [name for name, each in engine.used.items() if each.required]
    properties = {name: _parameter(engine, name) for name in engine.used}
    return {
        "description": f"{engine.title}, {engine.version}.",
        "type": "object" if required else ["object", "null"],
        "additionalProperties": False,
        "properties": properties,
        **({"required": required} if required else {}),
    }


def _parameter(engine: KnownEngine, name: str) -> dict[str, Any]:
    each, words = engine.parameters[name], engine.words(name)
    said = f"{each.does[0].upper()}{each.does[1:]}."
    if not each.required:
        said += f" Default: {each.shown(each.default)}."
    if set(words) == {"true", "false"}:
        return {"description": said, "type": "boolean"}
    if words:
        return {"description": said, "enum": list(words)}
    if each.unit == COUNT:
        return {"description": said, "type": ["integer", "null"]}
    number = {"type": "number", "description": f"In its own unit, {each.unit}."}
    return {"description": said, "anyOf": [dict(DURATION_SCHEMA), number]}
