"""Every rule's page is true: the bad example yields exactly this rule, there; the good nothing."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.checks.game import replay
from wfmodel.checks import DEFAULT_RULES, RULES, Rule, check_file, find_rule
from wfmodel.checks.addresses import page_address, page_file, project_address
from wfmodel.checks.policy import OPT_IN
from wfmodel.checks.rule_pages import HERE, SECTIONS, example_of, pages, sections_of
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.model.findings import Finding
from wfmodel.model.flow import build_flow
from wfmodel.model.loading import load_workflow

PAGES = Path(__file__).parents[2] / "docs" / "rules"
by_name = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
with_example = pytest.mark.parametrize(
    "rule", [r for r in RULES if example_of(r, "Example")], ids=lambda rule: rule.name
)


def findings_of(text: str, rule: Rule | None = None) -> tuple[Finding, ...]:
    asked = (rule,) if rule is not None and rule.code in OPT_IN else ()
    return check_file("example.yaml", text, rules=(*DEFAULT_RULES, *asked))


@with_example
def test_the_bad_example_yields_exactly_this_rule_at_the_marked_line(rule: Rule):
    text = example_of(rule, "Example")
    assert text is not None
    marked = [n for n, line in enumerate(text.splitlines(), 1) if line.rstrip().endswith(HERE)]
    assert len(marked) == 1
    assert [(f.code, f.name) for f in findings_of(text, rule)] == [(rule.code, rule.name)]
    (finding,) = findings_of(text, rule)
    assert finding.span is not None
    assert finding.span.line == marked[0]
    assert finding.severity is rule.severity


@with_example
def test_the_good_example_yields_nothing(rule: Rule):
    text = example_of(rule, "Use instead")
    assert text is not None
    assert findings_of(text, rule) == ()


@pytest.mark.parametrize(
    "name",
    [
        "D101",
        "D105",
        "S111",
        "S113",
        "W1",
        "W2",
        "W3",
        "W4",
        "W5",
        "W6",
        "W8",
        "W9",
        "W11",
        "W13",
        "W16",
    ],
)
def test_the_run_of_the_bad_example_is_a_run_of_its_flow(name: str):
    text = example_of(find_rule(name), "Example")
    workflow = load_workflow("example.yaml", text).workflow
    (finding,) = findings_of(text or "")
    assert workflow is not None
    assert finding.trace
    replay(build_flow(workflow, expand_copies=False), finding.trace)


def test_only_the_rules_about_size_have_no_example():
    without = [rule.name for rule in RULES if example_of(rule, "Example") is None]
    assert without == ["workflow-too-large", "too-large-to-decide"]


@by_name
def test_a_page_has_every_section_in_order(rule: Rule):
    headings = [heading for heading in sections_of(rule) if heading]
    expected = [s for s in SECTIONS if s in headings]
    assert headings == expected
    assert {"What it does", "Why is this bad", "What it cannot see", "Source"} <= set(headings)


@by_name
def test_a_rule_is_named_as_its_file_and_not_by_what_it_forbids(rule: Rule):
    module = rule.check.__module__.rpartition(".")[2]
    assert rule.name == module.replace("_", "-")
    assert not rule.name.startswith(("no-", "not-"))
    assert re.fullmatch(r"[SDW]\d+", rule.code)
    assert "\n" not in rule.why


def test_codes_and_names_are_unique():
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


def test_the_pages_in_the_repository_are_current():
    found = {
        file.relative_to(PAGES).as_posix(): file.read_text(encoding="utf-8")
        for file in PAGES.rglob("*.md")
    }
    assert found == pages(catalogue().entries), "run: make docs"


def test_every_code_has_an_address_at_the_version_that_is_installed():
    for each in catalogue().entries:
        address = page_address(each.code, each.name)
        assert address.startswith(f"{project_address()}/blob/v{version('wfmodel')}/docs/rules/")
        assert (PAGES / page_file(each.code, each.name)).is_file()


def test_rules_are_found_by_code_or_name_and_a_misspelling_is_answered():
    assert find_rule("w2") is find_rule("uncompensated-step")
    with pytest.raises(ValueError, match="did you mean 'dead-end'"):
        find_rule("dead-ends")
