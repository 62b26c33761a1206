"""Tests of objects that show themselves."""
