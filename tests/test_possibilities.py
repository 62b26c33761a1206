"""The page of possibilities says what the code says; the smallest model stands for all."""

from __future__ import annotations

import re

import pytest

from tests.possibilities import MODELS, OPENING, PAGE, ROOT, SAMPLED, Row, computed, rows


def lines(model: str) -> list[str]:
    """The page's table of one model, without its head."""
    text = PAGE.read_text(encoding="utf-8")
    [chapter] = [c for c in re.split(r"^## ", text, flags=re.M) if f"`models/{model}`" in c]
    return [line for line in chapter.splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("row", rows(SAMPLED), ids=lambda row: f"{row.design}, {row.knobs}")
def test_the_rows_of_the_smallest_model_are_current(row: Row):
    assert computed(row) in lines(row.model)


def test_every_model_that_can_run_is_there():
    files = {
        path.parent for path in (ROOT / "models").rglob("workflow.*") if "notes" not in path.name
    }
    names = {str(folder.relative_to(ROOT / "models")) for folder in files}
    stories = {name for name in names if name.startswith(("stories/", "bugs/"))}
    apart = {"broken-structure", "airflow-sales"}  # cannot run; has too many states for a row
    apart |= {"airflow-tables"}  # without effects: to be read beside Airflow
    assert names - stories - apart | {SAMPLED[0]} == set(MODELS)
    assert all(len(lines(model)) == len(rows((model,))) for model in MODELS)


def test_the_bounds_are_stated():
    for kind in ("crash", "lost\nmessage", "repeated message", "time-out"):
        assert kind in OPENING
