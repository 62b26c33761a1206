"""The documentation site: every page has its place, links lead somewhere, names exist."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import wfmodel
from tests.site_pages import ROOT, api_page, on_page_markdown, repository

CONFIGURATION = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def led(markdown: str, page: str) -> str:
    """A page's text as the site has it."""
    where = SimpleNamespace(file=SimpleNamespace(src_uri=page))
    return on_page_markdown(markdown, page=where, config=None, files=None)


def test_every_page_has_a_place_in_the_navigation():
    listed = set(re.findall(r"([\w/-]+\.md)$", CONFIGURATION, re.M)) - {"reference/api.md"}
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} | {
        "rules/README.md",
        "runtimes/README.md",
    }
    assert listed == pages


def test_every_function_and_class_of_the_package_is_on_the_page_of_names():
    page = api_page()
    homes = re.findall(r"^::: (\S+)\n    options:\n      heading: wfmodel\.(\w+)$", page, re.M)
    assert len(homes) > 10
    for home, name in homes:
        module, _, attribute = home.rpartition(".")
        assert getattr(import_module(module), attribute) is getattr(wfmodel, name)


def test_links_out_of_docs_lead_to_the_repository_and_others_stay():
    assert led("[a](../models/x.yaml)", "traces.md") == f"[a]({repository()}/models/x.yaml)"
    assert led("[a](editors/vscode/README.md)", "editors.md").startswith(f"[a]({repository()}/docs")
    for kept in ("[a](rules/README.md)", "[a](#here)", "[a](https://example.org/../x)"):
        assert led(kept, "README.md") == kept
    assert led("[a](../declaring.md#x)", "rules/README.md") == "[a](../declaring.md#x)"


def test_a_link_is_called_as_the_page_is():
    assert led("[hybrid.md](hybrid.md#x)", "README.md").startswith("[Hybrid")
    assert led("[the page](hybrid.md)", "README.md") == "[the page](hybrid.md)"


def test_all_that_the_site_leads_out_to_is_there():
    for path in (ROOT / "docs").rglob("*.md"):
        page = path.relative_to(ROOT / "docs").as_posix()
        if page.startswith("editors/"):
            continue
        for target in re.findall(
            rf"\]\({re.escape(repository())}/([^)#]*)", led(path.read_text(encoding="utf-8"), page)
        ):
            assert Path(ROOT / target).exists(), (page, target)
