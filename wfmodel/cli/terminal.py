"""What commands show: the only place of the command line that writes to a terminal or a log.

Every word may come from a stranger's file. ``say`` writes one line, ``say_lines`` several, ``show``
a table; none reads markup, and each shows what cannot be seen. ``guarded`` stands behind them, for
the whole run of a command.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

from wfmodel.escaping import Guarded, log_line, log_text, printable, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

PLAIN_WIDTH: Final = 140
"""Characters of a line where nobody's terminal says how wide it is."""


@contextmanager
def guarded() -> Iterator[None]:
    """Let nothing out but through the gate while the block runs.

    What escapes from the block is still shown through it: a traceback quotes the file too.
    """
    out, err = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = cast(TextIO, Guarded(out)), cast(TextIO, Guarded(err))
    try:
        yield
    except SystemExit:
        sys.stdout, sys.stderr = out, err
        raise


@contextmanager
def drawing() -> Iterator[None]:
    """Let a library draw in colours, with no word of a user's file in what it writes."""
    out = sys.stdout
    sys.stdout = _drawn(out)
    try:
        yield
    finally:
        sys.stdout = out


def _drawn(stream: TextIO) -> TextIO:
    return cast(TextIO, stream.drawn) if isinstance(stream, Guarded) else stream


def say(line: str, *, err: bool = False) -> None:
    """Write one line."""
    print(log_line(line), file=sys.stderr if err else sys.stdout)


def say_lines(text: str, *, err: bool = False) -> None:
    """Write lines; a break at the end is no line of its own."""
    print(log_text(text.removesuffix("\n")), file=sys.stderr if err else sys.stdout)


def hand_out(text: str, *, end: str = "\n") -> None:
    """Write a text of a format that has escaped its words itself: JSON, Mermaid, Promela."""
    print(text, end=end)


def command_runner(line: str) -> None:
    """Write a workflow command that the program itself has composed."""
    if isinstance(sys.stdout, Guarded):
        sys.stdout.write_command(line)
    else:
        print(visible(line))


def console(*, err: bool = False, width: int | None = PLAIN_WIDTH) -> Console:
    """Where tables are drawn: no markup, no emoji, no colours but the program's own."""
    from rich.console import Console
    from rich.segment import Segment

    class Careful(Console):
        """Shows what cannot be seen, in strings before they are measured and in all else after."""

        def render_str(self, text: str, **how: Any) -> Text:  # noqa: ANN401 - as Console has it
            how |= {"markup": False, "emoji": False, "highlight": False}
            return super().render_str(visible(text), **how)

        def render(self, *what: Any, **how: Any) -> Iterable[Segment]:  # noqa: ANN401 - as above
            for words, style, control in super().render(*what, **how):
                yield Segment(words if control else visible(words), style, control)

    stream = _drawn(sys.stderr if err else sys.stdout)
    made = Careful(file=stream, markup=False, emoji=False, highlight=False)
    if width is not None and not made.is_terminal:
        made.width = width
    return made


def table(
    *columns: str,
    title: str = "",
    caption: str = "",
    framed: bool = False,
    right: Collection[int] = (),
) -> Table:
    """An empty table; the columns of ``right`` hold numbers."""
    from rich.box import HEAVY_HEAD
    from rich.table import Table

    shown = Table(
        box=HEAVY_HEAD if framed else None,
        title=printable(title) or None,
        caption=printable(caption) or None,
        title_justify="left",
    )
    for number, name in enumerate(columns):
        shown.add_column(printable(name), justify="right" if number in right else "left")
    return shown


def add_row(shown: Table, *cells: str, style: str = "") -> None:
    """Put a row into a table."""
    shown.add_row(*map(printable, cells), style=style)


def styled(word: str, style: str) -> Text:
    """A word of the program's own in a style."""
    from rich.text import Text

    return Text(printable(word), style)
