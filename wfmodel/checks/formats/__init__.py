"""Findings for whoever reads them: people, programs, CI services.

``text`` is for people, ``json_object`` for programs, the rest for services.

Each file is one format: a pure function from what was found to text. All are deterministic, and
none lets a file's content drive the reader (control characters, markup, workflow commands).
"""
