"""``--since REF``: only what is new since a commit is shown; nothing of the checkout is run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_command_line import call
from wfmodel.native.git_tree import Blob, Tree, tree_at, unpack

ISLAND = "name: w\ninitial: go\nstates:\n  go: {kind: final}\n  island: {kind: final}\n"
MORE = ISLAND + "  rock: {kind: final}\n"
TEMPLATE = """\
Resources:
  Order:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: flow.asl.json}
"""
LONELY = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}}'
SOUND = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, in which one finding is."""
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "users"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.chdir(folder)
    git("init", "--quiet", "--initial-branch=main")
    (folder / "w.yaml").write_text(ISLAND, encoding="utf-8")
    commit("first")
    return folder


def git(*words: str) -> str:
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    done = subprocess.run(["git", *who, *words], check=True, capture_output=True, text=True)
    return done.stdout


def commit(subject: str) -> None:
    git("add", "--all")
    git("commit", "--quiet", "--no-verify", "--message", subject)


def since(capsys, ref: str, *more: str) -> tuple[int, list[str]]:
    """Exit code, and what is shown: file, code and line."""
    code, out, _ = call(capsys, "check", ".", "--since", ref, *more)
    rows = [line.split(" ")[:2] for line in out.splitlines()]
    return code, [f"{place.rsplit(':', 1)[0]} {rule}" for place, rule in rows]


def test_what_was_there_before_is_not_shown_and_what_is_new_is(capsys, repository):
    assert since(capsys, "HEAD") == (0, [])
    (repository / "w.yaml").write_text("# moved down\n" + MORE, encoding="utf-8")
    (repository / "new.yaml").write_text(ISLAND, encoding="utf-8")
    assert since(capsys, "HEAD") == (1, ["new.yaml:5 S110", "w.yaml:7 S110"])
    assert "1 there before" in call(capsys, "check", ".", "--since", "HEAD")[2]
    commit("second")
    assert since(capsys, "HEAD") == (0, [])
    assert since(capsys, "main~1")[1] == ["new.yaml:5 S110", "w.yaml:7 S110"]


def test_a_renamed_file_is_the_same_file(capsys, repository):
    git("mv", "w.yaml", "moved.yaml")
    commit("renamed")
    assert since(capsys, "HEAD~1") == (0, [])


def test_names_are_those_that_the_user_gives(capsys, repository, monkeypatch):
    (repository / "w.yaml").write_text(MORE, encoding="utf-8")
    inner = repository / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    for path in ("..", str(repository), "../w.yaml"):
        code, out, _ = call(capsys, "check", path, "--since", "HEAD", "--relative-to", "..")
        assert (code, out.splitlines()) == (1, ["w.yaml:6:3 S110 no run can come to 'rock'"])


def test_a_file_that_another_leads_to_is_read_as_it_was(capsys, repository):
    flow = repository / "flow.asl.json"
    (repository / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    flow.write_text(LONELY, encoding="utf-8")
    commit("a template")
    assert since(capsys, "HEAD") == (0, [])
    flow.write_text(SOUND, encoding="utf-8")
    commit("mended")
    flow.write_text(LONELY, encoding="utf-8")
    assert since(capsys, "HEAD") == (1, ["flow.asl.json:1 S110"])


def test_what_cannot_be_read_is_never_old(capsys, repository):
    (repository / "x.asl.json").write_text("{", encoding="utf-8")
    commit("broken")
    assert since(capsys, "HEAD") == (2, ["x.asl.json:1 L105"])


def test_a_commit_that_is_not_here_is_named(capsys, repository, tmp_path, monkeypatch):
    code, _, err = call(capsys, "check", ".", "--since", "nowhere")
    assert code == 2
    assert "--since nowhere: there is no commit 'nowhere' in" in err
    commit_twice = repository / "again.yaml"
    commit_twice.write_text(ISLAND, encoding="utf-8")
    commit("second")
    monkeypatch.chdir(tmp_path)
    git("clone", "--quiet", "--depth=1", repository.as_uri(), "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    assert since(capsys, "HEAD") == (0, [])
    code, _, err = call(capsys, "check", ".", "--since", "HEAD~1")
    assert code == 2
    assert "shallow clone: fetch it" in err


def test_outside_of_a_repository_it_is_refused(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.yaml").write_text(ISLAND, encoding="utf-8")
    code, _, err = call(capsys, "check", "w.yaml", "--since", "HEAD")
    assert code == 2
    assert "--since HEAD: not a git repository" in err


def test_an_option_is_no_name_of_a_commit(capsys, repository):
    code, _, err = call(capsys, "check", ".", "--since=--output=made")
    assert code == 2
    assert "there is no commit '--output=made'" in err
    assert not (repository / "made").exists()


def test_nothing_that_the_checkout_configures_is_run(capsys, repository, tmp_path):
    marker, program = tmp_path / "ran", tmp_path / "evil"
    program.write_text(f"#!/bin/sh\ntouch {marker}\n", encoding="utf-8")
    program.chmod(0o755)
    keys = ("core.fsmonitor", "core.sshCommand", "core.pager", "diff.external", "core.askPass")
    for key in (*keys, "diff.evil.textconv", "diff.evil.command", "filter.evil.smudge"):
        git("config", key, str(program))
    hooks = repository / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor"):
        (hooks / name).write_bytes(program.read_bytes())
        (hooks / name).chmod(0o755)
    git("config", "extensions.partialClone", "elsewhere")
    git("config", "remote.elsewhere.url", f"ext::{program}")
    git("config", "remote.elsewhere.promisor", "true")
    git("config", "protocol.ext.allow", "always")
    (repository / ".gitattributes").write_text("* diff=evil filter=evil\n", encoding="utf-8")
    (repository / "w.yaml").write_text(MORE, encoding="utf-8")
    marker.unlink(missing_ok=True)
    assert since(capsys, "HEAD") == (1, ["w.yaml:6 S110"])
    blob = git("rev-parse", "HEAD:w.yaml").strip()
    marker.unlink(missing_ok=True)
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    code, _, err = call(capsys, "check", ".", "--since", "HEAD")
    assert (code, marker.exists()) == (2, False)
    assert "git has no content of 'w.yaml'" in err


def test_names_of_a_commit_that_lead_elsewhere_are_left_out(repository, tmp_path):
    tree = tree_at(repository, "HEAD")
    [blob] = tree.blobs()
    into = tmp_path / "a" / "b"
    into.mkdir(parents=True)
    names = ("../out", "/tmp/out", "x/../../out", ".git/config", "a/.GIT/x", "x\\..\\..\\y", "")
    unpack(tree, [(blob, name) for name in (*names, "kept/w.yaml")], into)
    found = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.yaml")]
    assert sorted(found) == ["a/b/kept/w.yaml", "repository/w.yaml"]
    assert (into / "kept" / "w.yaml").read_text(encoding="utf-8") == ISLAND


def test_a_commit_with_too_much_in_it_is_refused(repository, tmp_path):
    tree = Tree(repository, tree_at(repository, "HEAD").commit)
    with pytest.raises(ValueError, match="2,147,483,648 bytes"):
        unpack(tree, [(Blob("x", "0" * 40, 1 << 31), "x")], tmp_path)
