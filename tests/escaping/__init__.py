"""Tests of wfmodel.escaping."""
