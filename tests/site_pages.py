"""What the site has beyond docs/: names from docstrings, links that lead out, what draws diagrams.

mkdocs calls the functions here by name (``hooks`` of mkdocs.yml).
"""

from __future__ import annotations

import inspect
import re
import tomllib
from pathlib import Path
from posixpath import normpath
from shutil import copyfile
from typing import Any, Final

import wfmodel

ROOT: Final = Path(__file__).parents[1]
API: Final = "reference/api.md"
MERMAID: Final = "assets/javascripts/mermaid.min.js"
LEFT_OUT: Final = "docs/editors/"
"""Files of an extension, which stand in docs/ and are no pages (``exclude_docs``)."""
SCROLL_BY_KEYS: Final = (
    'addEventListener("load", () => document.querySelectorAll(".md-typeset__scrollwrap")'
    ".forEach((each) => { if (each.scrollWidth > each.clientWidth) each.tabIndex = 0; }));"
)
_LINK: Final = re.compile(r"\]\((?!\w+:|#)([^)\s]*)\)")
_FILE_NAME: Final = re.compile(r"\[([\w-]+\.md)\](?=\()")
"""What a link to a page is called in the repository, where files have names."""


def api_page() -> str:
    """Every public name of ``wfmodel``, from its docstring."""
    lines = ["# Python, name by name", "", "All that `import wfmodel` gives;"]
    lines += ["[python.md](../python.md) shows how it is used together.", ""]
    for name in sorted(wfmodel.__all__, key=str.casefold):
        home = _home(name)
        if home is not None:
            lines += [f"::: {home}", "    options:", f"      heading: wfmodel.{name}"]
            lines += [f"      toc_label: wfmodel.{name}", ""]
    return "\n".join(lines)


def _home(name: str) -> str | None:
    """Where a function or class is defined; None for a value, such as the version."""
    value = getattr(wfmodel, name)
    if not inspect.isclass(value) and not inspect.isfunction(value):
        return None
    return f"{value.__module__}.{value.__qualname__}"


def on_files(files: Any, config: Any) -> Any:
    """Add the page of names."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, API, content=api_page()))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Any) -> str:
    """Links to files beside docs/ lead to the repository; one to a page is called as it is."""
    folder = Path("docs") / Path(page.file.src_uri).parent

    def outward(match: re.Match[str]) -> str:
        target = normpath((folder / match[1]).as_posix())
        here = target.startswith("docs/") and not target.startswith(LEFT_OUT)
        return match[0] if here else f"]({repository()}/{target})"

    def titled(match: re.Match[str]) -> str:
        there = ROOT / folder / match[1]
        return f"[{title_of(there)}]" if there.is_file() else match[0]

    return _LINK.sub(outward, _FILE_NAME.sub(titled, markdown))


def on_post_page(output: str, *, page: Any, config: Any) -> str:
    """A page with a diagram loads what draws it from the site; the theme would ask unpkg.com.

    Whoever hears the page is told what its dialog is for, and a table that scrolls does so by keys.
    """
    output = output.replace('role="dialog">', 'role="dialog" aria-label="Search">')
    output = output.replace("</body>", f"<script>{SCROLL_BY_KEYS}</script></body>", 1)
    if 'class="mermaid"' not in output:
        return output
    up = "../" * page.url.count("/")
    return output.replace("</head>", f'<script src="{up}{MERMAID}"></script></head>', 1)


def on_post_build(config: Any) -> None:
    """Put what draws diagrams into the site."""
    there = Path(config["site_dir"]) / MERMAID
    copyfile(ROOT / "build" / "mermaid.min.js", there)


def title_of(page: Path) -> str:
    """The heading of a page, without its code marks."""
    first = page.read_text(encoding="utf-8").partition("\n")[0]
    return first.removeprefix("# ").replace("`", "")


def repository() -> str:
    """The address under which files of the repository are read."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['urls']['Repository']}/blob/main"
