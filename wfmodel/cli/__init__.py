"""Layer 5: arguments and exit codes, nothing more."""

from wfmodel.cli.app import main

__all__ = ["main"]
