"""Arguments and exit codes, nothing more."""

import os
import sys
from typing import NoReturn

__all__ = ["main"]

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code; import nothing from the working directory."""
    try:
        from wfmodel.native.safety import IGNORED, can_start_safely, safe_search_path

        if not can_start_safely():
            sys.exit(_refused(IGNORED))
        safe_search_path()
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them takes time
        from wfmodel.cli.plain_check import plain_main, plain_parameters

        plain = plain_parameters(sys.argv[1:] if arguments is None else arguments)
        if plain is not None:
            plain_main(plain, arguments)
        from wfmodel.cli.app import main as run

        run(arguments)
    except KeyboardInterrupt:  # before, or after, the command's own frame
        sys.exit(INTERRUPTED)


def _refused(why: str) -> int:
    from wfmodel.cli.terminal import say

    say(f"wfmodel: error: {why}", err=True)
    return 2
