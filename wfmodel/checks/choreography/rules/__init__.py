"""One rule per file, named by the bad pattern; the file's docstring is the rule's page."""
