"""``reports/``: a report of each model's scenario (``make reports``; a test holds them current).

``python -m tests.model_reports`` says which are stale, ``--write`` renews them. The report of the
demonstration is the whole one that ``make demo`` leaves; the others are first looks (``--quick``),
some seconds each.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "reports"
DEMO = "order-fulfilment"


def scenarios() -> dict[str, Path]:
    """The scenario of each report, by the report's name."""
    found = sorted((ROOT / "models").rglob("scenario.yaml"))
    found = [path for path in found if (ROOT / "models" / "bugs") not in path.parents]
    return {path.parent.name: path.relative_to(ROOT) for path in found}


def made(name: str, folder: Path) -> str:
    """The report as the code makes it today, at first in a folder of its own."""
    output = folder / "reports" / f"{name}.html"
    output.parent.mkdir(exist_ok=True)
    if not (folder / "models").exists():
        (folder / "models").symlink_to(ROOT / "models")
    quick = [] if name == DEMO else ["--quick"]
    where = ["--output", f"reports/{name}.html", "--root", str(ROOT)]
    subprocess.run(
        [sys.executable, "-m", "wfmodel", "report", str(scenarios()[name]), *where, *quick],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return output.read_text(encoding="utf-8")


def compared(page: str) -> str:
    """What has to be the same: all but the version, and the drawn workflow, whose lines depend on
    the fonts of a machine.
    """
    page = re.sub(r'(wfmodel |"wfmodel":")\d[\w.+]*', r"\1", page)
    return re.sub(r'(<figure class="scroll diagram").*?</figure>', r"\1", page, flags=re.DOTALL)


def committed(name: str) -> str:
    """The report as it is in the folder; nothing if there is none."""
    path = REPORTS / f"{name}.html"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def left(name: str) -> bool:
    """Whether the report that stands in the folder says what the checkout's commit has."""
    path = f"reports/{name}.html"
    kept = subprocess.run(
        ["git", "show", f"HEAD:{path}"], cwd=ROOT, check=True, capture_output=True
    )
    return compared(kept.stdout.decode("utf-8")) == compared(committed(name))


def main() -> int:
    """Compare the reports with what the code makes, or write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="of reports [all but the demonstration's]")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--left", metavar="NAME", help="compare what stands there with the commit")
    given = parser.parse_args()
    if given.left:
        print(f"{given.left}: {'as committed' if left(given.left) else 'not as committed'}")
        return int(not left(given.left))
    stale = 0
    for name in given.names or [each for each in scenarios() if each != DEMO]:
        with tempfile.TemporaryDirectory() as folder:
            page = made(name, Path(folder))
        old = compared(committed(name)) != compared(page)
        if old and given.write:
            (REPORTS / f"{name}.html").write_text(page, encoding="utf-8")
        stale += old and not given.write
        print(f"{'written' if old and given.write else 'stale' if old else 'current'}: {name}")
    return int(stale > 0)


if __name__ == "__main__":
    sys.exit(main())
