"""A run told to people: a numbered story, a sequence diagram, a regression test."""

from wfmodel.exploration.stories.generated_test import own_regression_test, regression_test
from wfmodel.exploration.stories.sequence_diagram import sequence_mermaid
from wfmodel.exploration.stories.story import Line, story_of, story_text

__all__ = [
    "Line",
    "own_regression_test",
    "regression_test",
    "sequence_mermaid",
    "story_of",
    "story_text",
]
