"""One version: what is built, what the changelog released last, and what the documentation pins."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from tests.release import ADDRESS, EXTENSION, UnfitError, addressed, pages, pinned, released

ROOT = Path(__file__).parents[1]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
RELEASED = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", CHANGELOG, re.M)
HEADINGS = re.findall(r"^## (.*)$", CHANGELOG, re.M)
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

PINS = re.compile(r"(?:rev: v|wfmodel\S*@v?|wfmodel==|such as \"==)(\d[\w.]*|main\b)")
"""How a page or an action names a version of wfmodel."""


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def pins() -> list[tuple[str, str]]:
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/**/*.yml")]
    return [
        (page.name, pin)
        for page in sorted(pages)
        for pin in PINS.findall(page.read_text(encoding="utf-8"))
    ]


def test_what_is_built_is_what_was_released_last():
    assert RELEASED[0][0] == VERSION


def test_the_editors_extension_has_the_same_version():
    package = json.loads((ROOT / "docs/editors/vscode/package.json").read_text(encoding="utf-8"))
    assert package["version"] == VERSION


def test_a_release_sets_the_version_of_the_extension():
    assert EXTENSION in pages()
    text = EXTENSION.read_text(encoding="utf-8")
    assert json.loads(pinned(text, VERSION, "9.9.9"))["version"] == "9.9.9"


def test_what_the_documentation_pins_is_what_was_released_last():
    assert len(pins()) >= 4
    assert {pin for _, pin in pins()} == {VERSION}


def test_the_changelog_is_in_order_and_open_at_the_top():
    expected = ["[Unreleased]", *(f"[{version}] - {day}" for version, day in RELEASED)]
    assert expected == HEADINGS
    versions = [numbers(version) for version, _ in RELEASED]
    assert versions == sorted(set(versions), reverse=True)
    days = [date.fromisoformat(day) for _, day in RELEASED]
    assert days == sorted(days, reverse=True)


def test_every_release_says_what_is_new_under_known_headings():
    known = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Known limits"}
    parts = re.split(r"^## .*$", CHANGELOG, flags=re.M)[1:]
    for part in parts:
        headings = re.findall(r"^### (.*)$", part, re.M)
        assert set(headings) <= known
        assert len(headings) == len(set(headings))
    assert all("### " in part for part in parts[1:])


def test_the_repository_is_named_in_one_place_and_meant_by_all():
    repository = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address = repository["urls"]["Repository"]
    assert all(each.startswith(address) for each in repository["urls"].values())
    named = {path.name: ADDRESS.findall(path.read_text(encoding="utf-8")) for path in pages()}
    assert {f"https://github.com/{each}" for found in named.values() for each in found} == {address}
    assert "CITATION.cff" in {name for name, found in named.items() if found}


CHANGES = """# Changelog

## [Unreleased]

### Added

- This.

## [1.2.0] - 2026-01-01

### Fixed

- That.
"""


def test_a_release_gives_the_open_section_its_version():
    text = released(CHANGES, "1.2.1", "2026-02-03")
    assert text.count("## [") == 3
    assert "## [Unreleased]\n\n## [1.2.1] - 2026-02-03\n\n### Added" in text
    assert text.endswith("- That.\n")


@pytest.mark.parametrize(
    ("version", "changes", "why"),
    [
        ("1.2.0", CHANGES, "1.2.0 is not above 1.2.0"),
        ("1.10", CHANGES, "three numbers; got '1.10'"),
        ("1.3.0", CHANGES.replace("### Added\n\n- This.\n\n", ""), "nothing under"),
    ],
)
def test_what_cannot_be_released_is_refused(version, changes, why):
    with pytest.raises(UnfitError, match=re.escape(why)):
        released(changes, version, "2026-02-03")


def test_a_release_takes_the_pages_along():
    for path in pages():
        text = path.read_text(encoding="utf-8")
        assert PINS.findall(pinned(text, VERSION, "9.9.9")) == ["9.9.9"] * len(PINS.findall(text))
        moved = addressed(text, "https://github.com/somebody/wfmodel")
        assert set(ADDRESS.findall(moved)) <= {"somebody/wfmodel"}
    assert pinned(f'version = "{VERSION}"', VERSION, "9.9.9") == 'version = "9.9.9"'


def test_what_is_installed_is_what_is_here():
    installed = distribution("wfmodel")
    origin = json.loads(installed.read_text("direct_url.json") or "{}").get("url", "")
    if url2pathname(urlsplit(origin).path) != str(ROOT):
        pytest.skip(f"installed from elsewhere: {origin or 'a package'}")
    assert installed.version == VERSION, "pip install -e . renews it, as make test does"
