"""The simulator's driver as it was written first: SimPy, classes, one file for each part.

Nothing of the package knows it. The text of ``wfmodel.simulation`` is held to it, byte for byte.
"""
