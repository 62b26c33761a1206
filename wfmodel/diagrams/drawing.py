"""The figure that ``draw`` gives: a matplotlib figure that a notebook shows without any magic."""

from __future__ import annotations

from io import StringIO
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

_FITTING: Final = 'style="max-width: 100%; height: auto"'


class Drawing(Figure):
    """A figure of matplotlib, with all that it can; in a notebook it shows itself as SVG."""

    def as_svg(self) -> str:
        """One SVG element: the same workflow gives the same bytes."""
        buffer = StringIO()
        with mpl.rc_context({"svg.hashsalt": "wfmodel", "svg.fonttype": "path"}):
            self.savefig(buffer, format="svg", metadata={"Date": None})
        return buffer.getvalue()

    def as_element(self) -> str:
        """The same without a document around it, and never wider than where it is put."""
        svg = self.as_svg()
        return svg[svg.index("<svg") :].replace("<svg", f"<svg {_FITTING}", 1)

    def _repr_mimebundle_(
        self,
        include: Any = None,  # noqa: ANN401 - as IPython calls it
        exclude: Any = None,  # noqa: ANN401
    ) -> dict[str, str]:
        """What a notebook shows of it."""
        return {"image/svg+xml": self.as_element(), "text/plain": repr(self)}
