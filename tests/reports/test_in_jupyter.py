"""The notebook's explorer in a real JupyterLab: run all, move a slider, see the answer change.

Needs Chromium and the extra ``notebooks``, which `make notebooks` installs and calls this with.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.reports.test_explorer_page import SCENARIO, browser  # noqa: F401 - a fixture

pytestmark = pytest.mark.skipif(
    find_spec("jupyterlab") is None or find_spec("anywidget") is None,
    reason="JupyterLab is not installed: make notebooks",
)
CELL = f"import wfmodel\nwfmodel.explorer({str(SCENARIO)!r}, instances=2)"
CELLS = "[...document.querySelectorAll('.wf-live td')].map(each => each.innerText).join()"
NAME = "explorer.ipynb"
PATIENCE_MS = 60_000
"""A kernel starts, and a first answer compiles."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on a folder with one notebook."""
    nbformat = pytest.importorskip("nbformat")
    folder = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / NAME)
    options = (
        "--no-browser",
        "--allow-root",
        "--ServerApp.port=0",
        "--ServerApp.open_browser=False",
        "--IdentityProvider.token=",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        f"--ServerApp.root_dir={folder}",
    )
    environment = {
        "PATH": str(Path(sys.executable).parent),
        "HOME": str(folder),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield address_of(process, folder)
    finally:
        process.terminate()
        process.wait()


def address_of(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Where it listens; a server that ended says why in its log."""
    for _ in range(600):
        if "is running at" in (folder / "log").read_text(encoding="utf-8"):
            [told] = (folder / "runtime").glob("jpserver-*.json")
            return str(json.loads(told.read_text(encoding="utf-8"))["url"])
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            break
    raise AssertionError((folder / "log").read_text(encoding="utf-8"))


def cells(page: Any) -> str:
    return str(page.evaluate(CELLS))


def test_a_slider_is_moved_and_the_kernel_answers(lab, browser):  # noqa: F811 - as above
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{lab}lab/tree/{NAME}")
    page.get_by_text("| Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator("[data-command='runmenu:run-all']").click()
    page.wait_for_selector(".wf-live td")
    before = cells(page)
    page.get_by_role("slider", name="replicas of each service").fill("4")
    page.wait_for_function(f"before => {CELLS} !== before", arg=before)
    page.get_by_text("as the scenario says").click()
    page.wait_for_function(f"before => {CELLS} === before", arg=before)
    page.get_by_text("step through instances").click()
    page.wait_for_selector(".wf-live iframe")
    assert [each for each in asked if not each.startswith((lab, "data:", "blob:", "about:"))] == []
    assert said == []
    page.context.close()
