"""Formal state-machine modelling and simulation of distributed workflows."""
