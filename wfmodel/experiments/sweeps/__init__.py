"""Experiments over many cells: plans, precision, executors, a store that survives anything.

Start with ``running.run_experiment``; ``factors`` says what a path reaches, ``plans`` which values
are tried, ``stopping`` when a cell has run often enough, ``executors`` where cells run, ``store``
what is kept. ``sensitivity`` and ``threshold`` read the results.
"""
