"""A guess at the whole from the part that a search has seen."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tests.cli.test_command_line import ORDER, call
from wfmodel.exploration.size_estimate import _continued


@pytest.mark.parametrize("processes", [20, 40])
@pytest.mark.parametrize("seen", [0.4, 0.5, 0.7])
def test_independent_steps_make_a_bell_whose_rest_is_guessed(processes, seen):
    """At depth k of n steps in any order there are n over k states; 2 to the n in all."""
    sizes = np.array([math.comb(processes, k) for k in range(int(processes * seen) + 1)])
    assert _continued(sizes) == pytest.approx(2**processes, rel=0.25)


@pytest.mark.parametrize("sizes", [2 ** np.arange(20), np.full(20, 7), 3 * np.arange(1, 20) ** 2])
def test_what_shows_no_bend_is_not_guessed_as_a_small_number(sizes):
    guess = _continued(sizes.astype(np.int64))
    assert guess is None or guess >= sizes.sum()


def test_the_limit_that_is_named_decides(capsys):
    asked = (ORDER, "--design", "choreography", "--crash", "1", "--duplicate", "1")
    _, short, _ = call(capsys, "explore", *asked, "--limit", "4000")
    assert "states are likely in all" in " ".join(short.split())
    named = short.split("--limit ")[1].split()[0]
    _, found, _ = call(capsys, "explore", *asked, "--limit", named, "--format", "json")
    [data] = json.loads(found)
    assert data["bounds"]["complete"]
    assert data["bounds"]["likely_states"] is None


def test_a_search_that_has_hardly_begun_says_so(capsys):
    _, found, _ = call(capsys, "explore", ORDER, "--limit", "10")
    assert "it still grows, with no end in sight" in " ".join(found.split())
