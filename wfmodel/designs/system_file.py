"""A System of one's own from a Python file: ``system.py:name``, or a function that returns one.

    models/two-phase-commit/system.py:two_phase_commit
    models/two-phase-commit/system.py:two_phase_commit(5, symmetric=True)

The file is a program and is run, with the rights of whoever asks for it: so only where a user has
named it (``wfmodel explore``, a test of one's own), never because a file was found.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from wfmodel.designs.reaction_checks import raised_words
from wfmodel.designs.system import System
from wfmodel.model.spelling import hint

_SPEC: Final = re.compile(r"(?P<path>.+\.py)(?::(?P<name>[A-Za-z_]\w*)(?P<call>\(.*\))?)?$", re.S)


class SystemFileError(ValueError):
    """No system could be had from a file; the text says why, in one line."""


def names_a_system(text: str) -> bool:
    """Whether a text means a System in a Python file: it says which, so nobody runs a file by
    having put it into a list. A file that is itself called so (a list of names of files holds what
    a pull request adds) is that file, and no program.
    """
    found = _SPEC.match(text)
    return found is not None and found["name"] is not None and not os.path.lexists(text)


def load_system(text: str) -> System:
    """The System that a text such as ``system.py:name`` means. Runs the file.

    Without a name it is ``system``, or the only System or function annotated to return one. A
    function's arguments stand behind its name, as literals.

    Raises:
        SystemFileError: there is no such file or name, the file fails, or what it names is none.
    """
    found = _SPEC.match(text)
    if found is None:
        raise SystemFileError(f"{text}: not FILE.py:NAME")
    path = Path(found["path"])
    module = _run(path)
    name = found["name"] or _only_name(path, module)
    if not hasattr(module, name):
        known = [*_systems(module), *_functions(module)]
        raise SystemFileError(f"{path}: has no {name!r}{hint(name, known)}{_systems_words(module)}")
    value = getattr(module, name)
    if callable(value) and not isinstance(value, System):
        value = _called(f"{path}:{name}", value, found["call"] or "()")
    elif found["call"]:
        raise SystemFileError(f"{path}: {name} is no function, and takes no arguments")
    if not isinstance(value, System):
        raise SystemFileError(
            f"{path}: {name} is no System but {type(value).__name__}{_systems_words(module)}"
        )
    return value


def _run(path: Path) -> ModuleType:
    if not path.is_file():
        raise SystemFileError(f"{path}: there is no such file")
    name = f"wfmodel_own_{len(sys.modules)}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up; what lies beside the file is found after all libraries.
    sys.modules[name] = module
    sys.path.append(str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise SystemFileError(f"{path}: {raised_words(error)}") from error
    return module


def _only_name(path: Path, module: ModuleType) -> str:
    if "system" in vars(module):
        return "system"
    known = _systems(module) or _functions(module)
    if len(known) != 1:
        raise SystemFileError(f"{path}: name the system, as {path}:NAME{_systems_words(module)}")
    return known[0]


def _systems(module: ModuleType) -> list[str]:
    return [name for name, value in vars(module).items() if isinstance(value, System)]


def _functions(module: ModuleType) -> list[str]:
    return [
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__
        and getattr(value, "__annotations__", {}).get("return") in (System, "System")
    ]


def _systems_words(module: ModuleType) -> str:
    known = [*_systems(module), *(f"{name}()" for name in _functions(module))]
    return f" (systems there: {', '.join(known)})" if known else " (there is no System in it)"


def _called(what: str, function: Any, call: str) -> object:  # noqa: ANN401 - whatever the file has
    try:
        parsed = ast.parse(f"f{call}", mode="eval").body
        assert isinstance(parsed, ast.Call)
        given = [ast.literal_eval(each) for each in parsed.args]
        named = {str(each.arg): ast.literal_eval(each.value) for each in parsed.keywords}
    except (SyntaxError, ValueError, AssertionError):
        raise SystemFileError(f"{what}: arguments are literals; got {call}") from None
    try:
        return function(*given, **named)
    except Exception as error:
        raise SystemFileError(f"{what}{call}: {raised_words(error)}") from error
