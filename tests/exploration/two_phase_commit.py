"""The System in models/two-phase-commit, as a module."""

import importlib.util
import sys
from pathlib import Path

PATH = Path(__file__).parents[2] / "models" / "two-phase-commit" / "system.py"
SPEC = importlib.util.spec_from_file_location("two_phase_commit_model", PATH)
assert SPEC is not None
assert SPEC.loader is not None
MODEL = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = MODEL
SPEC.loader.exec_module(MODEL)

two_phase_commit = MODEL.two_phase_commit
