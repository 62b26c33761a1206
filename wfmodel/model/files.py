"""The one place where files are opened: regular files only, bounded, and written whole or not.

Reading: a device, a FIFO or a socket is refused, without waiting for it; a link out of the path's
boundary is; and of what is open, whatever happens to it meanwhile, no more than a bound is read.
Writing: beside the file, and renamed into its place. A full disk or a kill leaves what was there.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import IO, Final

from wfmodel.model.boundary import why_not_named
from wfmodel.model.limits import MOST_BYTES

UNFINISHED: Final = ".unfinished-"
"""How the names of files begin that are being written."""


class FileTooLargeError(OSError):
    """A file larger than what is read of its kind."""


def open_regular(path: str | FilePath) -> IO[bytes]:
    """A regular file, open for reading.

    Raises:
        OSError: it cannot be read, is no regular file, or is a link out of its boundary.
    """
    why = why_not_named(path)
    if why:
        raise PermissionError(errno.EPERM, why, str(path))
    # Opening a FIFO would wait for its writer; what is open is looked at, not what had the name.
    number = os.open(
        path, os.O_RDONLY | _flag("O_NONBLOCK") | _flag("O_BINARY") | _flag("O_NOCTTY")
    )
    try:
        mode = os.fstat(number).st_mode
        if not stat.S_ISREG(mode):
            what = "a directory, not a file" if stat.S_ISDIR(mode) else "not a regular file"
            raise OSError(errno.EINVAL, what, str(path))
        return os.fdopen(number, "rb")
    except BaseException:
        os.close(number)
        raise


def read_file(path: str | FilePath, most: int = MOST_BYTES) -> bytes:
    """All of a regular file.

    Raises:
        FileTooLargeError: it is larger than ``most`` bytes.
        OSError: as ``open_regular``.
    """
    with open_regular(path) as stream:
        if os.fstat(stream.fileno()).st_size > most:
            raise _too_large(path, most)
        content = stream.read(most + 1)  # it may have grown, or be one whose size is not told
    if len(content) > most:
        raise _too_large(path, most)
    return content


def write_file(path: str | FilePath, content: str | bytes) -> None:
    """Make a file hold this, text as UTF-8, or leave it as it was.

    Raises:
        OSError: it cannot be written.
    """
    with replacing(path) as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def replacing(path: str | FilePath) -> Iterator[IO[bytes]]:
    """A stream whose content becomes the file at the end, whole; the file's permissions stay.

    What is no file (``/dev/stdout``, a FIFO) is written as it is. A link inside its boundary stays
    one, and leads to the new content.

    Raises:
        OSError: it cannot be written, or is a link out of its boundary.
    """
    given = FilePath(path)
    if given.exists() and not given.is_file() and not given.is_dir():
        with given.open("wb") as stream:
            yield stream
        return
    target = _target(given)
    beside = target.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as stream:
            if target.exists():
                os.chmod(beside, stat.S_IMODE(target.stat().st_mode))  # noqa: PTH101
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    except OSError as error:
        if error.filename in (None, str(beside)):  # the name that the user knows
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        beside.unlink(missing_ok=True)


def _target(path: FilePath) -> FilePath:
    """The file that is replaced: the path's own, or the one that its link leads to."""
    why = why_not_named(path)
    if why:
        raise PermissionError(errno.EPERM, f"not written: {why}", str(path))
    return FilePath(os.path.realpath(path)) if path.is_symlink() else path


def _too_large(path: str | FilePath, most: int) -> FileTooLargeError:
    size = f"{most >> 20} MiB" if most < 1 << 30 else f"{most >> 30} GiB"
    return FileTooLargeError(errno.EFBIG, f"larger than {size}", str(path))


def _flag(name: str) -> int:
    """A flag of opening that not every system has."""
    return int(getattr(os, name, 0))
