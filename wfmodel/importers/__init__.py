"""Other people's formats, read to the same result as our own.

>>> result = load_any("order.asl.json")  # doctest: +SKIP

``load_any`` decides by content and finds the annotation file by name. Read ``asl`` for Amazon
States Language, ``annotations`` for what no such format says.
"""

from wfmodel.importers.annotations import Annotations, StateAnnotation
from wfmodel.importers.asl.loading import load_asl
from wfmodel.importers.loading import load_any

__all__ = ["Annotations", "StateAnnotation", "load_any", "load_asl"]
