"""Reports in a real browser: what a reader does with them, on a desk, a phone, paper, in the dark.

Needs Chromium, and the packages playwright and axe-playwright-python (extra ``dev``).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from wfmodel.cli.app import main
from wfmodel.reports import diff_as_html, report_diff
from wfmodel.reports.rendering import script_of
from wfmodel.reports.report_data import read_report

sync_api = pytest.importorskip("playwright.sync_api")
sync_playwright_axe = pytest.importorskip("axe_playwright_python.sync_playwright")

REPORTS = Path(__file__).parents[2] / "reports"
MODELS = Path(__file__).parents[2] / "models"
NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), "")
PHONE = {"viewport": {"width": 390, "height": 844}}
DESK = {"viewport": {"width": 1400, "height": 900}}

pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium (apt-get install chromium)")


def report(scenario: Path, output: Path, *options: str) -> Path:
    with pytest.raises(SystemExit) as ended:
        main(["report", str(scenario), "--output", str(output), "--jobs", "1", *options])
    assert ended.value.code in (0, None)
    return output


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with all parts: stories, what-ifs, an instance, plots."""
    folder = tmp_path_factory.mktemp("report")
    source = MODELS / "stories" / "lost-transactions"
    data = yaml.safe_load((source / "scenario.yaml").read_text(encoding="utf-8"))
    data |= {"workflow": "workflow.yaml", "replications": 6, "what_ifs": 2}
    workflow = (source / "workflow.yaml").read_text(encoding="utf-8")
    (folder / "workflow.yaml").write_text(workflow, encoding="utf-8")
    scenario = folder / "scenario.yaml"
    scenario.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return report(scenario, folder / "report.html", "--explore", "600")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visit:
    """An open page, what it asked of the network, and what it said on the console."""

    def __init__(self, browser: Any, path: Path, **how: Any) -> None:
        self.page = browser.new_context(**(how or DESK)).new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.address = path.as_uri()
        self.page.goto(self.address)

    def count(self, selector: str) -> int:
        return self.page.locator(f"{selector}:visible").count()

    def metrics(self) -> Any:
        """The table of every metric, with the tools above it."""
        return self.page.locator("table.metrics[data-filter]")

    def titles(self) -> list[str]:
        """The metrics that are shown, in their order."""
        return self.metrics().locator("tbody tr:visible:not(.group) .term").all_inner_texts()


