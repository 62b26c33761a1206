"""The documentation site as readers see it; `make site` builds it and calls this.

Needs Chromium, and the package playwright (extra ``dev``).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.reports.test_explorer_page import browser  # noqa: F401 - a fixture
from tests.reports.test_in_a_browser import serious
from tests.site_pages import MERMAID, ROOT

SITE = ROOT / "build" / "site"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.glob("*.html"))
WIDTHS = {"desk": 1400, "phone": 390}

pytestmark = pytest.mark.skipif(
    not (SITE / MERMAID).exists(), reason="the site is not built: make site"
)


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Visit:
    """A page of the site, what was asked for, and what it said on the console."""

    def __init__(self, browser: Any, address: str, **how: Any) -> None:  # noqa: F811 - as above
        self.page = browser.new_context(**how).new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(address)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_nothing_is_asked_elsewhere_and_nothing_is_wider_than_the_page(browser, address, width):  # noqa: F811
    size = {"width": width, "height": 900}
    wide = []
    for page in PAGES:
        visit = Visit(browser, address + page, viewport=size)
        assert [each for each in visit.asked if not each.startswith(address)] == [], page
        assert visit.said == [], page
        if visit.page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(page)
        visit.page.context.close()
    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_diagram_is_drawn_by_what_the_site_has(browser, address, scheme):  # noqa: F811
    visit = Visit(browser, address + "hybrid.html", color_scheme=scheme)
    drawn = visit.page.locator("div.mermaid")
    drawn.wait_for()
    visit.page.wait_for_load_state("networkidle")
    assert drawn.bounding_box()["height"] > 100
    assert address + MERMAID in visit.asked
    assert [each for each in visit.asked if not each.startswith(address)] == []


def test_a_page_without_a_diagram_loads_nothing_for_one(browser, address):  # noqa: F811
    assert address + MERMAID not in Visit(browser, address + "tutorial.html").asked


def test_search_finds_a_page(browser, address):  # noqa: F811
    visit = Visit(browser, address + "index.html", viewport={"width": 1400, "height": 900})
    visit.page.get_by_role("textbox", name="Search").fill("redelivery")
    visit.page.locator(".md-search-result__item").first.wait_for()
    assert visit.said == []


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (390, "dark")])
def test_axe_finds_nothing_serious(browser, address, width, scheme):  # noqa: F811
    found = {}
    for page in ("index.html", "tutorial.html", "metrics.html", "hybrid.html"):
        size = {"width": width, "height": 900}
        visit = Visit(browser, address + page, viewport=size, color_scheme=scheme)
        visit.page.wait_for_load_state("networkidle")
        found[page] = serious(visit.page)
        visit.page.context.close()
    assert not any(found.values()), found
