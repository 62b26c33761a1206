"""Systems in the languages of other people's model checkers: Promela (SPIN) and TLA+ (TLC)."""

from wfmodel.exploration.export.promela import promela
from wfmodel.exploration.export.tla import Module, tla

__all__ = ["Module", "promela", "tla"]
