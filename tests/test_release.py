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


def test_what_is_installed_is_what_is_here():
    installed = distribution("wfmodel")
    origin = json.loads(installed.read_text("direct_url.json") or "{}").get("url", "")
    if url2pathname(urlsplit(origin).path) != str(ROOT):
        pytest.skip(f"installed from elsewhere: {origin or 'a package'}")
    assert installed.version == VERSION, "pip install -e . renews it, as make test does"
