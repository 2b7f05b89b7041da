"""The calls that change a disk, behind one small face: fault tests record, cut short or fail each of them."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
from pathlib import Path
from typing import Final

_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_OCCUPIED: Final = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR})
_UNSUPPORTED: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP})
_NO_REPLACE: Final = 1
_EXCHANGE: Final = 2
_AT_CWD: Final = -100
FULL_SYNC: Final[int | None] = getattr(fcntl, "F_FULLFSYNC", None)
"""macOS reaches the platter only with this command; ``fsync`` stops at the drive's cache there."""


class Disk:
    """The real disk."""

    def make_directory(self, path: Path) -> None:
        """Make one directory; its parent exists, it does not."""
        path.mkdir()

    def create(self, path: Path) -> int:
        """Open a new file for writing and return its descriptor."""
        return os.open(path, _NEW_FILE, 0o644)

    def write(self, descriptor: int, data: memoryview) -> int:
        """Write some of the data and return how much."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Force a file or directory to the storage medium."""
        if FULL_SYNC is None:
            os.fsync(descriptor)
        else:
            fcntl.fcntl(descriptor, FULL_SYNC)

    def close(self, descriptor: int) -> None:
        """Close a descriptor."""
        os.close(descriptor)

    def open_directory(self, path: Path) -> int:
        """Open a directory for syncing and locking."""
        return os.open(path, _DIRECTORY)

    def lock(self, descriptor: int) -> bool:
        """Take the lock of an open file or directory without waiting; the kernel frees it when the process ends."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def rename_new(self, source: Path, target: Path) -> None:
        """Rename to a name that must be free.

        Raises
        ------
        FileExistsError
            When anything stands at the target: a plain ``rename`` would silently replace an empty directory.
        """
        if rename_with(source, target, _NO_REPLACE):
            return
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        try:
            source.rename(target)
        except OSError as error:
            if error.errno in _OCCUPIED:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
            raise

    def exchange(self, source: Path, target: Path, aside: Path) -> None:
        """Swap two directories in one step, or over ``aside`` in three where the system knows no exchange."""
        if rename_with(source, target, _EXCHANGE):
            return
        target.rename(aside)
        source.rename(target)
        aside.rename(source)

    def remove_tree(self, path: Path) -> None:
        """Remove what is there, as far as possible; what stays is swept later."""
        with contextlib.suppress(OSError):
            shutil.rmtree(path)


def rename_with(source: Path, target: Path, flags: int) -> bool:
    """Call ``renameat2`` with flags; return False where the C library or the file system lacks it."""
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is None:
        return False
    if function(_AT_CWD, os.fsencode(source), _AT_CWD, os.fsencode(target), ctypes.c_uint(flags)) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(source), None, str(target))


REAL_DISK: Final = Disk()
