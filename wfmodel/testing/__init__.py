"""For the tests of those who use wfmodel; needs Hypothesis (``wfmodel[testing]``).

Strategies: ``workflows``, ``hybrids``, ``knobs``, ``faults``, ``settings_of_runs``,
``event_sequences``. ``beside_model`` runs your own implementation of a participant beside the
model's.
docs/testing.md has a whole example.
"""

from wfmodel.extras import need

need("hypothesis")  # before anything here imports it

from wfmodel.testing.beside import Implementation, beside_model  # noqa: E402
from wfmodel.testing.event_sequences import event_sequences  # noqa: E402
from wfmodel.testing.surroundings import faults, hybrids, knobs, settings_of_runs  # noqa: E402
from wfmodel.testing.workflows import SERVICES, workflows  # noqa: E402

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
