"""Names of files are clean, short, different, and the same whatever else is named before them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from wfmodel.cli.explore_answers import places_of
from wfmodel.model.file_names import LONGEST, file_stems
from wfmodel.reports.sweep_plots import Plot, save_plots

words = st.text(max_size=120) | st.sampled_from(["a b", "a-b", "A b", "../../etc", "", "é", "ß"])


@given(st.lists(st.tuples(words, words), max_size=12), st.randoms(use_true_random=False))
def test_stems_are_clean_and_all_different(about, shuffle):
    stems = file_stems(about)
    assert set(stems) == set(about)
    assert len(set(stems.values())) == len(stems)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", stem) for stem in stems.values())
    assert all(len(stem) <= LONGEST for stem in stems.values())
    other = list(about)
    shuffle.shuffle(other)
    assert file_stems(other) == stems


def test_what_is_plain_stays_as_it_is_and_what_is_alike_is_told_apart():
    assert file_stems([("choreography", "never lost")]) == {
        ("choreography", "never lost"): "choreography-never-lost"
    }
    more, fewer = ("choreography", "never a > 1"), ("choreography", "never a < 1")
    stems = file_stems([more, fewer])
    assert stems[more] != stems[fewer]
    assert all(stem.startswith("choreography-never-a-1-") for stem in stems.values())
    assert file_stems([("a", "b-c"), ("a-b", "c")])[("a", "b-c")] != "a-b-c"


def test_checkpoints_of_variants_that_sound_alike_are_different_files(tmp_path):
    places = places_of(tmp_path / "kept.npz", ("a b", "a-b", "../up"))
    assert len(set(places.values())) == 3
    assert all(
        p is not None and p.parent == tmp_path and p.suffix == ".npz" for p in places.values()
    )
    assert places_of(tmp_path / "kept.npz", ("only",)) == {"only": tmp_path / "kept.npz"}
    assert places_of(None, ("a", "b")) == {"a": None, "b": None}


def test_names_that_were_chosen_to_collide_do_not():
    alike = [("a b",), ("a-b",)]
    first = file_stems(alike)
    chosen = [*alike, *((stem,) for stem in first.values())]
    stems = file_stems(chosen)
    assert len(set(stems.values())) == len(chosen) == 4
    again = [*chosen, *((stem,) for stem in stems.values())]
    assert len(set(file_stems(again).values())) == len(set(again))


def test_names_that_some_systems_keep_for_themselves_are_marked():
    for name in ("con", "NUL", "com1"):
        [stem] = file_stems([(name,)]).values()
        assert re.fullmatch(rf"{name.lower()}-[0-9a-f]+", stem)


def test_plots_of_variants_that_sound_alike_are_different_files(tmp_path):
    def plot(*about: str) -> Plot:
        return Plot(about, "title", "description", 2.0, lambda figure: None)

    about = [("sensitivity", "lost", name) for name in ("a b", "a-b", "α", "β", "../up", 'x" y="')]
    written = save_plots([plot(*each) for each in about], tmp_path, "svg")
    assert len(set(written)) == len(list(tmp_path.iterdir())) == len(about)
    for path in written:
        assert re.fullmatch(r"[a-z0-9-]+\.svg", path.name)
        ElementTree.fromstring(path.read_text(encoding="utf-8"))
