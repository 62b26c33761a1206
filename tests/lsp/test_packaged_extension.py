"""The extension as ``make vsix`` packages it: all that it runs is in it."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PACKAGED = ROOT / "build" / "wfmodel.vsix"
SOURCE = ROOT / "docs" / "editors" / "vscode"


@pytest.mark.skipif(not PACKAGED.is_file(), reason="not packaged: make vsix")
def test_the_extension_is_packaged_with_what_it_runs():
    with ZipFile(PACKAGED) as archive:
        names = set(archive.namelist())
        declared = json.loads(archive.read("extension/package.json"))
        assert archive.read("extension/extension.js") == (SOURCE / "extension.js").read_bytes()
    assert declared["version"] == json.loads((SOURCE / "package.json").read_bytes())["version"]
    assert {"extension.vsixmanifest", "extension/LICENSE.txt"} <= names
    for library in declared["dependencies"]:
        assert f"extension/node_modules/{library}/package.json" in names
