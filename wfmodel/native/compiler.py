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
from numba.core.datamodel import models, register_default  # noqa: E402
from numba.core.imputils import (  # noqa: E402
    lower_getattr_generic,
    lower_setattr_generic,
)
from numba.core.typeconv import Conversion  # noqa: E402
from numba.core.typed_passes import NoPythonBackend  # noqa: E402
from numba.core.typing.templates import (  # noqa: E402
    AbstractTemplate,
    AttributeTemplate,
    infer_getattr,
    infer_global,
)
from numba.core.untyped_passes import IRProcessing  # noqa: E402
from numba.extending import intrinsic, lower_builtin, lower_cast  # noqa: E402

__all__ = [
    "AbstractTemplate",
    "AnalysisPass",
    "AttributeTemplate",
    "CompilerBase",
    "Conversion",
    "DefaultPassBuilder",
    "IRProcessing",
    "JITCodeLibrary",
    "NoPythonBackend",
    "cgutils",
    "infer_getattr",
    "infer_global",
    "intrinsic",
    "ir",
    "lower_builtin",
    "lower_cast",
    "lower_getattr_generic",
    "lower_setattr_generic",
    "models",
    "numba",
    "register_default",
    "register_pass",
    "types",
]
