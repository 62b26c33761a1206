"""What a stranger's checkout, definition or cache must not be able to do."""
