"""The settings of the checkout choose what is shown, as they do for ``wfmodel check``."""

from __future__ import annotations

from tests.cli.test_command_line import call
from tests.lsp.texts import ORDER

WRONG = ORDER.replace("next: paid", "next: piad").replace("20ms", "20ms\n    retry: {attempts: 9}")


def codes(found):
    return {each["code"] for each in found}


def test_settings_of_the_folder_that_is_open(start):
    client = start()
    inner = client.folder / "flows"
    inner.mkdir()
    shown = codes(client.open("flows/o.yaml", WRONG))
    assert "S101" in shown
    settings = client.folder / "pyproject.toml"
    settings.write_text('[tool.wfmodel]\nignore = ["S101"]\n')
    assert codes(client.change("flows/o.yaml", WRONG + "\n")) == shown - {"S101"}
    settings.write_text('[tool.wfmodel]\nexclude = ["flows/"]\n')
    assert client.change("flows/o.yaml", WRONG) == []
    settings.write_text('[tool.wfmodel]\nigonre = ["S101"]\n')
    assert codes(client.change("flows/o.yaml", WRONG + "\n")) == shown
    assert any("did you mean 'ignore'" in each for each in client.messages)


def test_what_the_baseline_holds_is_not_shown(start, capsys, monkeypatch):
    client = start()
    monkeypatch.chdir(client.folder)
    (client.folder / "o.yaml").write_text(WRONG)
    (client.folder / "wfmodel.toml").write_text('baseline = "known.json"\n')
    code, _, err = call(capsys, "check", "o.yaml", "--write-baseline", "--baseline", "known.json")
    assert code == 0, err
    assert client.open("o.yaml", WRONG) == []
    worse = WRONG.replace("initial: reserve", "initial: reserev")
    assert len(client.change("o.yaml", worse)) == 1


def test_a_checkout_cannot_make_checks_longer(start):
    client = start()
    (client.folder / "wfmodel.toml").write_text("max-seconds = 80000\nmax-steps = 999999999999\n")
    names = "\n".join(f"  s{n}: {{kind: task, service: a, next: s{n + 1}}}" for n in range(3))
    assert (
        client.open("o.yaml", f"name: x\ninitial: s0\nstates:\n{names}\n  s3: {{kind: final}}\n")
        == []
    )


def test_suppressions_in_the_text(start):
    client = start()
    shown = codes(client.open("o.yaml", WRONG))
    line = "next: piad  # wfmodel: ignore[S101] it is on its way"
    assert codes(client.change("o.yaml", WRONG.replace("next: piad", line))) == shown - {"S101"}
