"""JSON Schema of the file formats, generated from the classes that declare them.

Editors complete and document keys with it: put ``# yaml-language-server: $schema=<path>`` on a
file's first line, with the path that ``wfmodel schema --path`` prints.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from wfmodel.model.key_docs import words_for
from wfmodel.model.validate import adapter
from wfmodel.model.workflow import Workflow

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FILE: Final = Path(__file__).with_name("workflow.schema.json")
CHOREOGRAPHY_SCHEMA_FILE: Final = Path(__file__).with_name("choreography.schema.json")
SCENARIO_SCHEMA_FILE: Final = Path(__file__).with_name("scenario.schema.json")
"""The generated schemas, kept in the package; a test sees to it that they are current."""


class _Documented(GenerateJsonSchema):
    """Takes a class's docstring as its description, unwrapped, and the words of keys."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> dict[str, Any]:
        json_schema = super().dataclass_schema(schema)
        owner = schema["cls"]
        text = inspect.getdoc(owner)
        if text:
            json_schema["description"] = " ".join(text.split("\n\n")[0].split())
        for key, value in json_schema.get("properties", {}).items():
            words = words_for(owner.__name__, key)
            if words is not None:
                value["description"] = words
        return json_schema


def schema_of(kind: type, title: str) -> dict[str, Any]:
    """The schema of a declared class: what a file that holds one may say."""
    schema = adapter(kind).json_schema(schema_generator=_Documented)
    return {"$schema": DIALECT, "title": title, **schema}


def workflow_schema() -> dict[str, Any]:
    """The schema of a workflow file."""
    return schema_of(Workflow, "wfmodel workflow")


def choreography_schema() -> dict[str, Any]:
    """The schema of a choreography file."""
    from wfmodel.model.declared_choreography import Choreography  # few files hold one

    return schema_of(Choreography, "wfmodel choreography")


def as_text(schema: dict[str, Any]) -> str:
    """A schema as it is kept in a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
