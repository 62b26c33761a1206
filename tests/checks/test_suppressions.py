"""Suppressions hide what they name, there, with a reason; and are found when they hide nothing."""

from __future__ import annotations

from pathlib import Path

from wfmodel.checks import Reported, check_file, report
from wfmodel.checks.fixing import fixed
from wfmodel.checks.suppressions import read_side_file, side_file_of, suppress, suppressions_in
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.model.loading import load_workflow

ISLAND = """\
name: order
initial: go
states:
  go: {kind: final}
  island: {kind: final}  # MARK
  atoll: {kind: final}
"""


def unknown(name: str) -> str | None:
    try:
        catalogue().find(name)
    except ValueError as error:
        return str(error)
    return None


def found(text: str) -> tuple[Reported, ...]:
    return report(check_file("o.yaml", text), load_workflow("o.yaml", text).document, "o.yaml")


def after(text: str) -> tuple[list[tuple[str, int]], list[tuple[str, int]], int]:
    comments, wrong = suppressions_in(text, "o.yaml")
    kept, about, count = suppress(found(text), comments, unknown)
    return (
        [(f.code, f.line) for f in kept],
        [(f.code, f.line) for f in [*wrong, *about]],
        count,
    )


def with_comment(comment: str) -> str:
    return ISLAND.replace("# MARK", comment)


def test_without_one_both_islands_are_found():
    assert after(ISLAND) == ([("S110", 5), ("S110", 6)], [], 0)


def test_a_comment_hides_its_own_line_by_code_or_name():
    for rule in ("S110", "unreachable-state", "s110"):
        text = with_comment(f"# wfmodel: ignore[{rule}] kept for the next release")
        assert after(text) == ([("S110", 6)], [], 1)


def test_a_comment_alone_on_its_line_hides_the_next_one_that_says_something():
    text = ISLAND.replace(
        "  atoll", "  # wfmodel: ignore[S110] next release\n\n  # more words\n  atoll"
    )
    assert after(text) == ([("S110", 5)], [], 1)


def test_a_whole_file():
    text = "# wfmodel: ignore-file[S110] a sketch\n" + ISLAND
    assert after(text) == ([], [], 2)


def test_without_a_reason_it_works_and_is_found():
    text = with_comment("# wfmodel: ignore[S110]")
    assert after(text) == ([("S110", 6)], [("U102", 5)], 1)


def test_what_suppresses_nothing_is_found_and_can_be_deleted():
    text = with_comment("# wfmodel: ignore[W8] no pivot here")
    kept, about, count = after(text)
    assert (len(kept), about, count) == (2, [("U101", 5)], 0)
    comments, _ = suppressions_in(text, "o.yaml")
    _, wrong, _ = suppress(found(text), comments, unknown)
    assert fixed(text, wrong) == (ISLAND.replace("  # MARK", ""), 1)


def test_a_misspelt_rule_and_a_misspelt_comment_are_errors():
    assert after(with_comment("# wfmodel: ignore[unreachable-sate] x"))[1] == [("U103", 5)]
    assert after(with_comment("# wfmodel: ignroe[S110] x"))[1] == [("U104", 5)]
    assert after(with_comment("# wfmodel: ignore"))[1] == [("U104", 5)]
    assert after(with_comment("# wfmodel: ignore[] why not"))[1] == [("U104", 5)]


def test_a_side_file_names_places_by_pointer(tmp_path: Path):
    (tmp_path / "m.suppressions.yaml").write_text(
        "suppressions:\n"
        "  - {rule: S110, at: /states/island, reason: next release}\n"
        "  - {rule: S110, at: /states/nowhere, reason: gone}\n",
        encoding="utf-8",
    )
    side = side_file_of(str(tmp_path / "m.asl.json"))
    assert side is not None
    entries, wrong = read_side_file(side)
    kept, about, count = suppress(found(ISLAND), entries, unknown)
    assert wrong == ()
    assert [f.pointer for f in kept] == ["/states/atoll"]
    assert [(f.code, f.line) for f in about] == [("U101", 3)]
    assert count == 1


def test_a_side_file_without_a_reason_is_refused_with_its_place(tmp_path: Path):
    side = tmp_path / "m.suppressions.yaml"
    side.write_text("suppressions:\n  - {rule: S110}\n", encoding="utf-8")
    entries, wrong = read_side_file(side)
    assert entries == []
    assert [finding.code for finding in wrong] == ["L111"]
