"""Where definitions that others wrote are, if they are here at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("WFMODEL_CORPUS", ROOT.parent / "shared" / "corpus")) / "asl"


def files(name: str) -> list[Path]:
    """The files of one collection; none where the corpus is not here."""
    return sorted((FOLDER / name).glob("*.json"))


needs_corpus = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="no corpus: set WFMODEL_CORPUS to its folder"
)
