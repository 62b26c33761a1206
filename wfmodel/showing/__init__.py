"""Objects that show themselves: as a few lines, in a notebook, as a data frame, as a plot.

``display`` says what an object can be asked; here is the answer, for every class. ``card`` is what
people see, once for all; ``definitions``, ``runs``, ``searches`` and ``results`` say what is on the
card of which class, and which columns its table has. Plots are drawn in ``reports``.

>>> import wfmodel
>>> from wfmodel.designs import Knobs
>>> order = wfmodel.load("models/order-fulfilment/workflow.yaml").workflow
>>> print(text(wfmodel.check(order)))
no findings
"""

from wfmodel.showing.speakers import bundle, frame, plot, text

__all__ = ["bundle", "frame", "plot", "text"]
