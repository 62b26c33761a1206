"""Layer 4: renders results, computes nothing.

``page`` says what stands where, ``plots`` and ``swimlane`` draw, ``rendering`` makes HTML and
Markdown of it. The same material gives the same bytes.
"""

from wfmodel.reports.answers import AnswerTable, answer_table
from wfmodel.reports.notebook import ComparisonTable, comparison_table
from wfmodel.reports.page import Material, Page, build_page
from wfmodel.reports.rendering import as_html, as_markdown, write_html, write_markdown
from wfmodel.reports.swimlane import swimlane

__all__ = [
    "AnswerTable",
    "ComparisonTable",
    "Material",
    "Page",
    "answer_table",
    "as_html",
    "as_markdown",
    "build_page",
    "comparison_table",
    "swimlane",
    "write_html",
    "write_markdown",
]
