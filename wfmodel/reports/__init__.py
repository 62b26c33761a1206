"""Renders results, computes nothing.

``page`` says what stands where, ``plots`` and ``swimlane`` draw, ``rendering`` makes HTML and
Markdown of it. The same material gives the same bytes.
"""

from wfmodel.extras import need
from wfmodel.native.safety import library

library("matplotlib")  # before anything here imports it
need("jinja2")

from wfmodel.reports.answer_tables import AnswerTable, answer_table  # noqa: E402
from wfmodel.reports.notebook import ComparisonTable, comparison_table  # noqa: E402
from wfmodel.reports.page import Material, Page, build_page  # noqa: E402
from wfmodel.reports.rendering import (  # noqa: E402
    as_html,
    as_markdown,
    diff_as_html,
    diff_as_markdown,
    write_html,
    write_markdown,
)
from wfmodel.reports.report_diff import ReportDiff, report_diff  # noqa: E402
from wfmodel.reports.swimlane import swimlane  # noqa: E402

__all__ = [
    "AnswerTable",
    "ComparisonTable",
    "Material",
    "Page",
    "ReportDiff",
    "answer_table",
    "as_html",
    "as_markdown",
    "build_page",
    "comparison_table",
    "diff_as_html",
    "diff_as_markdown",
    "report_diff",
    "swimlane",
    "write_html",
    "write_markdown",
]
