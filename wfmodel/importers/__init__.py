"""Other people's formats, read to the same result as our own.

>>> result = load_any("order.asl.json")  # doctest: +SKIP

``load_any`` decides by content and finds the annotation file by name; ``load_all`` also reads the
machines inside templates. Read ``asl`` for Amazon States Language, ``embedded`` for larger files,
``annotations`` for what no such format says.
"""

from wfmodel.importers.annotations import Annotations, StateAnnotation
from wfmodel.importers.asl.loading import load_asl
from wfmodel.importers.loading import load_all, load_any

__all__ = ["Annotations", "StateAnnotation", "load_all", "load_any", "load_asl"]
