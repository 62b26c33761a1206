"""Every object is short at the prompt and safe in a notebook, and one way makes all of it."""

from __future__ import annotations

import copy
import pickle
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import import_module
from xml.etree import ElementTree

import pytest

import wfmodel
from tests.showing.objects import ROOT, chain, every, of_chains, of_one, of_questions
from wfmodel.display import Shown
from wfmodel.exploration import FaultBudget
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.showing.card import MOST_CHARACTERS, Card

NAMES = [
    "workflow", "60 states", "findings", "no findings", "loaded", "inspection", "system",
    "system of 60", "history", "measurement", "answers", "asked", "answer", "counterexample",
    "state space", "interpreted space", "exploration", "exact", "exact answers", "rare",
    "rare answers", "rare answer",
    "scenario", "loaded scenario", "comparison", "variant", "metric", "conclusion", "what-ifs",
    "what-if", "sweep", "story", "timeline", "study", "experiment", "threshold", "hunt",
    "found schedule", "walks", "walked claim", "both sides", "online measurement",
]  # fmt: skip


def kinds(cls: type = Shown) -> set[type]:
    below = {each for one in cls.__subclasses__() for each in (one, *kinds(one))}
    return {each for each in below if each.__module__.startswith("wfmodel.")}


def test_the_names_are_all():
    assert sorted(every()) == sorted(NAMES)


def test_of_every_kind_there_is_an_example():
    for path in (ROOT / "wfmodel").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "display import" in text or "(NumberedSpace)" in text:
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    shown = {cls.__name__ for each in every().values() for cls in type(each).__mro__}
    others = {each.__name__ for each in kinds()} - {"Tabular", "Plotted"} - shown
    assert others == {"WalkedSpace", "Holds", "Undecided"}  # as the other spaces and answers
    assert [each for each in kinds() if each.__repr__ is not Shown.__repr__] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_short(name):
    subject = every()[name]
    text = repr(subject)
    assert 0 < len(text) <= MOST_CHARACTERS
    assert len(text.splitlines()) <= 20
    assert all(line.isprintable() or "\xa0" in line for line in text.splitlines())
    assert text == repr(copy.copy(subject))


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_gets_text_and_something_better(name):
    found = every()[name]._repr_mimebundle_()
    assert found["text/plain"] == repr(every()[name])
    better = found.get("text/html") or found["image/svg+xml"]
    assert len(better) < 400_000
    Elements().feed(better)
    assert "<?xml" not in better
    assert every()[name]._repr_mimebundle_(include={"text/plain"}) == {
        "text/plain": found["text/plain"]
    }
    assert "text/plain" not in every()[name]._repr_mimebundle_(exclude={"text/plain"})


def test_the_sizes_that_were_too_large_are_small():
    """It was 219 KB, 20 KB, 262 KB."""
    assert len(repr(every()["system of 60"])) < 1_000
    assert len(repr(every()["history"])) < 1_000
    assert len(repr(every()["comparison"])) < 2_000


def test_findings_are_the_tuple_that_they_were():
    order, found = of_one()["workflow"], of_one()["findings"]
    assert wfmodel.check(order) == ()
    assert not wfmodel.check(order)
    assert isinstance(found, tuple)
    assert found == tuple(found)
    assert hash(found) == hash(tuple(found))
    assert pickle.loads(pickle.dumps(found)) == found
    first, *_ = found
    assert found[0] is first
    assert repr(found).startswith("3 errors and 2 warnings\nplace")
    assert first.message in repr(found)


def test_what_is_not_shown_is_counted():
    text = repr(chain(60))
    assert text.endswith("… and 54 more")
    assert text.splitlines()[0] == "Workflow ‘s-chain’: 59 tasks and 1 end"


def test_the_headline_is_whole():
    comparison = of_questions()["comparison"]
    headline = of_questions()["conclusion"].headline
    words = " ".join(repr(comparison).split())
    assert " ".join(headline.split()) in words
    assert "… and " in words


def test_units_are_said():
    text = repr(of_one()["measurement"])
    assert "per instance" in text
    assert "\xa0%" in text
    assert "of simulated time" in repr(of_one()["history"])


# ----------------------------------------------------------------------------- strangers' words

EVIL = "<script>alert('x')</script>\u202e\x1b[2J"


class Elements(HTMLParser):
    """Refuses what no card has."""

    allowed = frozenset(["div", "p", "b", "br", "small", "table", "tr", "th", "td"])

    def __init__(self):
        super().__init__()
        self.inside_svg = False

    def handle_starttag(self, tag, attrs):
        self.inside_svg |= tag == "svg"
        assert tag != "script"
        assert self.inside_svg or tag in self.allowed, tag
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag):
        self.inside_svg &= tag != "svg"


@pytest.fixture(scope="module")
def hostile():
    first, service = f"{EVIL}1", f"{EVIL}service"
    workflow = Workflow(
        name=EVIL,
        initial=first,
        states={first: Task(service=service, next="done"), "done": Final(), f"{EVIL}2": Final()},
    )
    sound = replace(workflow, states={k: v for k, v in workflow.states.items() if k[-1] != "2"})
    scenario = replace(of_questions()["scenario"], question=EVIL, replications=2, sweep=None)
    system = wfmodel.choreograph(sound)
    history = wfmodel.simulate(system, scenario.setting, seed=1)
    return [
        workflow,
        wfmodel.check(workflow),
        wfmodel.inspect(workflow),
        system,
        history,
        wfmodel.explore(sound, FaultBudget(crashes=1)),
        wfmodel.compare(scenario, sound, jobs=1),
        scenario,
    ]


def test_names_are_text_wherever_they_are_shown(hostile):
    for subject in hostile:
        for kind, content in subject._repr_mimebundle_().items():
            assert "<script" not in content or kind == "text/plain"
            assert "\x1b" not in content
            assert "\u202e" not in content
            if kind == "text/html":
                Elements().feed(content)
            elif kind == "image/svg+xml":
                ElementTree.fromstring(content)


def test_a_card_escapes_all_that_it_is_given():
    card = Card(
        title=EVIL, lines=[EVIL], head=(EVIL,), rows=[[(EVIL, EVIL)]], total=2,
        pictures=lambda: ((EVIL, "<svg></svg>"),),
    )  # fmt: skip
    assert card.html().count("&lt;script&gt;") == 6
    assert "<script" not in card.html()
    assert "\x1b" not in card.html() + card.text()
    assert card.text().endswith("… and 1 more")


def test_whoever_shows_nothing_is_refused():
    with pytest.raises(TypeError, match="no card for a object"):
        wfmodel._showing().text(object())


def test_exact_answers_stand_side_by_side_and_say_how_often():
    found = of_chains()["exact"]
    assert isinstance(found, tuple)
    head = repr(found).splitlines()[1].split()
    assert head == ["answer", "orchestration", "choreography"]
    assert re.search(r"lost +4\.9\xa0% +1\xa0%", repr(found))
    assert repr(of_chains()["rare"]).startswith("Probability 0.01")


def test_where_there_is_a_picture_the_table_is_left_out():
    told = of_one()["counterexample"]
    html = told._repr_mimebundle_()["text/html"]
    assert "<svg" in html
    assert "<table" not in html
    assert "step" in repr(told)
