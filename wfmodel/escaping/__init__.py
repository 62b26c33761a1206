"""Every string of a definition leaves through here, one function for each target.

A name, an event, a file's path or an error that quotes one is a stranger's text. Each function
takes any text and gives one that its target shows and never obeys; the characters that a reader
would not see are shown as escapes.

>>> log_line("##[group]a\\x1b[2J")
'# #[group]a\\\\x1b[2J'
>>> markdown("[x](http://evil) | y")
'\\\\[x\\\\](http\\\\://evil) \\\\| y'

``Guarded`` stands behind all of them: a stream that lets nothing else out. The command line puts it
before standard output and standard error.
"""

from wfmodel.escaping.characters import printable, visible
from wfmodel.escaping.commands import log_line, log_text
from wfmodel.escaping.languages import shell_line
from wfmodel.escaping.machines import csv_cell, json_line, json_text, sarif_text, xml_text
from wfmodel.escaping.pages import code_span, fenced, markdown, plot_text, script_data
from wfmodel.escaping.stream import Guarded

__all__ = [
    "Guarded",
    "code_span",
    "csv_cell",
    "fenced",
    "json_line",
    "json_text",
    "log_line",
    "log_text",
    "markdown",
    "plot_text",
    "printable",
    "sarif_text",
    "script_data",
    "shell_line",
    "visible",
    "xml_text",
]
