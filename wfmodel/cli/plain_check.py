"""``wfmodel check FILE`` without the library that reads command lines.

That library takes longer to import than a file takes to check. A line of paths and of the few
options here says nothing that it is needed for; any other line, ``--help`` and every mistake
included, is left to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

FLAGS: Final = {
    "--by-content": "by_content",
    "--exit-zero": "exit_zero",
    "--fail-on-empty": "fail_on_empty",
    "--fail-on-unread": "fail_on_unread",
    "--isolated": "isolated",
    "--no-cache": "no_cache",
    "--statistics": "statistics",
}
"""Options that take no value, and which parameter each sets."""

DEFAULTS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(FLAGS.values(), False),
    **dict.fromkeys(("no_gitignore", "write_baseline", "fix", "watch", "list_files"), False),
    **dict.fromkeys(("output_file", "output", "relative_to", "select", "extend_select")),
    **dict.fromkeys(("ignore", "level", "exclude", "include", "config", "baseline", "since")),
    **dict.fromkeys(("annotations", "choreography", "design", "stdin_filename", "jobs")),
    **dict.fromkeys(("cache_dir", "max_steps", "max_seconds", "explain")),
}
"""Every other parameter of the command, as it is where nobody gives it."""


def plain_parameters(arguments: Sequence[str]) -> Mapping[str, Any] | None:
    """The parameters that a line gives; None where the line is not so plain."""
    if arguments[:1] != ["check"] or os.name == "nt":  # there, patterns are the library's to expand
        return None
    given: dict[str, Any] = {}
    paths: list[str] = []
    for word in arguments[1:]:
        if word in FLAGS:
            given[FLAGS[word]] = True
        elif (word.startswith("-") and word != "-") or ".py:" in word:
            return None
        else:
            paths.append(word)
    return {**DEFAULTS, **given, "paths": paths} if paths else None


def plain_main(given: Mapping[str, Any], arguments: list[str] | None) -> NoReturn:
    """Check, and exit with the code."""
    import gc

    from wfmodel.cli.ending import exit_with

    gc.set_threshold(200_000, 50, 50)  # what is imported stays

    exit_with(lambda: _checked(given), arguments)


def _checked(given: Mapping[str, Any]) -> int:
    from wfmodel.cli.check_output import Destination
    from wfmodel.cli.check_run import run_check
    from wfmodel.cli.finding_format import FindingFormat
    from wfmodel.model.boundary import declare_root

    declare_root(None)  # of a command before this one in the same process
    form = FindingFormat.CONCISE
    return run_check({**given, "form": form}, (Destination(form),))
