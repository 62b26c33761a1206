"""Files are opened in one place: inside a boundary, regular, bounded; and written whole or not."""

from __future__ import annotations

import ast
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wfmodel.model import boundary
from wfmodel.model.boundary import rooted, why_not_led_to, why_not_named
from wfmodel.model.files import (
    FileTooLargeError,
    open_regular,
    read_file,
    replacing,
    write_file,
)
from wfmodel.model.reading import read_text

PACKAGE = Path(__file__).parents[2] / "wfmodel"


def checkout(tmp_path: Path) -> Path:
    """A repository with two folders, beside a secret."""
    top = tmp_path / "repo"
    (top / "one").mkdir(parents=True)
    (top / "two").mkdir()
    (top / ".git").mkdir()
    (top / ".git/config").write_text("token = hush")
    (top / ".env").write_text("token = hush")
    (top / "two/w.yaml").write_text("name: w")
    (tmp_path / "secret").write_text("hush")
    return top


def test_a_file_leads_to_its_folder_and_its_repository_only(tmp_path):
    top = checkout(tmp_path)
    folder = top / "one"
    assert why_not_led_to(folder / "w.yaml", folder) == ""
    assert why_not_led_to(folder / "../two/w.yaml", folder) == ""
    assert why_not_led_to(top / "two/w.yaml", folder) == ""
    for outside in ("../../secret", "../../none", "/etc/passwd", "/", "../..", "/dev/stdin"):
        assert f"outside of {top}" in why_not_led_to(folder / outside, folder), outside
    alone = tmp_path / "alone"
    alone.mkdir()
    assert "outside" in why_not_led_to(alone / "../secret", alone)


def test_what_is_hidden_is_not_led_to_but_from_beside_it(tmp_path):
    top = checkout(tmp_path)
    (top / "one/c.yaml").symlink_to(top / ".git/config")
    for hidden in ("../.git/config", "../.env", "../.GIT/config", "c.yaml"):
        assert "hidden" in why_not_led_to(top / "one" / hidden, top / "one"), hidden
    assert "hidden" in why_not_named(top / "one/c.yaml")
    assert why_not_named(top / ".env") == ""  # the user's own word
    inside = top / ".flows"
    inside.mkdir()
    assert why_not_led_to(inside / "w.yaml", inside) == ""
    assert "hidden" in why_not_led_to(inside / "../.git/config", inside)


def test_links_lead_inside_only(tmp_path):
    top = checkout(tmp_path)
    (top / "one/in.yaml").symlink_to("../two/w.yaml")
    (top / "one/out.yaml").symlink_to("../../secret")
    (top / "gone").symlink_to(tmp_path)
    assert read_file(top / "one/in.yaml") == b"name: w"
    for path in (top / "one/out.yaml", top / "gone/secret"):
        assert "outside" in why_not_named(path)
        with pytest.raises(PermissionError, match="outside"):
            read_file(path)
        text, (finding,) = read_text(path)
        assert text is None
        assert "hush" not in str(finding)
    assert "outside" in why_not_led_to(top / "gone/secret", top / "one")


def test_a_folder_that_is_a_link_is_judged_from_where_it_stands(tmp_path):
    """A pattern or a folder that a user names can go through one that a pull request brings."""
    top = checkout(tmp_path)
    other = tmp_path / "other"  # a repository of the user's, with a boundary of its own
    (other / ".git").mkdir(parents=True)
    for name in ("w.yaml", ".git/config"):
        (other / name).write_text("hush")
    (top / "one/hidden").symlink_to("../.git")
    (top / "one/other").symlink_to("../../other")
    (top / "one/two").symlink_to("../two")
    assert read_file(top / "one/two/w.yaml") == b"name: w"
    assert read_file(other / "w.yaml") == b"hush"
    assert read_file(top / ".git/config") == b"token = hush", "the user's own word"
    for name, why in (
        ("hidden/config", "hidden"),
        ("other/w.yaml", "outside"),
        ("other/.git/config", "outside"),
    ):
        assert why in why_not_named(top / "one" / name), name
        with pytest.raises(PermissionError, match=why):
            write_file(top / "one" / name, "new")
    with rooted(tmp_path):
        assert why_not_named(top / "one/other/w.yaml") == ""
        assert "hidden" in why_not_named(top / "one/hidden/config")
    (tmp_path / "way").symlink_to(top)  # that stands in no repository
    assert why_not_named(tmp_path / "way/two/w.yaml") == ""


def test_a_repository_inside_the_repository_narrows(tmp_path):
    top = checkout(tmp_path)
    (top / "one/.git").write_text("gitdir: /")
    assert "outside" in why_not_led_to(top / "one/../two/w.yaml", top / "one")


def test_folders_of_everybody_and_around_the_home_are_no_boundary(tmp_path, monkeypatch):
    top = checkout(tmp_path)
    with monkeypatch.context() as patched:
        patched.setenv("HOME", str(top))
        patched.setenv("USERPROFILE", str(top))
        assert "outside" in why_not_led_to(top / "one/../two/w.yaml", top / "one")
    assert why_not_led_to(top / "one/../two/w.yaml", top / "one") == ""
    top.chmod(0o1777)
    assert "outside" in why_not_led_to(top / "one/../two/w.yaml", top / "one")


