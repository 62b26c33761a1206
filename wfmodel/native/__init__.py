"""What compiled code stands on: words of memory, and numba where it is installed.

Everything is a 64-bit word. A record is the address of its first word; its fields are named
positions (``record_layout``). Start with ``words``; ``numba_backend`` and ``interpreted`` are the
words with numba and without it. A program's ``header`` begins with what ``callbacks`` needs: new
memory, and Python's answers, looked up. ``arena`` and ``answering`` are Python's side of both.

``safety`` is for all that starts processes or imports what looks into the working directory;
``pools`` and ``compiler`` are built on it.
"""
