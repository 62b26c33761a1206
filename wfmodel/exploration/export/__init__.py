"""Systems in the languages of other people's model checkers: Promela (SPIN) and TLA+ (TLC)."""

from wfmodel.exploration.export.promela import promela

__all__ = ["promela"]
