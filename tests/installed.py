"""The wheel in a clean environment: how large it is, and a newcomer's first commands.

``python -m tests.installed dist/*.whl [--lowest] [--size MIB] [--extras report]`` makes a virtual
environment with this interpreter, installs the wheel alone (``--lowest``: with the oldest of every
library that pyproject.toml allows), holds it to a size, and runs what needs no extra; with
``--extras`` what needs those, too. Any failure ends it with its output.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "models" / "order-fulfilment"
ALONE = (
    ("--version",),
    ("check", "workflow.yaml"),
    ("draw", "workflow.yaml", "--format", "dot"),
    ("draw", "workflow.yaml", "--output", "workflow.mmd"),
    ("rules",),
    ("schema",),
)
WITH_REPORT = (
    ("draw", "workflow.yaml", "--output", "workflow.svg"),
    ("compare", "scenario.yaml", "--replications", "3", "--explore", "0"),
)
NOT_OURS = ("pip", "setuptools", "_distutils_hack", "pkg_resources")
"""What every environment has already."""


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def lowest(wheel: Path) -> list[str]:
    """The oldest of every library that the wheel's metadata allow."""
    with ZipFile(wheel) as archive:
        [name] = [each for each in archive.namelist() if each.endswith("/METADATA")]
        text = archive.read(name).decode()
    found = re.findall(r"^Requires-Dist: ([\w.-]+)\S*?>=([\w.]+)", text, re.MULTILINE)
    return sorted({f"{library}=={version}" for library, version in found})


def mebibytes(packages: Path) -> float:
    """What is installed, without what every environment has and without compiled bytecode."""
    files = (path for path in packages.rglob("*") if path.is_file() and path.suffix != ".pyc")
    counted = (
        path for path in files if not path.relative_to(packages).parts[0].startswith(NOT_OURS)
    )
    return sum(path.stat().st_size for path in counted) / 2**20


def tried(wheel: Path, extras: str, oldest: bool, most: float) -> None:
    """One environment, from nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        [binaries] = [p for p in (folder / "venv").iterdir() if p.name in ("bin", "Scripts")]
        python = binaries / "python"
        pins = folder / "pins.txt"
        pins.write_text("\n".join(lowest(wheel) if oldest else ()))
        what = f"{wheel.resolve()}[{extras}]" if extras else str(wheel.resolve())
        run(python, "-m", "pip", "install", "--quiet", "-c", pins, what, folder=folder)
        for file in ("workflow.yaml", "scenario.yaml"):
            (folder / file).write_bytes((MODELS / file).read_bytes())
        for command in (*ALONE, *(WITH_REPORT if extras else ())):
            run(binaries / "wfmodel", *command, folder=folder)
        where = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))",
                    folder=folder)  # fmt: skip
        size = mebibytes(Path(where.strip()))
        listed = run(python, "-m", "pip", "list", "--format", "json", folder=folder)
        count = len([each for each in json.loads(listed) if each["name"] not in NOT_OURS])
        version = ".".join(map(str, sys.version_info[:3]))
        print(f"Python {version}, {'oldest' if oldest else 'newest'}, extras"
              f" {extras or 'none'}: {count} packages, {size:.0f} MiB")  # fmt: skip
        if size > most:
            sys.exit(f"more than {most:g} MiB")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--lowest", action="store_true")
    parser.add_argument("--extras", default="")
    parser.add_argument("--size", type=float, default=60.0, help="MiB at most, without extras")
    given = parser.parse_args()
    most = float("inf") if given.extras else given.size
    tried(given.wheel, given.extras, given.lowest, most)


if __name__ == "__main__":
    main()
