"""Renew the table of AWS's services: ``python -m tests.integrations``, or ``make integrations``.

Step Functions calls services by the names of the AWS SDK for Java 2.x, which follow by rule from
the models that botocore ships. So this reads botocore, which is needed here only, and writes one
compressed text: for each service its actions, for each action its parameters, a required one with
``!``. Actions that stream have ``~``: no integration offers those.

Source: AWS Step Functions Developer Guide, "Learning to use AWS service SDK integrations"; the rule
of names is DefaultNamingStrategy of the AWS SDK for Java 2.x.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wfmodel.importers.asl.integrations import FILE


def service_name(service_id: str) -> str:
    """``databasemigration`` of ``Database Migration Service``."""
    plain = re.sub(r"[^A-Za-z0-9]", "", service_id).lower()
    return plain.removeprefix("amazon").removeprefix("aws").removesuffix("service")


def models(data: Path) -> Iterator[dict[str, Any]]:
    """The newest model of every service."""
    for service in sorted(path for path in data.iterdir() if path.is_dir()):
        newest = max(path for path in service.iterdir() if path.is_dir())
        file = newest / "service-2.json.gz"
        if file.is_file():
            yield json.loads(gzip.decompress(file.read_bytes()))


def actions(model: dict[str, Any]) -> Iterator[str]:
    """A line for each action."""
    shapes = model["shapes"]
    for name, operation in sorted(model["operations"].items()):
        given = shapes.get(operation.get("input", {}).get("shape"), {})
        answer = shapes.get(operation.get("output", {}).get("shape"), {})
        mark = "~" if streams(given, shapes) or streams(answer, shapes) else ""
        yield " ".join((name[0].lower() + name[1:] + mark, *parameters(given)))


def parameters(shape: dict[str, Any]) -> Iterator[str]:
    """Names as written in a definition; a token that the SDK fills in is not required."""
    required = set(shape.get("required", ()))
    for name, member in sorted(shape.get("members", {}).items()):
        needed = name in required and not member.get("idempotencyToken")
        yield name[0].upper() + name[1:] + ("!" if needed else "")


def streams(shape: dict[str, Any], shapes: dict[str, Any]) -> bool:
    """Whether events are sent or received one by one."""
    members = shape.get("members", {}).values()
    return any(shapes[member["shape"]].get("eventstream") for member in members)


def table(data: Path, heading: str) -> str:
    """The whole text, services in order."""
    services: dict[str, list[str]] = {}
    for model in models(data):
        services.setdefault(service_name(model["metadata"]["serviceId"]), [*actions(model)])
    blocks = (f"\n#{name}\n" + "\n".join(lines) for name, lines in sorted(services.items()))
    return heading + "".join(blocks) + "\n#\n"


def main() -> int:
    """Write the file that ships with the package."""
    import botocore

    heading = f"botocore {botocore.__version__} {datetime.now(UTC):%Y-%m-%d}"
    text = table(Path(botocore.__file__).parent / "data", heading)
    FILE.write_bytes(zlib.compress(text.encode(), 9))
    print(f"{FILE.name}: {heading}, {FILE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
