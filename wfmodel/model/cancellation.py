"""Somebody outside who cancels an instance: how often, and how long after its start."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from wfmodel.model.distributions import Distribution
from wfmodel.model.failures import Probability
from wfmodel.model.strict import STRICT


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Cancellation:
    """The share of instances that are cancelled, and when: ``delay`` counts from the start.

    One that comes when the instance has ended changes nothing.
    """

    probability: Probability
    delay: Distribution
