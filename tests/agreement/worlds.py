"""What surrounds a random workflow: the published strategies."""

from wfmodel.testing import faults, knobs, settings_of_runs

__all__ = ["faults", "knobs", "settings_of_runs"]
