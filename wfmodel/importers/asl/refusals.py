"""What AWS refuses though each field is well-formed: all that needs more than one field to be seen.

>>> from wfmodel.importers.asl.refusals import refusals
>>> job = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMesage", "End": True}
>>> [found.help for found in refusals({"StartAt": "A", "States": {"A": job}})]
["did you mean 'sqs:sendMessage'?"]

Source: AWS Step Functions API Reference, "ValidateStateMachineDefinition", and the pages that the
files of each kind name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wfmodel.importers.asl.calls import task_findings
from wfmodel.importers.asl.catalogue import WRONG_QUERY_LANGUAGE
from wfmodel.importers.asl.maps import label_findings, map_findings
from wfmodel.importers.asl.reserved import error_findings, reserved_findings
from wfmodel.importers.asl.values import JSONATA, JSONPATH
from wfmodel.importers.asl.walk import walk
from wfmodel.model.findings import Finding


def refusals(machine: Mapping[str, Any], *, express: bool = False) -> Iterator[Finding]:
    """Findings of every state in document order; ``express`` is the machine's type."""
    places = list(walk(machine, express))
    for place in places:
        if (place.inherited, place.language) == (JSONATA, JSONPATH) and not place.child:
            message = f"state {place.name!r} cannot be in JSONPath: the machine is in JSONata"
            yield WRONG_QUERY_LANGUAGE.at((*place.path, "QueryLanguage"), message)
        if place.kind == "Task":
            yield from task_findings(place)
        elif place.kind == "Map":
            yield from map_findings(place)
        yield from reserved_findings(place)
    yield from label_findings(places)
    yield from error_findings(places)
