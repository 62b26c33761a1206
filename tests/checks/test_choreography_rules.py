"""Pages of choreography rules are true: bad examples yield exactly the rule, good ones nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.checks.choreographies import replay
from wfmodel.checks import RULES
from wfmodel.checks.choreography.choreography_check import check_choreography_file
from wfmodel.checks.choreography.choreography_registry import CHOREOGRAPHY_RULES, ChoreographyRule
from wfmodel.checks.rule_pages import HERE, SECTIONS, example_of, sections_of
from wfmodel.model.declared_choreography import load_choreography
from wfmodel.model.findings import Finding

ROOT = Path(__file__).parents[2]
WITH_EXAMPLE = [rule for rule in CHOREOGRAPHY_RULES if example_of(rule, "Example")]
by_name = pytest.mark.parametrize("rule", CHOREOGRAPHY_RULES, ids=lambda rule: rule.name)
with_example = pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.name)


def findings_of(rule: ChoreographyRule, heading: str, folder: Path) -> tuple[Finding, ...]:
    """Of an example; further YAML on the page is the workflow that it names."""
    beside = re.findall(r"```yaml\n(name:.*?)```", rule.page, re.DOTALL)
    if beside:
        (folder / "order.yaml").write_text(beside[0], encoding="utf-8")
    return check_choreography_file(folder / "example.yaml", example_of(rule, heading))


@with_example
def test_the_bad_example_yields_exactly_this_rule_at_the_marked_line(rule, tmp_path):
    text = example_of(rule, "Example") or ""
    marked = [n for n, line in enumerate(text.splitlines(), 1) if line.rstrip().endswith(HERE)]
    found = findings_of(rule, "Example", tmp_path)
    assert [(f.code, f.name) for f in found] == [(rule.code, rule.name)], found
    assert [f.span.line for f in found if f.span] == marked
    assert found[0].severity is rule.severity


@with_example
def test_the_good_example_yields_nothing(rule, tmp_path):
    assert findings_of(rule, "Use instead", tmp_path) == ()


@pytest.mark.parametrize("code", ["C105", "C106", "C107", "C108", "C110", "C113"])
def test_the_run_of_the_bad_example_is_a_run(code, tmp_path):
    [rule] = [rule for rule in CHOREOGRAPHY_RULES if rule.code == code]
    [finding] = findings_of(rule, "Example", tmp_path)
    choreography = load_choreography("example.yaml", example_of(rule, "Example")).choreography
    assert finding.trace
    assert choreography is not None
    replay(choreography, finding.trace)


def test_only_the_rule_about_bounds_has_no_example():
    without = [rule.name for rule in CHOREOGRAPHY_RULES if rule not in WITH_EXAMPLE]
    assert without == ["undecided-choreography"]


@by_name
def test_a_page_has_every_section_in_order(rule):
    headings = [heading for heading in sections_of(rule) if heading]
    assert headings == [section for section in SECTIONS if section in headings]
    assert {"What it does", "Why is this bad", "What it cannot see", "Source"} <= set(headings)


@by_name
def test_a_rule_is_named_as_its_file(rule):
    module = rule.check.__module__.rpartition(".")[2]
    assert rule.name == module.replace("_", "-")
    assert re.fullmatch(r"C1\d\d", rule.code)


def test_codes_and_names_are_unique_among_all_rules():
    rules = [*CHOREOGRAPHY_RULES, *RULES]
    assert len({rule.code for rule in rules}) == len({rule.name for rule in rules}) == len(rules)