@pytest.mark.parametrize("how", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_is_asked_of_the_network_and_the_console_is_clean(browser, made, how):
    visit = Visit(browser, made, **how)
    visit.page.locator("summary").first.click()
    assert visit.asked == [visit.address]
    assert visit.said == []


def test_metrics_are_found_by_a_word(browser, made):
    visit = Visit(browser, made)
    everything = visit.titles()
    visit.page.get_by_label("Find a metric").fill("latency")
    assert visit.titles() == [each for each in everything if "atency" in each]
    assert visit.count("table.metrics tr.group") == 1  # cost: the only group with one of them
    visit.page.get_by_label("Find a metric").fill("")
    assert visit.titles() == everything


def test_only_differences_that_are_shown_can_be_left(browser, made):
    visit = Visit(browser, made)
    everything = len(visit.titles())
    visit.page.get_by_label("Only differences that are shown").check()
    shown = visit.metrics().locator("tbody tr:visible:not(.group) td:last-child").all_inner_texts()
    assert 0 < len(shown) < everything
    assert all(each.endswith(("better", "differs", "deciding metrics)")) for each in shown)
    assert visit.page.get_by_text(f"{len(shown)} of {everything} shown").is_visible()


def test_metrics_are_sorted_and_back_in_the_reports_order(browser, made):
    visit = Visit(browser, made)
    everything = visit.titles()
    head = visit.metrics().get_by_role("button", name="Metric")
    head.click()
    assert visit.titles() == sorted(everything, key=str.lower)
    head.click()
    assert visit.titles() == sorted(everything, key=str.lower, reverse=True)
    head.click()
    assert visit.titles() == everything
    visit.metrics().get_by_role("button", name="Difference").click()
    cells = visit.metrics().locator("tbody tr:visible:not(.group) td[data-value]")
    sizes = [float(each.get_attribute("data-value") or "-inf") for each in cells.all()]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[len(sizes) // 2]


def seen(part: Any) -> bool:
    """Whether it is shown, not folded away."""
    return part.evaluate("part => part.checkVisibility()")


def test_a_story_is_opened(browser, made):
    visit = Visit(browser, made)
    story = visit.page.locator("details.shortest").first
    assert not seen(story.locator("li").first)
    story.locator("summary").click()
    assert seen(story.locator("li").first)
    assert "receives ‘start’" in story.locator("li").first.inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_metrics_meaning_is_a_tap_away(browser, made, script):
    visit = Visit(browser, made, **PHONE, java_script_enabled=script)
    term = visit.page.locator(".term").first
    meaning = visit.page.locator(f"#{term.get_attribute('popovertarget')}")
    assert not meaning.is_visible()
    term.click()
    assert meaning.is_visible()
    meaning.get_by_role("link").click()
    definition = visit.page.locator(f"#m-{term.get_attribute('popovertarget').removeprefix('t-')}")
    assert seen(definition)  # though it stands in something folded


@pytest.mark.parametrize("width", [390, 768, 1400])
def test_nothing_is_cut_off_at_the_side(browser, made, width):
    visit = Visit(browser, made, viewport={"width": width, "height": 900})
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width
    wide = "[...document.querySelectorAll('.wide')].filter(e => e.scrollWidth > e.clientWidth)"
    assert visit.page.evaluate(f"{wide}.length") == 0


def test_a_phone_shows_every_variant_of_every_metric(browser, made):
    visit = Visit(browser, made, **PHONE)
    for row in visit.metrics().locator("tbody tr:not(.group)").all()[:10]:
        boxes = [cell.bounding_box() for cell in row.locator("td").all()]
        assert len(boxes) == 4  # two variants, the difference, the verdict
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
        labels = [cell.get_attribute("data-label") for cell in row.locator("td").all()]
        assert labels == ["memory", "database", "Difference", "Verdict"]


def test_without_scripts_all_of_it_is_there_and_no_dead_control(browser, made):
    visit = Visit(browser, made, **DESK, java_script_enabled=False)
    assert len(visit.titles()) > 50
    assert visit.count("input") == 0
    assert visit.count("svg") >= 5


def test_paper_has_the_stories_unfolded(browser, made):
    visit = Visit(browser, made)
    visit.page.emulate_media(media="print")
    visit.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    step = visit.page.locator("details.shortest li").first
    assert seen(step)
    assert visit.count("nav") == visit.count(".tools") == 0
    visit.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    visit.page.emulate_media(media="screen")
    assert not seen(step)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("how", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_serious(browser, made, how, scheme):
    visit = Visit(browser, made, **how, color_scheme=scheme)
    assert serious(visit.page) == []


OPENED = "document.querySelectorAll('details').forEach(each => { each.open = true; })"


@pytest.mark.long  # the same template as above, with what every model puts into it
@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.html")), ids=lambda path: path.stem)
def test_axe_finds_nothing_serious_in_any_committed_report(browser, path):
    for how in ({**DESK, "color_scheme": "light"}, {**PHONE, "color_scheme": "dark"}):
        visit = Visit(browser, path, **how)
        visit.page.evaluate(OPENED)
        assert serious(visit.page) == []
        assert (
            visit.page.evaluate("document.documentElement.scrollWidth") <= how["viewport"]["width"]
        )
        visit.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_what_changed(browser, made, scheme, tmp_path):
    old = read_report(str(made))
    page = tmp_path / "diff.html"
    page.write_text(diff_as_html(report_diff(old, old)), encoding="utf-8")
    visit = Visit(browser, page, **PHONE, color_scheme=scheme)
    assert serious(visit.page) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
    assert visit.said == []


def serious(page: Any) -> list[str]:
    found = sync_playwright_axe.Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def test_the_dark_changes_pictures_too(browser, made):
    ground = "getComputedStyle(document.body).backgroundColor"
    ink = "getComputedStyle(document.querySelector('.plots svg text')).fill"
    light, dark = (Visit(browser, made, **DESK, color_scheme=x).page for x in ("light", "dark"))
    assert light.evaluate(ground) != dark.evaluate(ground)
    assert light.evaluate(ink) != dark.evaluate(ink)


LAID_OUT = """[...document.querySelectorAll("body *")].filter(
  each => each.checkVisibility({contentVisibilityAuto: true})).length"""


def test_sixty_states_are_a_small_page(browser, tmp_path):
    states: dict[str, Any] = {
        f"step-{n}": {
            "kind": "task", "service": f"service-{n % 6}", "duration": "20ms", "idempotent": True,
            "next": f"step-{n + 1}" if n < 59 else "done",
        }
        for n in range(60)
    }  # fmt: skip
    states["done"] = {"kind": "final", "outcome": "succeeded"}
    workflow = {"name": "sixty", "initial": "step-0", "states": states}
    scenario = {
        "question": "Who decides?", "workflow": "workflow.yaml",
        "variants": {"o": {"design": "orchestration"}, "c": {"design": "choreography"}},
        "primary": ["lost"], "replications": 2, "what_ifs": 0, "seed": 1,
        "setting": {
            "arrivals": {"every": "10s"}, "horizon": "2m", "convergence": "2m",
            "faults": [{"kind": "crash", "target": "service-1", "every": "30s", "lasts": "5s"}],
        },
    }  # fmt: skip
    for name, data in (("workflow", workflow), ("scenario", scenario)):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    page = report(tmp_path / "scenario.yaml", tmp_path / "r.html", "--explore", "0")
    assert page.stat().st_size < 1_500_000
    visit = Visit(browser, page, **PHONE)
    assert visit.page.evaluate("document.querySelectorAll('*').length") < 12_000
    assert visit.page.evaluate(LAID_OUT) < 2_000  # of 6,600: what is near the screen
    assert len(script_of("report.js").text) < 10_000
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
    assert visit.said == []
