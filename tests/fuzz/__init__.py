"""Whatever a file holds: an answer, soon, in bounded memory, and never a traceback."""
