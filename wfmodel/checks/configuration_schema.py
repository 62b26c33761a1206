"""JSON Schema of the configuration: of ``wfmodel.toml``, and of ``[tool.wfmodel]``.

Editors that know TOML complete and document keys with it: ``#:schema PATH`` on the first line, with
the path that ``wfmodel schema configuration --path`` prints.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from wfmodel.checks.policy import Settings
from wfmodel.model.json_schema import schema_of

SCHEMA_FILE: Final = Path(__file__).with_name("configuration.schema.json")
"""The generated schema, kept in the package; a test sees to it that it is current."""
_WARNED_OF: Final = "cache_dir"
"""Read and not followed: no editor offers it."""


def configuration_schema() -> dict[str, Any]:
    """The schema, keys with dashes as in TOML."""
    schema = schema_of(Settings, "wfmodel configuration")
    del schema["properties"][_WARNED_OF]
    for part in (schema, *schema.get("$defs", {}).values()):
        if "properties" in part:
            part["properties"] = {
                name.replace("_", "-"): inner for name, inner in part["properties"].items()
            }
    return schema
