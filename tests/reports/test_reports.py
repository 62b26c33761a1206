"""What a report holds, whatever is in it, and that it is the same for the same seed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from wfmodel.cli.app import main

MODELS = Path(__file__).parents[2] / "models"
SCENARIO = MODELS / "order-fulfilment" / "scenario.yaml"
LITTLE = ("--explore", 1_300)
"""Configurations: enough for one crash of the choreography (1,256), too few for the other."""


def command(*arguments: object) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's scenario, small enough for a test; its names try to break out of the page."""
    folder = tmp_path_factory.mktemp("scenario")
    data = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    data["workflow"] = "workflow.yaml"
    data["replications"] = 6
    data["what_ifs"] = 3
    data["question"] = "Is <script>alert(1)</script> | safe & `sound`?"
    data["sweep"] = {"fault": "crash", "every": ["20m", "2m"], "replications": 2}
    workflow = (SCENARIO.parent / "workflow.yaml").read_text(encoding="utf-8")
    (folder / "workflow.yaml").write_text(workflow, encoding="utf-8")
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page(small: Path) -> str:
    output = small.with_name("report.html")
    assert command("report", small, "--output", output, *LITTLE, "--jobs", 1) in (0, None)
    return output.read_text(encoding="utf-8")


class Text(HTMLParser):
    """Headings, pictures' descriptions, and the tags that a page may not have."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.resources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.resources += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def parsed(page: str) -> Text:
    text = Text()
    text.feed(page)
    return text


@pytest.mark.parametrize(
    "promised",
    [
        "assum",
        "reverse",
        "findings",
        "recover",
        "divergence",
        "consisten",
        "wfmodel report",
        "--seed",
        "One instance that a fault hit",
        "What can happen, and how often it did",
        "within 1,300 configurations",
        "within 1 crash",
        "not recovered|censored|still",
    ],
)
def test_the_page_has_every_part(parsed: Text, promised: str):
    assert re.search(promised, " ".join(parsed.words), re.IGNORECASE)


def test_the_page_draws_the_workflow_and_at_least_four_plots(parsed: Text):
    assert parsed.tags.count("svg") >= 5


def test_the_page_tells_the_shortest_stories(tmp_path: Path):
    """One variant loses orders when it crashes: three steps, told one by one."""
    output = tmp_path / "lost.html"
    lost = MODELS / "stories" / "lost-transactions" / "scenario.yaml"
    few = ("--replications", 2, "--jobs", 1, "--explore", 600)
    assert command("report", lost, "--output", output, *few) in (0, None)
    text = output.read_text(encoding="utf-8")
    assert "Lost: 3 steps, 1 crash" in text
    story = text[text.index("Lost: 3 steps") :]
    steps = re.findall(r"<li>(.*?)</li>", story)[:3]
    assert [step.split(":")[0] for step in steps] == [
        "orchestrator receives ‘start’",
        "orchestrator crashes",
        "orchestrator restarts",
    ]


def test_the_page_needs_nothing_else(parsed: Text):
    assert not [each for each in parsed.resources if each and not each.startswith("#")]
    assert "link" not in parsed.tags


def test_what_a_file_says_stays_text(page: str):
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_workers(small: Path, page: str):
    output = small.with_name("report.html")
    assert command("report", small, "--output", output, *LITTLE, "--jobs", 2) in (0, None)
    assert output.read_text(encoding="utf-8") == page


def test_markdown_has_its_pictures_beside_it(small: Path):
    output = small.with_name("report.md")
    assert command("report", small, "--output", output, *LITTLE, "--jobs", 1) in (0, None)
    text = output.read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)
    assert len(pictures) >= 4
    assert all((output.parent / picture).is_file() for picture in pictures)
    assert text.count("|---") + text.count("| ---") + text.count("|:--") >= 1


def test_another_seed_gives_another_page(small: Path, page: str):
    output = small.with_name("other.html")
    assert command("report", small, "--output", output, *LITTLE, "--seed", 2, "--jobs", 1) in (
        0,
        None,
    )
    assert output.read_text(encoding="utf-8") != page


@pytest.mark.parametrize("name", ["long.html", "long.md"])
def test_a_workflow_larger_than_a_picture_is_not_drawn_and_that_is_said(
    small: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr("wfmodel.reports.page.MOST_BOXES", 3)
    output = small.with_name(name)
    words = ("--quick", "--replications", 2, "--explore", 0, "--jobs", 1)
    assert command("report", small, "--output", output, *words) in (0, None)
    text = output.read_text(encoding="utf-8")
    assert "states are more than a picture shows" in text
    assert "stateDiagram" not in text
    assert "The workflow, drawn" not in text
