"""What editors are given: every key is documented, and what we write is what they accept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import jsonschema
import pytest

from wfmodel.cli.schema import FILES, Of
from wfmodel.importers.annotations import annotations_schema
from wfmodel.model.json_schema import as_text, choreography_schema, workflow_schema
from wfmodel.model.key_docs import ANYWHERE, OF_CLASS
from wfmodel.model.yaml_reader import read_yaml

ROOT = Path(__file__).parents[1]
SCHEMAS = {
    Of.WORKFLOW: workflow_schema(),
    Of.CHOREOGRAPHY: choreography_schema(),
    Of.ANNOTATIONS: annotations_schema(),
}
CHOREOGRAPHIES = sorted((ROOT / "models").glob("**/choreography.yaml"))
NOTES = sorted((ROOT / "models").glob("**/*.annotations.yaml"))


def keys(schema: Mapping[str, object], title: str) -> Iterator[tuple[str, str, object]]:
    """Class, key, and what is said about it."""
    whole = {**schema.get("$defs", {}), title: schema}  # type: ignore[dict-item]
    for owner, part in whole.items():
        for key, value in part.get("properties", {}).items():
            yield owner, key, value.get("description")


NAMES = {Of.WORKFLOW: "Workflow", Of.CHOREOGRAPHY: "Choreography", Of.ANNOTATIONS: "Annotations"}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_package_holds_the_current_schema(kind):
    assert FILES[kind].read_text(encoding="utf-8") == as_text(SCHEMAS[kind]), "make docs"
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[kind])


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_key_is_documented(kind):
    assert [(o, k) for o, k, said in keys(SCHEMAS[kind], NAMES[kind]) if not said] == []


def test_no_words_are_about_a_key_that_does_not_exist():
    known = {(o, k) for kind, schema in SCHEMAS.items() for o, k, _ in keys(schema, NAMES[kind])}
    said = {(owner, key) for owner, words in OF_CLASS.items() for key in words}
    assert said - known == set()
    assert set(ANYWHERE) - {key for _, key in known} == set()


@pytest.mark.parametrize("path", CHOREOGRAPHIES, ids=lambda path: path.parent.name)
def test_choreographies_fit(path):
    value, _ = read_yaml(path.read_text(encoding="utf-8"), path.name)
    jsonschema.validate(value, SCHEMAS[Of.CHOREOGRAPHY])


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.name)
def test_annotations_fit(path):
    value, _ = read_yaml(path.read_text(encoding="utf-8"), path.name)
    jsonschema.validate(value, SCHEMAS[Of.ANNOTATIONS])
