"""Rows of the history, six words each, as the driver's recorder writes them."""

from __future__ import annotations

from wfmodel.native.words import ask, compiled, get, put
from wfmodel.simulation.kernel.layout import ASK_ROWS, H_ASK, H_NOW, H_ROW, H_ROW_END


@compiled
def row(h: int, kind: int, instance: int, participant: int, a: int, b: int) -> None:
    """Something happened now."""
    place = get(h, H_ROW)
    if place == get(h, H_ROW_END):
        ask(get(h, H_ASK), ASK_ROWS, 0, 0, 0, 0)
        place = get(h, H_ROW)
    put(place, 0, get(h, H_NOW))
    put(place, 1, kind)
    put(place, 2, instance)
    put(place, 3, participant)
    put(place, 4, a)
    put(place, 5, b)
    put(h, H_ROW, place + 48)
