"""A workflow, drawn.

``diagram`` says what there is to see (boxes and arrows), ``picture`` lays it out and draws it with
matplotlib, ``mermaid_text`` writes it as text. Both show the same diagram, so text and picture
cannot tell different stories.

>>> from wfmodel.model import load_workflow
>>> order = load_workflow("models/order-fulfilment/workflow.yaml").workflow
>>> mermaid(order).splitlines()[0]
'stateDiagram-v2'
"""

from wfmodel.diagrams.mermaid_text import mermaid
from wfmodel.diagrams.picture import as_svg, draw_workflow

__all__ = ["as_svg", "draw_workflow", "mermaid"]