def test_a_declared_root_takes_the_place_of_the_repository(tmp_path):
    top = checkout(tmp_path)
    with rooted(tmp_path):
        assert why_not_led_to(top / "one/../../secret", top / "one") == ""
    with rooted(top / "one"):
        assert "outside" in why_not_led_to(top / "one/../two/w.yaml", top / "one")
    assert boundary.declared_root() is None


def test_names_that_are_none_are_refused(tmp_path):
    for name in ("a\0b", "\ud800"):
        assert why_not_led_to(tmp_path / name, tmp_path)
    assert "standard input" in why_not_led_to(Path() / "-", Path())
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError):
        read_file(tmp_path / "loop")


@pytest.mark.skipif(os.name != "posix", reason="needs FIFOs")
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "folder.yaml").mkdir()
    for path in (tmp_path / "fifo.yaml", tmp_path / "folder.yaml", Path("/dev/zero")):
        with pytest.raises(OSError, match=r"regular file|[Dd]irectory"):
            read_file(path)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "s.yaml"))
        with pytest.raises(OSError):
            read_file(tmp_path / "s.yaml")


def test_no_more_than_the_bound_is_read(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"12345")
    assert read_file(path, 5) == b"12345"
    with pytest.raises(FileTooLargeError, match="larger than"):
        read_file(path, 4)
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # a size that is told before anything is read
    assert read_text(path)[1][0].code == "L102"
    if Path("/proc/self/maps").exists():  # a regular file that says it has no bytes
        with pytest.raises(FileTooLargeError):
            read_file("/proc/self/maps", 10)


def fill_disk(path: Path) -> None:
    with replacing(path) as stream:
        stream.write(b"new, half")
        raise OSError(28, "full")


def test_a_write_that_fails_in_the_middle_leaves_what_was_there(tmp_path):
    path = tmp_path / "f"
    path.write_text("old")
    with pytest.raises(OSError, match="full"):
        fill_disk(path)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["f"]
    write_file(path, "new")
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["f"]


def test_a_kill_in_the_middle_leaves_what_was_there(tmp_path):
    path = tmp_path / "f"
    path.write_text("old")
    killed = (
        "import os, signal; from wfmodel.model.files import replacing\n"
        f"with replacing({str(path)!r}) as stream:\n"
        "    stream.write(b'new, half'); stream.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", killed], check=False).returncode == -9
    assert path.read_text() == "old"


def test_permissions_stay_and_a_new_file_has_the_usual_ones(tmp_path):
    path, plain = tmp_path / "f", tmp_path / "plain"
    path.write_text("old")
    path.chmod(0o751)
    write_file(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    plain.write_text("")
    write_file(tmp_path / "g", "new")
    assert (tmp_path / "g").stat().st_mode == plain.stat().st_mode


def test_a_link_stays_one_and_one_that_leads_out_is_not_followed(tmp_path):
    top = checkout(tmp_path)
    (top / "one/in.yaml").symlink_to("../two/w.yaml")
    write_file(top / "one/in.yaml", "new")
    assert (top / "one/in.yaml").is_symlink()
    assert (top / "two/w.yaml").read_text() == "new"
    (top / "one/out.yaml").symlink_to("../../secret")
    with pytest.raises(PermissionError, match="not written: it is outside"):
        write_file(top / "one/out.yaml", "new")
    assert (tmp_path / "secret").read_text() == "hush"


@pytest.mark.skipif(os.name != "posix", reason="needs devices")
def test_a_device_is_written_as_it_is():
    write_file("/dev/null", "text")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


OPENING = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "savefig"}
ELSEWHERE = {
    "cli/check_cache.py": "the cache: its own folder",
    "cli/cache_keys.py": "the package's own sources",
    "cli/schema.py": "the package's own schema",
    "cli/streams.py": "the null device",
    "experiments/factorial/cell_store.py": "a folder, to flush it",
    "exploration/packed/index.py": "the package's own sources",
    "importers/airflow/serialising_child.py": "for another Python",
    "importers/asl/integrations.py": "the package's own table",
    "importers/examples.py": "the package's own examples",
    "lsp/known_keys.py": "the package's own schemas",
    "lsp/language_server.py": "texts of an editor, no files",
    "model/archives.py": "members of an archive",
    "model/files.py": "the one place",
    "model/yaml_reader.py": "a collection of YAML",
    "runtimes/engine_parameters.py": "the package's own engines",
    "native/arena.py": "the package's own sources",
    "native/git_tree.py": "an own temporary folder",
}
INTO_MEMORY = {"buffer", "stream"}


def openings(path: Path) -> list[str]:
    """Calls in a file that open one, by name and line; those into memory left out."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        into = getattr(node.args[0], "id", "") if node.args else ""
        is_ours = isinstance(node.func, ast.Name) and name == "read_text"
        if name in OPENING and not is_ours and not (name == "savefig" and into in INTO_MEMORY):
            found.append(f"{name}:{node.lineno}")
    return found


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_files_are_opened_in_one_place(path):
    if path.relative_to(PACKAGE).as_posix() not in ELSEWHERE:
        assert openings(path) == []


def test_an_opened_file_is_the_one_that_was_looked_at(tmp_path):
    path = tmp_path / "f"
    path.write_text("first")
    with open_regular(path) as stream:
        path.unlink()
        path.write_text("second")
        assert stream.read() == b"first"
