"""Correct models, one thing changed at a time, and whether the checker notices what does harm."""
