"""Workflow commands: lines of a log that a runner obeys. None starts in a text of this module.

GitHub obeys ``::name ...::`` at the beginning of a line, blanks before it or not, and
``##[name ...]`` anywhere in one; Azure Pipelines ``##vso[...]`` and ``##[...]``; TeamCity
``##teamcity[...]``. A space in the middle of the sign makes it a text that reads the same.

Sources: actions/runner, ``ActionCommand.TryParseV2`` and ``TryParse``;
microsoft/azure-pipelines-agent, ``Command.TryParse``; JetBrains, *Service Messages*.
"""

from __future__ import annotations

import re
from typing import Final

from wfmodel.escaping.characters import printable

COLOUR: Final = r"\x1b\[[0-9;]*m"
ANYWHERE: Final = re.compile(r"##(?=[^\s#]|\Z)")
AT_START: Final = re.compile(rf"^((?:[^\S\n]|{COLOUR})*):(?=:)", re.MULTILINE)


def disarmed(text: str) -> str:
    """The text, with a space in the middle of what would begin a command in any of its lines."""
    if "##" in text:
        text = ANYWHERE.sub("# #", text)
    return AT_START.sub(r"\1: ", text) if "::" in text else text


def log_line(text: str) -> str:
    """One line for a log or a terminal."""
    return disarmed(printable(text))


def log_text(text: str) -> str:
    """Several lines for a log or a terminal."""
    return "\n".join(map(log_line, text.split("\n")))
