"""numba, as the rest imports it: ``safety`` says why not in the ordinary way.

Needs numba; nothing imports this module without it.
"""

from __future__ import annotations

from typing import Any

from wfmodel.native.safety import library

numba: Any = library("numba")

from llvmlite import ir  # noqa: E402 - only now
from numba.core import cgutils, types  # noqa: E402
from numba.core.codegen import JITCodeLibrary  # noqa: E402
from numba.core.compiler import CompilerBase, DefaultPassBuilder  # noqa: E402
from numba.core.compiler_machinery import AnalysisPass, register_pass  # noqa: E402
from numba.core.typed_passes import NoPythonBackend  # noqa: E402
from numba.core.untyped_passes import IRProcessing  # noqa: E402
from numba.extending import intrinsic  # noqa: E402

__all__ = [
    "AnalysisPass",
    "CompilerBase",
    "DefaultPassBuilder",
    "IRProcessing",
    "JITCodeLibrary",
    "NoPythonBackend",
    "cgutils",
    "intrinsic",
    "ir",
    "numba",
    "register_pass",
    "types",
]
