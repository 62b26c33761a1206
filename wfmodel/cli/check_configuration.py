"""Where settings come from: ``--config``, else the nearest ``wfmodel.toml`` or ``pyproject.toml``.

The nearest is looked for in the working directory and upwards; a pyproject.toml without
``[tool.wfmodel]`` is passed by. Paths in a configuration are relative to its folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from wfmodel.checks.effort import MOST_SECONDS, Effort, OverBudgetError
from wfmodel.checks.policy import Settings, with_dashes
from wfmodel.model.boundary import why_not_led_to
from wfmodel.model.files import read_file
from wfmodel.model.findings import Severity
from wfmodel.model.reading import STDIN
from wfmodel.model.spelling import describe, hint
from wfmodel.model.strict import words_of

FILES = ("wfmodel.toml", "pyproject.toml")
ADDED: Final = ("extend_select", "ignore", "exclude", "include")
"""Settings that hold what the configuration and the command line name together."""


@dataclass(frozen=True, slots=True)
class CheckConfiguration:
    """Settings, and the file that they stand in (None: there is none)."""

    settings: Settings = field(default_factory=Settings)
    file: Path | None = None

    def name_of(self, file: str) -> str:
        """A file's name as patterns of this configuration mean it: relative to its folder."""
        if self.file is None or file == STDIN:
            return file
        whole, folder = Path.cwd() / file, self.file.resolve().parent
        return str(whole.relative_to(folder)) if whole.is_relative_to(folder) else file


def read_configuration(given: str | None, start: Path | None = None) -> CheckConfiguration:
    """The configuration that holds.

    Raises:
        ValueError: it says something that it cannot say; file and key are named.
        OSError: the file given cannot be read.
    """
    if given is not None:
        return _parsed(Path(given), _table(Path(given)) or {})
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        for name in FILES:
            file = folder / name
            table = _table(file) if file.is_file() else None
            if table is not None:
                return _parsed(file, table)
    return CheckConfiguration()


def _table(file: Path) -> dict[str, Any] | None:
    """The part that is ours; None where a pyproject.toml has none."""
    try:  # in bounded time: the parser's grows with the square of a key's parts
        with Effort(seconds=MOST_SECONDS).share(1.0):
            data = tomllib.loads(read_file(file).decode("utf-8"))
    except OverBudgetError:
        raise ValueError(f"{file}: not read within {MOST_SECONDS:g} s of processor time") from None
    except ValueError as error:  # of TOML, of UTF-8, of a number with thousands of digits
        raise ValueError(f"{file}: {error}") from None
    except RecursionError:
        raise ValueError(f"{file}: nested too deeply") from None
    if file.name != "pyproject.toml":
        return data
    tools = data.get("tool", {})
    table = tools.get("wfmodel") if isinstance(tools, dict) else None
    for name, value in (("tool", tools), ("tool.wfmodel", table)):
        if value is not None and not isinstance(value, dict):
            raise ValueError(f"{file}: {name} must be a table; got {value!r:.60}")
    return table


def _parsed(file: Path, table: dict[str, Any]) -> CheckConfiguration:
    try:
        from wfmodel.model.validate import adapter  # it knows workflows; few have settings

        settings = adapter(Settings).validate_python(with_dashes(table))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"{file}: {_said(first)}") from None
    if settings.baseline is not None:
        settings = replace(settings, baseline=_led_to(file, "baseline", settings.baseline))
    if settings.relative_to is not None:
        settings = replace(settings, relative_to=str(file.parent / settings.relative_to))
    return CheckConfiguration(settings, file)


def _led_to(file: Path, key: str, name: str) -> str:
    """A path that the configuration names: a pull request may have written it.

    Raises:
        ValueError: it leads outside.
    """
    given = file.parent / name
    why = why_not_led_to(given, file.parent, hidden=True)
    if why:
        raise ValueError(f"{file}: {key} {name!r} is not used: {why}")
    return str(given)


def _said(error: Any) -> str:  # noqa: ANN401 - pydantic's own mapping
    place = ".".join(str(part).replace("_", "-") for part in error["loc"])
    if error["type"] == "unexpected_keyword_argument":
        known = [name.replace("_", "-") for name in Settings.__slots__]
        instead = hint(place, known) or f" (keys: {', '.join(known)})"
        return f"unknown key {describe(place)}{instead}"
    return f"{place}: {words_of(error)}; got {describe(error['input'])}"


def settings_of(params: Mapping[str, Any]) -> Settings:
    """What the command line says of what a configuration can say, too."""
    level = params["level"]
    return Settings(
        select=names(params["select"]),
        extend_select=names(params["extend_select"]),
        ignore=names(params["ignore"]),
        level=None if level is None else Severity(level),
        exclude=tuple(params["exclude"] or ()),
        include=tuple(params["include"] or ()),
        baseline=params["baseline"],
        relative_to=params["relative_to"],
        choreography=params["choreography"],
        max_steps=params["max_steps"],
        max_seconds=params["max_seconds"],
        gitignore=False if params["no_gitignore"] else None,
        fail_on_unread=params["fail_on_unread"] or None,
        fail_on_empty=params["fail_on_empty"] or None,
    )


def merged(given: Settings, read: Settings) -> Settings:
    """The command line over the configuration: select and single values replace, lists add."""
    said = {each.name: getattr(given, each.name) for each in fields(given)}
    changes: dict[str, Any] = {
        name: value for name, value in said.items() if value or value is False
    }
    changes |= {name: (*getattr(read, name), *said[name]) for name in ADDED}
    return replace(read, **changes)


def names(given: list[str] | None) -> tuple[str, ...]:
    """Comma-separated or repeated."""
    return tuple(name for text in given or () for name in text.split(",") if name.strip())
