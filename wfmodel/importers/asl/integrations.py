"""What can be called: AWS's services, their actions, and the parameters of each action.

The table is a compressed text beside this file, made from botocore's models by ``python -m
tests.integrations``; its first line says from which version, and when. It is read when a definition
first calls a service, and of it only the services that are called.

>>> ACTION = sdk_actions("sns")["publish"]
>>> sorted(ACTION.required), ACTION.knows("TopicArn"), ACTION.knows("Topic")
(['Message'], True, False)

Sources: AWS Step Functions Developer Guide, "Integrating services"; botocore.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("integrations.txt.zz")

RETIRED: Final = frozenset(
    {
        "alexaforbusiness", "backupstorage", "codestar", "elasticinference", "elastictranscoder",
        "evidently", "gamesparks", "honeycode", "iot1clickdevices", "iot1clickprojects",
        "iotanalytics", "iotevents", "ioteventsdata", "iotfleethub", "iotroborunner",
        "lookoutmetrics", "lookoutvision", "macie", "mobile", "nimble", "opsworks", "opsworkscm",
        "panorama", "privatenetworks", "qldb", "qldbsession", "robomaker", "simspaceweaver", "sms",
        "worklink",
    }
)  # fmt: skip
"""Services that the Developer Guide listed and AWS has since closed: no table has their actions."""

_WORDS: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


_CAMEL: Final = re.compile(r"[a-zA-Z]?[a-z]+(?:[A-Z][a-z]+)*+")


@dataclass(frozen=True)
class Action:
    """One call: its parameters as a definition writes them, and which of them it cannot do without.

    ``streams`` says that no integration offers it.
    """

    parameters: frozenset[str]
    required: frozenset[str] = frozenset()
    streams: bool = False

    @classmethod
    def of(cls, names: Sequence[str], *, streams: bool = False) -> Action:
        """An action with these parameters; those with ``!`` are required."""
        required = frozenset(name[:-1] for name in names if name.endswith("!"))
        return cls(frozenset(name.removesuffix("!") for name in names), required, streams)

    @cached_property
    def _folded(self) -> frozenset[str]:
        """Parameters whose words are not told by their letters: initials, digits, other signs."""
        return frozenset(each.lower() for each in self.parameters - self._told)

    @cached_property
    def _plain(self) -> frozenset[str]:
        return frozenset(each[:1].upper() + each[1:] for each in self._told)

    @cached_property
    def _told(self) -> frozenset[str]:
        return frozenset(each for each in self.parameters if _CAMEL.fullmatch(each))

    def knows(self, name: str) -> bool:
        """Whether a parameter is written so, or so but for the case of letters where words are in
        doubt.

        ``DBName`` of the service is ``DbName`` in a definition; the first letter is always large.
        """
        return name[:1].isupper() and (name in self._plain or name.lower() in self._folded)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Parameters as the SDK for Java spells them."""
        return tuple(spelled(name) for name in sorted(self.parameters))


def spelled(name: str) -> str:
    """``DbInstanceId`` of ``DBInstanceId``: every word begins with its only large letter."""
    return "".join(word.capitalize() for word in _WORDS.findall(name)) or name


@lru_cache(1)
def _table() -> str:
    return zlib.decompress(FILE.read_bytes()).decode()


@lru_cache(1)
def source() -> str:
    """From what the table was made, and when: ``botocore 1.44.8 2026-11-29``."""
    return _table().partition("\n")[0]


@lru_cache(1)
def sdk_services() -> tuple[str, ...]:
    """Every service that the SDK calls, by the name that a Resource gives it."""
    return tuple(re.findall(r"^#(\w+)$", _table(), re.MULTILINE))


@lru_cache(256)
def sdk_actions(service: str) -> Mapping[str, Action]:
    """The actions of a service; empty where there is no such service."""
    text, mark = _table(), f"\n#{service}\n"
    begin = text.find(mark)
    if not service or begin < 0:
        return {}
    block = text[begin + len(mark) : text.index("\n#", begin + len(mark))]
    return dict(_action(line) for line in block.splitlines())


def _action(line: str) -> tuple[str, Action]:
    name, *words = line.split(" ")
    return name.removesuffix("~"), Action.of(words, streams=name.endswith("~"))
