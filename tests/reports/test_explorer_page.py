"""The page for exploring by hand: what is in it, and what a browser does with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml

from tests.reports.test_reports import Text, command
from wfmodel.escaping import script_data

MODELS = Path(__file__).parents[2] / "models"
SCENARIO = MODELS / "order-fulfilment" / "scenario.yaml"
MOST_BYTES = 5_000_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of order fulfilment; its question tries to break out of it."""
    folder = tmp_path_factory.mktemp("explorer")
    data = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    data["workflow"], data["question"] = (
        "workflow.yaml",
        "Is </script><script>alert(1)</script> safe?",
    )
    workflow = (SCENARIO.parent / "workflow.yaml").read_text(encoding="utf-8")
    (folder / "workflow.yaml").write_text(workflow, encoding="utf-8")
    (folder / "scenario.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    output = folder / "page.html"
    arguments = ("--instances", 12, "--explore", 3_000, "--output", output)
    assert command("explorer", folder / "scenario.yaml", *arguments) in (0, None)
    return output


@pytest.fixture(scope="module")
def page(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def data_of(page: str) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_page_needs_nothing_else_and_is_small(page: str):
    text = Text()
    text.feed(page)
    assert {"link", "script", "table", "details"} <= set(text.tags)
    assert [each for each in text.resources if not each.startswith(("#", "data:,"))] == []
    assert len(page.encode()) < MOST_BYTES
    assert text.tags.count("script") == 2, "the question did not become one"


def test_without_the_script_every_step_is_in_a_table(page: str):
    data = data_of(page)
    for number, walk in enumerate(data["walks"]):
        [article] = re.findall(
            rf'<article class="walk" data-walk="{number}">.*?</article>', page, re.S
        )
        assert article.count("<tr") == len(walk["steps"]) + 1


def test_every_number_in_the_data_leads_somewhere(page: str):
    data = data_of(page)
    for walk in data["walks"]:
        last = len(walk["steps"]) - 1
        assert all(moment < len(data["moments"]) for _, _, moment, _ in walk["steps"])
        assert all(
            sent <= (last if ended is None else ended) for sent, ended, *_ in walk["flights"]
        )
    views = {view for moment in data["moments"] for part in moment[:2] for view in part}
    assert views == set(range(len(data["views"])))


def test_what_is_left_out_is_said(page: str):
    assert "316 of 328 instances" in page
    assert "searches for stories stopped at 3,000 states" in page


def test_a_story_has_its_decisive_step(page: str):
    stories = [walk for walk in data_of(page)["walks"] if not walk["timed"]]
    assert stories
    assert all(walk["decisive"] is not None for walk in stories)
    assert page.count("decisive: from here on it cannot end clean") == len(stories)


def test_the_same_seed_gives_the_same_bytes(file: Path, page: str):
    again = file.with_name("again.html")
    arguments = ("--instances", 12, "--explore", 3_000, "--output", again)
    assert command("explorer", file.with_name("scenario.yaml"), *arguments) in (0, None)
    assert again.read_text(encoding="utf-8") == page.replace("page.html", "again.html")


def test_a_workflow_alone_has_sample_runs(tmp_path: Path):
    output = tmp_path / "page.html"
    workflow = SCENARIO.with_name("workflow.yaml")
    assert command("explorer", workflow, "--explore", 0, "--instances", 3, "-o", output) in (
        0,
        None,
    )
    assert len(data_of(output.read_text(encoding="utf-8"))["arrived"]) == 3


def test_where_nobody_arrives_there_are_stories_only(tmp_path: Path):
    """Faults of the run were to stand beside an instance, and there is none."""
    data = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    data["workflow"], data["setting"]["arrivals"] = "workflow.yaml", {"every": "11000d"}
    text = (SCENARIO.parent / "workflow.yaml").read_text(encoding="utf-8")
    (tmp_path / "workflow.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    output = tmp_path / "page.html"
    asked = ("explorer", tmp_path / "scenario.yaml", "--explore", 300, "--output", output)
    assert command(*asked) in (0, None)
    found = data_of(output.read_text(encoding="utf-8"))
    assert found["arrived"] == {}
    assert set(map(str, found["faults"].values())) == {"[]"}


def test_data_of_a_script_cannot_end_it():
    hostile = {"</script>": "<!--<script>", "&": "\u2028"}
    text = script_data(hostile)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == hostile


# ---------------------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium of the system's; tests skip where there is none."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = which("chromium") or which("chromium-browser") or which("google-chrome")
    if program is None:
        pytest.skip("no chromium: apt-get install chromium")
    with driver.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, file: Path) -> Iterator[Callable[..., Any]]:
    """Opens the page in a window; whatever it asks of the network or says in the console fails."""
    said: list[str] = []
    contexts = []

    def opened(width: int = 1400, **how: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **how)
        contexts.append(context)
        shown = context.new_page()
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.on(
            "request", lambda asked: said.append(asked.url) if asked.url != file.as_uri() else 0
        )
        shown.goto(file.as_uri())
        return shown

    yield opened
    for context in contexts:
        context.close()
    assert [each for each in said if each != file.as_uri()] == []


def test_the_run_has_round_times_below_it(visit):
    shown = visit()
    ticks = shown.locator("#run .tick").all_text_contents()
    assert ticks[:4] == ["0 min", "2 min", "4 min", "6 min"]
    assert len(ticks) <= 7


def test_an_instance_is_picked_and_stepped_through(visit):
    shown = visit()
    shown.locator("#instances summary").first.click()
    title = shown.locator("#instances summary strong").first.inner_text()
    assert shown.locator("#picked").inner_text() == title
    first = shown.locator("#now").inner_text()
    assert "arrives" in first
    shown.locator("#on").click()
    second = shown.locator("#now").inner_text()
    assert second.startswith("2 of ")
    assert second != first
    shown.locator("#back").click()
    assert shown.locator("#now").inner_text() == first
    assert shown.locator("#back").is_disabled()
    shown.keyboard.press("End")
    assert shown.locator("#on").is_disabled()
    assert shown.locator(".panel").count() == 2, "the same instance in both variants"
    assert shown.locator(".views td.succeeded, .views td.aborted").count() > 0
    assert shown.locator("g.is-done, g.is-undone").count() > 0, "the diagram is marked"


def test_the_timeline_and_a_row_lead_to_their_step(visit):
    shown = visit()
    box = shown.locator("#timeline svg").bounding_box()
    shown.mouse.click(box["x"] + box["width"] - 10, box["y"] + 30)
    assert shown.locator("#on").is_disabled()
    row = shown.locator(".panel .steps tbody tr").nth(2)
    row.click()
    assert "here" in row.get_attribute("class")


def test_the_list_is_filtered(visit):
    shown = visit()
    visible = shown.locator("#instances .subject:visible")
    everything = visible.count()
    chip = shown.locator(".chip", has_text="ends differently")
    chip.click()
    assert 0 < visible.count() < everything
    assert chip.get_attribute("aria-pressed") == "true"
    assert shown.locator("#shown").inner_text() == f"{visible.count()} instance" + "s" * (
        visible.count() != 1
    )
    chip.click()
    shown.locator("#find").fill("no such word")
    assert visible.count() == 0


def test_a_bar_of_the_run_picks_its_instance(visit):
    shown = visit()
    before = shown.locator("#picked").inner_text()
    bar = shown.locator("#run .bar:not(.current)").last
    bar.click(force=True)
    assert shown.locator("#picked").inner_text() != before


def test_a_story_is_stepped_through_alike_and_its_decisive_step_found(visit):
    shown = visit()
    shown.locator("#stories summary").first.click()
    shown.locator("#to-decisive").click()
    assert shown.locator(".steps tr.here.decisive").count() == 1
    shown.reload()
    assert shown.locator(".steps tr.here.decisive").count() == 1, "the address remembers the step"


def test_views_part_and_heal_and_show_one_at_a_time(visit):
    shown = visit()
    shown.locator("#instances summary").first.click()
    shown.locator("#to-turn").click()
    assert shown.locator("tr.disputed").count() > 0
    shown.locator(".views thead button").nth(1).click()
    assert shown.locator(".views thead button").nth(1).get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_is_wider_than_the_window(visit, width):
    shown = visit(width)
    shown.locator("#instances summary").first.click()
    shown.locator("#on").click()
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.locator("#on").bounding_box()["height"] >= 30


def test_in_the_dark_it_is_dark(visit):
    grounds = [
        visit(color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert grounds == ["rgb(255, 255, 255)", "rgb(18, 22, 27)"]


def test_without_javascript_the_tables_are_read(visit):
    shown = visit(java_script_enabled=False)
    shown.locator("#instances summary").first.click()
    assert shown.locator("#instances .steps").first.is_visible()
    assert shown.locator("#player").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(visit(color_scheme=scheme)).response["violations"]
    serious = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []
