"""The compiled kernel: a second implementation of the driver, and never the definition.

Each file here is the driver's file of that name again, on flat memory, in functions that numba
compiles. Start with ``run``; ``layout`` says where everything stands, ``wfmodel.native`` is what
the code stands on, ``clerk`` how machines are asked.
"""
