"""The language server: what an editor asks of the text that is being written.

Nothing here reads or judges a definition: reading is the importers', judging that of ``wfmodel
check``, which the command hands in (``checker``). What a check has read is kept
(``open_document``), and answers are made of it. Only for completion, whose text is broken while it
is being typed, is the text itself looked at (``text_sketch``).

Read ``language_server`` first: the requests, and who answers each.
"""
