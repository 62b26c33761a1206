"""Where the page of a rule is: one file of ``docs/rules`` for each code, and its address.

The address of the project stands in ``pyproject.toml`` (``[project.urls]``, ``Repository``) and
nowhere else; an installed package carries it in its metadata. Pages are those of the installed
version.
"""

from __future__ import annotations

from functools import cache
from typing import Final

_REPOSITORY: Final = "Repository, "
_FOLDERS: Final = {"A2": "airflow/", "A": "asl/", "L": "asl/"}
"""How codes begin of what is found on reading a file: those pages have folders of their own."""


def page_file(code: str, name: str) -> str:
    """The page of a code, from ``docs/rules``."""
    folder = next((to for start, to in _FOLDERS.items() if code.startswith(start)), "")
    return f"{folder}{name}.md"


def page_address(code: str, name: str) -> str:
    """The address of that page; empty where the metadata has no address of the project."""
    home = project_address()
    return home and f"{home}/blob/v{version()}/docs/rules/{page_file(code, name)}"


@cache
def project_address() -> str:
    """Where the project is."""
    from importlib import metadata  # slow to import, and most checks find nothing

    given = metadata.metadata("wfmodel").get_all("Project-URL") or ()
    found = (each.removeprefix(_REPOSITORY) for each in given if each.startswith(_REPOSITORY))
    return next(found, "").rstrip("/")


@cache
def version() -> str:
    """The version that is installed."""
    from importlib import metadata

    return metadata.version("wfmodel")
