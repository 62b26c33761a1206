"""Findings for whoever reads them: people (``text``), programs (``data``), CI services (the rest).

Each file is one format: a pure function from what was found to text. All are deterministic, and
none lets a file's content drive the reader (control characters, markup, workflow commands).
"""
