"""What is said of worker processes that are no more; apart, for who catches it starts none."""

from __future__ import annotations


class WorkersLostError(RuntimeError):
    """A worker process was killed, or workers died again and again: the work cannot go on."""
