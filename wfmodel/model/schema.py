"""JSON Schema of the file format, generated from the classes that declare it.

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

from wfmodel.model.parsing import adapter
from wfmodel.model.workflow import Workflow

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FILE: Final = Path(__file__).with_name("workflow.schema.json")
"""The generated schema, kept in the package; a test sees to it that it is current."""


class _Documented(GenerateJsonSchema):
    """Takes a class's docstring as its description, unwrapped."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> dict[str, Any]:
        json_schema = super().dataclass_schema(schema)
        text = inspect.getdoc(schema["cls"])
        if text:
            json_schema["description"] = " ".join(text.split("\n\n")[0].split())
        return json_schema


def workflow_schema() -> dict[str, Any]:
    """The schema of a workflow file."""
    schema = adapter(Workflow).json_schema(schema_generator=_Documented)
    return {"$schema": DIALECT, "title": "wfmodel workflow", **schema}


def schema_text() -> str:
    """The schema as it is kept in ``SCHEMA_FILE``."""
    return json.dumps(workflow_schema(), indent=2, ensure_ascii=False) + "\n"
