"""Experiments over many cells: plans, precision, executors, a store that survives anything.

Start with ``experiment_runs.run_experiment``; ``factors`` says what a path reaches, ``plans`` which
values are tried, ``stopping`` when a cell has run often enough, ``executors`` where cells run,
``cell_store`` what is kept. ``sensitivity`` and ``threshold`` read the results.
"""
