"""What editors are given: every key is documented, and what we write is what they accept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from wfmodel.checks.configuration_schema import configuration_schema
from wfmodel.checks.policy import Settings, with_dashes
from wfmodel.cli.schema import FILES, Of
from wfmodel.experiments import Scenario
from wfmodel.experiments.scenario_schema import scenario_schema
from wfmodel.importers.annotations import annotations_schema
from wfmodel.model.json_schema import as_text, choreography_schema, workflow_schema
from wfmodel.model.key_docs import ANYWHERE, OF_CLASS
from wfmodel.model.validate import adapter
from wfmodel.model.yaml_reader import read_yaml

ROOT = Path(__file__).parents[1]
SCHEMAS = {
    Of.WORKFLOW: workflow_schema(),
    Of.CHOREOGRAPHY: choreography_schema(),
    Of.SCENARIO: scenario_schema(),
    Of.ANNOTATIONS: annotations_schema(),
    Of.CONFIGURATION: configuration_schema(),
}
CHOREOGRAPHIES = sorted((ROOT / "models").glob("**/choreography.yaml"))
SCENARIOS = sorted([*ROOT.glob("models/**/scenario.yaml"), *ROOT.glob("models/**/sweep.yaml")])
NOTES = sorted((ROOT / "models").glob("**/*.annotations.yaml"))


def keys(schema: Mapping[str, object], title: str) -> Iterator[tuple[str, str, object]]:
    """Class, key, and what is said about it."""
    whole = {**schema.get("$defs", {}), title: schema}  # type: ignore[dict-item]
    for owner, part in whole.items():
        for key, value in part.get("properties", {}).items():
            yield owner, key, value.get("description")


NAMES = {
    Of.WORKFLOW: "Workflow",
    Of.CHOREOGRAPHY: "Choreography",
    Of.SCENARIO: "Scenario",
    Of.ANNOTATIONS: "Annotations",
    Of.CONFIGURATION: "Settings",
}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_package_holds_the_current_schema(kind):
    assert FILES[kind].read_text(encoding="utf-8") == as_text(SCHEMAS[kind]), "make docs"
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[kind])


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_key_is_documented(kind):
    assert [(o, k) for o, k, said in keys(SCHEMAS[kind], NAMES[kind]) if not said] == []


def test_no_words_are_about_a_key_that_does_not_exist():
    known = {
        (o, k.replace("-", "_"))
        for kind, schema in SCHEMAS.items()
        for o, k, _ in keys(schema, NAMES[kind])
    }
    said = {(owner, key) for owner, words in OF_CLASS.items() for key in words}
    assert said - known == set()
    assert set(ANYWHERE) - {key for _, key in known} == set()


@pytest.mark.parametrize("path", CHOREOGRAPHIES, ids=lambda path: path.parent.name)
def test_choreographies_fit(path):
    value, _ = read_yaml(path.read_text(encoding="utf-8"), path.name)
    jsonschema.validate(value, SCHEMAS[Of.CHOREOGRAPHY])


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: str(path.relative_to(ROOT)))
def test_scenarios_fit(path):
    value, _ = read_yaml(path.read_text(encoding="utf-8"), path.name)
    jsonschema.validate(value, SCHEMAS[Of.SCENARIO])


@pytest.mark.parametrize(
    "wrong",
    [
        {"runtime": "airflw"},
        {"runtime": "redis-streams"},
        {"runtime": {"sqs": {"maxReceiveCount": "3s"}}},
        {"runtime": {"celery": {"task_acks_late": "often"}}},
        {"knobs": {"comit": "1ms"}},
    ],
)
def test_a_scenario_that_is_refused_does_not_fit(wrong):
    sound = {"question": "q", "setting": {"arrivals": {"every": "1s"}, "horizon": "1m"}}
    jsonschema.validate(sound, SCHEMAS[Of.SCENARIO])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**sound, **wrong}, SCHEMAS[Of.SCENARIO])
    with pytest.raises(ValidationError):
        adapter(Scenario).validate_python({**sound, **wrong})


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.name)
def test_annotations_fit(path):
    value, _ = read_yaml(path.read_text(encoding="utf-8"), path.name)
    jsonschema.validate(value, SCHEMAS[Of.ANNOTATIONS])


def documented_configuration() -> dict[str, object]:
    """The example of the page about the check, whole."""
    text = (ROOT / "docs" / "continuous-integration.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(\[tool\.wfmodel\]\n.*?)```", text, re.DOTALL)
    return tomllib.loads(example)["tool"]["wfmodel"]


def test_the_documented_configuration_has_every_key_and_fits():
    table = documented_configuration()
    jsonschema.validate(table, SCHEMAS[Of.CONFIGURATION])
    assert set(table) == set(SCHEMAS[Of.CONFIGURATION]["properties"])


@pytest.mark.parametrize(
    "table",
    [
        {"ignroe": ["W2"]},
        {"level": "loud"},
        {"severity": {"W2": "fatal"}},
        {"per-path": [{"ignore": ["W2"]}]},
        {"max-seconds": 0},
        {"select": "W2"},
    ],
)
def test_what_the_check_refuses_does_not_fit(table):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(table, SCHEMAS[Of.CONFIGURATION])
    with pytest.raises(ValidationError):
        adapter(Settings).validate_python(with_dashes(table))
