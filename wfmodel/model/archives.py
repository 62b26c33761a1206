"""Arrays read from a NumPy archive (``.npz``) that anybody may have made, or a disk damaged.

No pickles; no array larger than its member says; and every member is read to its end, where its
checksum is compared. So what is returned is what was written, or there is an error.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path as FilePath
from tokenize import TokenError
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import numpy as np
from numpy.lib import format as npy

from wfmodel.model.files import open_regular

MOST_BYTES: Final = 1 << 40
"""Of a file that only the user himself names, and whose size the memory bounds."""

_DAMAGE: Final = (
    TokenError,  # of NumPy's, which reads a header as Python's text
    BadZipFile,
    EOFError,
    KeyError,  # a member that is not there
    OSError,  # a place before the file's start
    NotImplementedError,  # a method of compression, a version
    OverflowError,
    RuntimeError,  # encrypted
    SyntaxError,  # the array's header, before its checksum is known
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What zipfile and NumPy raise of bytes that they did not write."""


class ArchiveError(ValueError):
    """A file that is no archive of such arrays, or a damaged one."""


def arrays_in(
    path: str | FilePath, names: Sequence[str], most: int = MOST_BYTES
) -> list[np.ndarray[Any, Any]]:
    """The arrays of these names, in their order; ``most``: bytes of each.

    Raises:
        ArchiveError: they are not in it, or it is damaged.
        OSError: it cannot be read.
    """
    with open_regular(path) as stream:
        try:
            with ZipFile(stream) as archive:
                return [_array(archive, f"{name}.npy", most) for name in names]
        except _DAMAGE as error:
            raise ArchiveError(str(error) or type(error).__name__) from error


def _array(archive: ZipFile, name: str, most: int) -> np.ndarray[Any, Any]:
    about = archive.getinfo(name)
    size = about.file_size
    if about.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise ValueError(f"{name} is compressed in a way that NumPy does not write")
    if size > most:
        raise ValueError(f"{name} is larger than {most >> 30} GiB")
    with archive.open(name) as member:
        _check_size(member, name, size)
    with archive.open(name) as member:
        array: np.ndarray[Any, Any] = npy.read_array(member, allow_pickle=False)
        if member.read(1):  # also makes zipfile compare the checksum
            raise ValueError(f"{name} holds more than its array")
    return array


def _check_size(member: Any, name: str, size: int) -> None:  # noqa: ANN401 - zipfile's own stream
    """An array may not claim more than there is: its memory is taken before it is read."""
    version = npy.read_magic(member)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"{name} has format {version}")
    read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, kind = read_header(member)
    claimed = kind.itemsize
    for length in shape:
        claimed *= length
    if any(length < 0 for length in shape) or claimed > size:
        raise ValueError(f"{name} says that it is larger than it is")
