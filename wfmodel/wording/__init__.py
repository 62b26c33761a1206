r"""Names, numbers, declarations and events in words. Knows no result.

``counting`` counts and enumerates, ``figures`` writes numbers with their units, ``declarations``
says what was declared, ``histories`` what was recorded. A message, a plot and a report that speak
of the same thing take their words from here; what a result means is said where the result is.

>>> counted(2, "crash"), number(0.0042, "s")
('2 crashes', '4.2\xa0ms')
"""

from wfmodel.wording.counting import counted
from wfmodel.wording.figures import number

__all__ = ["counted", "number"]
