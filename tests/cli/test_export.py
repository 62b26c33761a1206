"""``wfmodel export``: files for SPIN and TLC, and one line for what cannot be."""

from __future__ import annotations

from tests.cli.test_explore import ORDER, call

CHOREOGRAPHY = ("export", ORDER, "--design", "choreography")


def test_tla_goes_to_two_files_that_name_each_other(capsys, tmp_path):
    code, out, _ = call(capsys, *CHOREOGRAPHY, "--format", "tla", "--out", str(tmp_path / "new"))
    module, configuration = map(str, sorted((tmp_path / "new").iterdir(), reverse=True))
    assert code == 0
    assert out.split() == [module, configuration]
    name = module.rpartition("/")[2].removesuffix(".tla")
    text = (tmp_path / "new" / f"{name}.tla").read_text(encoding="utf-8")
    assert text.startswith(f"---- MODULE {name} ----\n")
    assert configuration.endswith(f"{name}.cfg")


def test_promela_goes_to_standard_output(capsys):
    code, out, _ = call(capsys, *CHOREOGRAPHY, "--format", "promela")
    assert code == 0
    assert "active proctype system()" in out


def test_several_designs_need_a_folder(capsys):
    code, _, err = call(capsys, "export", ORDER, "--format", "tla")
    assert code == 2
    assert "--out DIR is needed for several designs: orchestration, choreography" in err


def test_too_large_a_system_is_one_line(capsys):
    small = ("--crash", "1", "--loss", "2", "--limit", "10")
    code, _, err = call(capsys, *CHOREOGRAPHY, "--format", "tla", *small)
    assert code == 2
    assert "more states than were looked into (1 crash, 2 losses; time-outs fire " in err
    assert "stopped: limit of 10 states" in err
    assert "FaultBudget" not in err
    assert "Traceback" not in err


def test_a_folder_that_cannot_be_is_one_line(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    out = str(tmp_path / "file")
    code, _, err = call(capsys, *CHOREOGRAPHY, "--format", "tla", "--out", out)
    assert code == 2
    assert "--out: cannot write to" in err
