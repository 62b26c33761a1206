"""For the tests of those who use wfmodel; needs Hypothesis (``wfmodel[testing]``).

Strategies: ``workflows``, ``hybrids``, ``knobs``, ``faults``, ``settings_of_runs``,
``event_sequences``. ``beside_model`` runs your own implementation of a participant beside the
model's.
docs/testing.md has a whole example.
"""

try:
    import hypothesis as _hypothesis
except ImportError as error:
    raise ImportError(
        "wfmodel.testing needs Hypothesis, which is not installed: pip install 'wfmodel[testing]'"
    ) from error

from wfmodel.testing.beside import Implementation, beside_model
from wfmodel.testing.event_sequences import event_sequences
from wfmodel.testing.surroundings import faults, hybrids, knobs, settings_of_runs
from wfmodel.testing.workflows import SERVICES, workflows

__all__ = [
    "SERVICES",
    "Implementation",
    "beside_model",
    "event_sequences",
    "faults",
    "hybrids",
    "knobs",
    "settings_of_runs",
    "workflows",
]

assert _hypothesis is not None
