"""A workflow, drawn.

``diagram`` says what there is to see (boxes and arrows), ``selection`` what of it is shown (by
``choices``); ``mermaid_text`` and ``dot_text`` write it as text; ``layout`` says where all of it
stands, in ``columns`` where it is tall, and ``picture`` draws that with matplotlib. All show the
same diagram, so texts and picture cannot tell different stories.

>>> from wfmodel.diagrams import mermaid
>>> from wfmodel.model import load_workflow
>>> order = load_workflow("models/order-fulfilment/workflow.yaml").workflow
>>> mermaid(order).splitlines()[0]
'stateDiagram-v2'
"""

from typing import TYPE_CHECKING

from wfmodel.lazy import on_use

if TYPE_CHECKING:
    from wfmodel.diagrams.choices import Detail, Direction, DrawingChoices
    from wfmodel.diagrams.dot_text import dot
    from wfmodel.diagrams.layout import LayoutError
    from wfmodel.diagrams.mermaid_text import mermaid
    from wfmodel.diagrams.picture import as_svg, draw_workflow
else:
    __getattr__ = on_use(__name__)

__all__ = [
    "Detail",
    "Direction",
    "DrawingChoices",
    "LayoutError",
    "as_svg",
    "dot",
    "draw_workflow",
    "mermaid",
]
