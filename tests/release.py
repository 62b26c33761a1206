"""A release, by one command: ``make release VERSION=1.2.3`` (``python -m tests.release 1.2.3``).

On a clean checkout whose tests are green it gives the changelog's open section its version and
date, sets the version in pyproject.toml, CITATION.cff, the editor's extension and the pages that
pin it, commits, tags, and leaves in ``dist/`` the wheel, the sdist, a bill of materials (CycloneDX,
of the wheel installed alone with the pinned versions) and their SHA-256 sums. Nothing is pushed:
``git push --follow-tags`` starts the workflow that publishes.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
EXTENSION = ROOT / "docs" / "editors" / "vscode" / "package.json"
ADDRESS = re.compile(r"(?<=github\.com/)[\w.-]+/wfmodel|(?<=uses: )[\w.-]+/wfmodel")
"""How a page names the repository."""


class UnfitError(ValueError):
    """It cannot be released so."""


def numbers(version: str) -> tuple[int, ...]:
    """A version as it is ordered.

    Raises:
        UnfitError: it is none.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise UnfitError(f"a version is three numbers; got {version!r}")
    return tuple(map(int, version.split(".")))


def released(changelog: str, version: str, day: str) -> str:
    """The changelog with its open section as a version's, and a new open one above.

    Raises:
        UnfitError: nothing is open, or the version is not above the last.
    """
    last = re.search(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    if last is not None and numbers(version) <= numbers(last.group(1)):
        raise UnfitError(f"{version} is not above {last.group(1)}")
    opened = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## \[|\Z)", changelog, re.DOTALL | re.M)
    if opened is None or "### " not in opened.group(1):
        raise UnfitError("CHANGELOG.md has nothing under [Unreleased]")
    head = f"## [Unreleased]\n\n## [{version}] - {day}\n"
    return changelog[: opened.start()] + head + opened.group(1) + changelog[opened.end() :]


def pinned(text: str, old: str, new: str) -> str:
    """A page with another version in its pins (``rev: v1.2.3``, ``wfmodel==1.2.3``, ``@v1.2.3``),
    and where a file says its own.
    """
    own = r"^version: |^version = \"|^  \"version\": \""
    marks = rf"rev: v|wfmodel\S*@v?|wfmodel==|such as \"==|{own}"
    return re.sub(rf"({marks}){re.escape(old)}\b", rf"\g<1>{new}", text, flags=re.MULTILINE)


def addressed(text: str, repository: str) -> str:
    """A page with the repository where it says where the project is."""
    return ADDRESS.sub(repository.removeprefix("https://github.com/"), text)


def pages() -> Iterator[Path]:
    """Files that say a version of wfmodel, or where it is."""
    yield from (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CITATION.cff")
    yield ROOT / "pyproject.toml"
    yield EXTENSION
    yield from sorted(ROOT.glob("docs/**/*.md"))
    yield from sorted(ROOT.glob(".github/**/*.yml"))


def rewritten(version: str, day: str) -> None:
    """All files as they are in the release."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = ROOT / "CHANGELOG.md"
    text = released(changelog.read_text(encoding="utf-8"), version, day)
    changelog.write_text(text, encoding="utf-8")
    for path in pages():
        text = pinned(path.read_text(encoding="utf-8"), project["version"], version)
        text = addressed(text, project["urls"]["Repository"])
        if path.name == "CITATION.cff":
            text = re.sub(r"^date-released: .*$", f"date-released: {day}", text, flags=re.MULTILINE)
        path.write_text(text, encoding="utf-8")


def artefacts(version: str) -> None:
    """The files of ``dist/``, from what is committed."""
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "build", "--outdir", str(DIST), ".")
    bill = DIST / f"wfmodel-{version}.cdx.json"
    wheel = DIST / f"wfmodel-{version}-py3-none-any.whl"
    with tempfile.TemporaryDirectory() as name:
        venv.create(name, with_pip=True)
        python = f"{name}/bin/python"
        run(python, "-m", "pip", "install", "--quiet", "-c", "constraints.txt", str(wheel))
        run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "pip", "setuptools")
        run(sys.executable, "-m", "cyclonedx_py", "environment", python,
            "--output-reproducible", "--of", "JSON", "-o", str(bill))  # fmt: skip
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(DIST.iterdir())
    ]
    (DIST / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def run(*command: str) -> str:
    """What a command prints; it must succeed."""
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version")
    parser.add_argument("--day", default=date.today().isoformat())
    parser.add_argument("--artefacts-only", action="store_true", help="of what is checked out")
    given = parser.parse_args()
    try:
        numbers(given.version)
        if not given.artefacts_only:
            if run("git", "status", "--porcelain").strip():
                raise UnfitError("the checkout has changes that are not committed")
            rewritten(given.version, given.day)
            run("git", "commit", "--all", "--message", f"Release {given.version}")
            message = f"wfmodel {given.version}"
            run("git", "tag", "--annotate", f"v{given.version}", "--message", message)
    except UnfitError as error:
        sys.exit(f"release: {error}")
    artefacts(given.version)


if __name__ == "__main__":
    main()
