"""The text of a run in machine code: what it stands on there, and who starts it.

Nothing of what happens is written here. ``compiled_basis`` has what the text asks for, over
``memory`` and ``heap``; ``loop`` loads the text and compiles it; ``engine`` runs it.
docs/design.md says why.
"""
