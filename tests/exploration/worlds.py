"""Systems of models/ that are Python files."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from wfmodel.designs import System

FILE = Path(__file__).parents[2] / "models" / "two-phase-commit" / "system.py"


def two_phase_commit(resources: int) -> System:
    """Lamport's protocol, from its file."""
    name = "models_two_phase_commit"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, FILE)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name].two_phase_commit(resources)
