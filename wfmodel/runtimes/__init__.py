"""Engines by name: their parameters as their manuals call them, and what these are here.

An engine is a file of ``engines``: version, parameters with default, unit and source, and how each
becomes a knob. Nothing in it is executed; ``knob_rule`` has the few ways that there are.

>>> sqs = Runtime("sqs", {"VisibilityTimeout": "2m"})
>>> sqs.knob_values()["redelivery_timeout"]
'2m'
>>> sqs.origins()["redelivery_timeout"]
'sqs: VisibilityTimeout = 2m'

Read ``engine_parameters`` first.
"""

from wfmodel.runtimes.engine_pages import engine_page, engines_page
from wfmodel.runtimes.engine_parameters import ENGINES, KnownEngine, Parameter, engine_named
from wfmodel.runtimes.runtime import Runtime, RuntimeField

__all__ = [
    "ENGINES",
    "KnownEngine",
    "Parameter",
    "Runtime",
    "RuntimeField",
    "engine_named",
    "engine_page",
    "engines_page",
]
