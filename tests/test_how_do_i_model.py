"""Every snippet of docs/how-do-i-model.md is checked on top of the page's workflow, and runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import wfmodel
from wfmodel.designs.history import Kind
from wfmodel.experiments import LoadedScenario, load_scenario
from wfmodel.experiments.scenario import system_of
from wfmodel.model.findings import Severity
from wfmodel.model.reading import read_document
from wfmodel.simulation import simulate

PAGE = (Path(__file__).parents[1] / "docs" / "how-do-i-model.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.M | re.S)


def mapping_of(text: str) -> dict[str, object]:
    """As wfmodel reads YAML: ``on`` is a word there."""
    document, _ = read_document("snippet.yaml", text)
    assert document is not None
    assert isinstance(document.value, dict)
    return document.value


WORKFLOW = mapping_of(BLOCK.findall(PAGE)[0])
SCENARIO: dict[str, object] = {
    "question": "How is it modelled?",
    "workflow": "workflow.yaml",
    "setting": {"arrivals": {"every": "1s"}, "horizon": "1m"},
}
SNIPPETS = [title for title in SECTIONS if title != "Not yet" and BLOCK.findall(SECTIONS[title])]
IN_WORKFLOW = {"states", "services", "data", "rows", "timeout", "cancel", "on"}


def loaded(title: str, folder: Path) -> tuple[LoadedScenario, set[str]]:
    """A snippet on top of the page's workflow and a scenario; the codes that it announces."""
    [text] = BLOCK.findall(SECTIONS[title])
    snippet = mapping_of(text)
    own = {key: snippet.pop(key) for key in IN_WORKFLOW & set(snippet)}
    own["states"] = {**WORKFLOW["states"], **own.get("states", {})}  # type: ignore[dict-item]
    for name, data in (("workflow", {**WORKFLOW, **own}), ("scenario", {**SCENARIO, **snippet})):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")
    return load_scenario(folder / "scenario.yaml"), set(re.findall(r"# ([A-Z]\d+)$", text, re.M))


@pytest.mark.parametrize("title", SNIPPETS)
def test_a_snippet_is_sound_and_runs(title, tmp_path):
    found, announced = loaded(title, tmp_path)
    assert found.scenario is not None
    assert found.workflow is not None
    warnings = [*found.findings, *wfmodel.check(found.workflow)]
    told = {each.code: str(each.message) for each in warnings if each.severity != Severity.INFO}
    assert set(told) == announced, told
    for variant in found.scenario.variants_by_name().values():
        history = simulate(system_of(found.workflow, variant), found.scenario.setting, seed=1)
        assert any(row.kind == Kind.BEGIN for row in history)


@pytest.mark.parametrize(
    ("title", "metric", "variants"),
    [
        ("Idempotency keys", "duplicated_effect", ["key", "no key"]),
        ("An outbox", "lost", ["outbox", "commit, then publish"]),
        ("Acknowledgement", "lost", ["inbox", "auto-ack"]),
        ("Acknowledgement", "lost", ["late ack", "auto-ack"]),
        ("Dead consumers: a link or a lease", "latency_mean", ["link", "lease"]),
        ("A topic with partitions", "latency_mean", ["many", "few"]),
        ("A worker that dies, and nobody sees it", "lost", ["a heartbeat", "nobody knows"]),
        (
            "Fail-over of an orchestrator, and leader election",
            "latency_mean",
            ["own name", "lease", "two", "seldom looked at"],
        ),
    ],
)
def test_variants_differ_as_the_page_has_it(title, metric, variants, tmp_path):
    """Best first."""
    found, _ = loaded(title, tmp_path)
    assert found.scenario is not None
    assert found.workflow is not None
    declared = found.scenario.variants_by_name()
    systems = [system_of(found.workflow, declared[name]) for name in variants]
    runs = [simulate(system, found.scenario.setting, seed=1) for system in systems]
    values = [wfmodel.measure(history).values[metric] for history in runs]
    assert values == sorted(values)
    assert len(set(values)) == len(values)


def test_what_is_not_possible_is_said():
    rows = re.findall(r"^\| ([^|]+) \|", SECTIONS["Not yet"], re.M)
    for what in ("signal",):
        assert any(what in row for row in rows), what


def test_without_its_lock_the_last_piece_is_sold_twice():
    """With it the page's own assertion holds: ``test_docs`` runs it as it is."""
    section = SECTIONS["A lock that is held from one step to the next"]
    [code] = re.findall(r"^```python\n(.*?)^```", section, re.M | re.S)
    assert code.count('Lock("stock", me)') == 1
    read = code.replace('Lock("stock", me)', 'ReadRow("stock", me)')
    with pytest.raises(AssertionError):
        exec(read.replace("    Apply,", "    Apply, ReadRow,"), {})
