"""docs/demonstration.md argues with the numbers of the demonstration's report, and no others."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/demonstration.md").read_text(encoding="utf-8")
REPORT = (ROOT / "reports/order-fulfilment.html").read_text(encoding="utf-8")
SCALE = {"ms": 1e-3, "s": 1.0, "min": 60.0, "pp": 1.0}
NUMBER = re.compile(r"([+−-]?)(\d[\d,]*\.?\d*)[\s\u00a0]*(pp|ms|min|s)?\b")
CHANGES = {
    "no time-outs on steps": "No time-outs on steps",
    "tombstones": "Undos leave tombstones",
    "delivery at most once": "Delivery at-most-once",
    "the orchestrator never fails": "The orchestrator never fails",
    "ten times as many crashes": "Ten times as many crashes",
    "a tenth as many crashes": "A tenth as many crashes",
    "every fault ten times as long": "Every fault lasts ten times as long",
}


def data() -> dict[str, Any]:
    """What the report keeps for other programs."""
    found = re.search(r'id="report-data"[^>]*>(.*?)</script>', REPORT, re.DOTALL)
    assert found is not None
    kept: dict[str, Any] = json.loads(html.unescape(found[1]))
    return kept


def told(text: str) -> list[tuple[float, float]]:
    """Each number in seconds or points, and half of what its last digit is worth."""
    numbers = []
    for sign, digits, unit in NUMBER.findall(text):
        scale = SCALE.get(unit, 1.0)
        value = float(digits.replace(",", "")) * scale * (-1 if sign in ("−", "-") else 1)
        after = len(digits.partition(".")[2])
        numbers.append((value, 0.5 * 10.0**-after * scale))
    return numbers


def of_the_report(words: str) -> list[float]:
    """Differences in a row of what would reverse it: of fulfilment, clean ends, delay."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", REPORT, re.DOTALL)
    texts = [html.unescape(re.sub(r"<[^>]+>", " ", row)).strip() for row in rows]
    [row] = [each for each in texts if each.startswith(words)]
    return [value for value, _ in told(row.removeprefix(words))]


@pytest.mark.parametrize("change", CHANGES)
def test_what_would_reverse_it_is_as_in_the_report(change: str) -> None:
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| {change} ")]
    cells = row.split("|")[2:5]
    for cell, measured in zip(cells, of_the_report(CHANGES[change])[:3], strict=True):
        [(value, half)] = told(cell)
        assert abs(value - measured) <= max(half * 1.001, 0.005 * abs(measured)), (change, cell)


def test_the_headline_s_numbers_are_the_report_s() -> None:
    kept = data()
    assert kept["headline"].startswith(
        "Choreography is better on fulfilment (committed), clean ends (terminal consistency), delay"
        " by faults and wrong answers where one asks (one advantage, not four"
    )
    metrics, text = kept["metrics"], " ".join(PAGE.split())
    means = {
        (name, who): each["mean"]
        for name, line in metrics.items()
        for who, each in line["estimates"].items()
    }
    asked, direct = "orchestration", "choreography"
    gap = metrics["committed"]["difference"]
    assert f"{kept['variants'][asked]:,} orders in each design" in text
    for words in (
        f"It fulfils {100 * means['committed', direct]:.1f} % of the orders",
        f"orchestration {100 * means['committed', asked]:.1f} %",
        f"difference {100 * gap['mean']:.1f} percentage points",
        f"interval {100 * gap['low']:.1f} to {100 * gap['high']:.1f})",
        f"half done ({100 * means['dangling_compensation', asked]:.1f} %)",
        f"leaves {means['dangling_compensation', asked] * kept['variants'][asked]:.0f} orders",
        f"So {100 * means['derailed', asked]:.1f} % of the orchestrated orders",
        f"({means['fault_delay', asked]:.1f} s against {means['fault_delay', direct]:.1f} s)",
        f"({means['recovery_noticed', asked]:.1f} s after the fault against"
        f" {means['recovery_noticed', direct]:.1f} s",
    ):
        assert words in text, words
