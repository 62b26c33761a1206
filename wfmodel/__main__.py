"""``python -m wfmodel``: the command line."""

from wfmodel.cli import main

main()
