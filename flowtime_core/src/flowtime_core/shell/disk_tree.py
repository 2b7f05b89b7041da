"""A directory as a file tree: files are read when they are asked for, and links are not followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from flowtime_core.artifacts.layout import MANIFEST
from flowtime_core.errors import NotFoundError, ReplacedError, StorageError
from flowtime_core.shell.filesystem import path_parts, storage_errors

Answer = TypeVar("Answer")

_ROOT: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FOLDER: Final = _ROOT | os.O_NOFOLLOW
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ABSENT: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EISDIR, errno.ENXIO})
_MOST_READINGS: Final = 20


def read_steadily(read: Callable[[], Answer]) -> Answer:
    """Return what a reading gives; one whose directory was replaced or removed meanwhile begins again.

    Raises
    ------
    ReplacedError
        Others replace it all the time.
    """
    for _ in range(_MOST_READINGS - 1):
        with suppress(ReplacedError):
            return read()
    return read()


def read_tree(path: Path) -> DiskTree:
    """Return the files below a directory as a lazy tree.

    Symbolic links below the directory are not part of the tree, so no name in it reaches anything outside. The
    directory is opened anew for each file; when another one has taken its place meanwhile, or it was removed, reading
    fails instead of mixing the two or of missing what is being removed.

    Raises
    ------
    NotFoundError
        There is no such directory.
    StorageError
        The file system refused.
    """
    return DiskTree(path)


class DiskTree(Mapping[str, bytes]):
    """Files of a directory by relative path, in path order."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._identity: tuple[int, ...] | None = None
        os.close(self._open_root())

    def __getitem__(self, path: str) -> bytes:
        """Return the bytes of a file."""
        parts = path_parts(path)
        if not parts:
            raise KeyError(path)
        with storage_errors(self._root / path):
            data = self._read(parts)
        if data is None:
            raise KeyError(path)
        return data

    def __iter__(self) -> Iterator[str]:
        """Walk the paths in path order."""
        return iter(sorted(self.sizes()))

    def sizes(self) -> dict[str, int]:
        """Return the length of every file [bytes], by its path."""
        with storage_errors(self._root):
            root = self._open_root()
            try:
                return _walk(root, "")
            finally:
                os.close(root)
                self._check()

    def __len__(self) -> int:
        """Count the files."""
        return sum(1 for _ in self)

    def _open_root(self) -> int:
        try:
            root = os.open(self._root, _ROOT)
        except (FileNotFoundError, NotADirectoryError) as error:
            if self._identity is not None:
                raise ReplacedError(f"{self._root} was removed while it was read", hint="open it again") from error
            raise NotFoundError(f"there is no directory {self._root}") from error
        except OSError as error:
            raise StorageError(f"{self._root}: {(error.strerror or '').lower()}") from error
        found = _identity(root)
        if self._identity is None:
            self._identity = found
        elif self._identity != found:
            os.close(root)
            raise ReplacedError(f"{self._root} was replaced while it was read", hint="open it again")
        return root

    def _check(self) -> None:
        """Refuse to tell what a directory lacks that is no longer in its place: it may be half removed."""
        os.close(self._open_root())

    def _read(self, parts: tuple[str, ...]) -> bytes | None:
        """Return the bytes of a regular file, or None when there is none at that path."""
        folder = self._open_root()
        try:
            for part in parts[:-1]:
                inner = os.open(part, _FOLDER, dir_fd=folder)
                os.close(folder)
                folder = inner
            return _read_file(parts[-1], folder)
        except OSError as error:
            if error.errno not in _ABSENT:
                raise
            self._check()
            return None
        finally:
            os.close(folder)


def _read_file(name: str, folder: int) -> bytes | None:
    descriptor = os.open(name, _FILE, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        return file.read() if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def _identity(root: int) -> tuple[int, ...]:
    """Return what tells an open directory from others of its name.

    One made after it was removed may have its inode again, but not a manifest with the same inode of the same moment.
    """
    status = os.fstat(root)
    with suppress(OSError):
        manifest = os.stat(MANIFEST, dir_fd=root, follow_symlinks=False)
        return status.st_dev, status.st_ino, manifest.st_ino, manifest.st_ctime_ns
    return status.st_dev, status.st_ino


def _walk(folder: int, prefix: str) -> dict[str, int]:
    """Return the regular files below an open folder, links left out, and their sizes."""
    paths: dict[str, int] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                inner = os.open(entry.name, _FOLDER, dir_fd=folder)
                try:
                    paths |= _walk(inner, f"{prefix}{entry.name}/")
                finally:
                    os.close(inner)
            elif entry.is_file(follow_symlinks=False):
                paths[f"{prefix}{entry.name}"] = entry.stat(follow_symlinks=False).st_size
    return paths
