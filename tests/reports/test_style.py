"""The style is the report's while it is on, and leaves what the reader had."""

from __future__ import annotations

import matplotlib as mpl

from wfmodel.reports.style import INK, styled


def test_the_reader_s_settings_come_back():
    with mpl.rc_context({"axes.labelcolor": "red"}):
        with styled():
            assert mpl.rcParams["axes.labelcolor"] == INK
        assert mpl.rcParams["axes.labelcolor"] == "red"


def test_a_back_end_that_shows_figures_by_itself_goes_on_doing_so():
    """A notebook's first figure switches that on, and the second is to be shown too."""
    with mpl.rc_context({"interactive": False}):
        with styled():
            mpl.interactive(True)
        assert mpl.is_interactive()
