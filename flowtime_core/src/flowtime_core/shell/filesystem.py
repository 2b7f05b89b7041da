"""File trees on disk: committed whole or not at all, read without leaving their root.

The protocol of :func:`commit_tree`: write into a temporary sibling, sync every file and directory, rename to a name
that must be free, sync the parent. A crash leaves the old state or the new one, and at most a sibling that
:func:`sweep` removes.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from flowtime_core.errors import ConflictError, InputError, NotFoundError, StorageError
from flowtime_core.records.file_tree import in_path_order
from flowtime_core.shell.disk import REAL_DISK, Disk

if TYPE_CHECKING:
    from collections.abc import Generator

    from flowtime_core.records.file_tree import FileTree

STAGE_PREFIX: Final = ".tmp-"
TRASH_PREFIX: Final = ".trash-"
ASIDE_PREFIX: Final = ".old-"
STALE_SECONDS: Final = 3600.0


@contextlib.contextmanager
def storage_errors(path: Path | str) -> Generator[None]:
    """Turn every ``OSError`` inside the block into a StorageError that names the path."""
    try:
        yield
    except OSError as error:
        message = f"{path}: {(error.strerror or str(error)).lower()}"
        raise StorageError(message, hint="free space, mend the permissions or choose another place") from error


def commit_tree(tree: FileTree, target: Path, *, overwrite: bool = False, disk: Disk = REAL_DISK) -> None:
    """Write a file tree as the directory ``target``, whole or not at all, durable on return.

    Parameters
    ----------
    tree : FileTree
        At least one file; paths are relative, with ``/``, and free of ``..``.
    target : Path
        The directory to make. Missing parents are made too.
    overwrite : bool
        Replace what stands at the target in one step.
    disk : Disk
        The disk to write to.

    Raises
    ------
    ConflictError
        Something stands at the target and ``overwrite`` is off; also when another writer was faster.
    StorageError
        The file system refused. The target is as it was, unless only the last sync failed: then the tree is in place,
        but a power cut may undo it.
    """
    _check_paths(tree)
    target = _named(target)
    with storage_errors(target):
        if not overwrite and os.path.lexists(target):
            raise _occupied(target)
        _make_parents(target.parent, disk)
        stage = _sibling(target, STAGE_PREFIX)
        disk.make_directory(stage)
        try:
            with _opened(stage, disk) as descriptor:
                disk.lock(descriptor)
                _fill(stage, tree, disk)
                disk.sync(descriptor)
                _publish(stage, target, overwrite=overwrite, disk=disk)
            _sync_directory(target.parent, disk)
        finally:
            disk.remove_tree(stage)


def replace_file(path: Path, data: bytes, *, disk: Disk = REAL_DISK) -> None:
    """Write one file, whole or not at all, durable on return; what stands there is replaced, its folder is made.

    Raises
    ------
    StorageError
        The file system refused.
    """
    path = _named(path)
    with storage_errors(path):
        _make_parents(path.parent, disk)
        stage = _sibling(path, STAGE_PREFIX)
        try:
            _write_file(stage, data, disk)
            stage.replace(path)
        finally:
            stage.unlink(missing_ok=True)
        _sync_directory(path.parent, disk)


def remove_tree(target: Path, *, disk: Disk = REAL_DISK) -> None:
    """Remove a directory: in one step it has another name, then it is taken apart; durable on return.

    Raises
    ------
    NotFoundError
        There is no such directory; also when another one was faster.
    StorageError
        The file system refused to rename it; it is as it was. What cannot be taken apart is left to :func:`sweep`.
    """
    target = _named(target)
    trash = _sibling(target, TRASH_PREFIX)
    with storage_errors(target):
        try:
            disk.rename_new(target, trash)
        except FileNotFoundError as error:
            raise NotFoundError(f"there is no directory {target}") from error
        _sync_directory(target.parent, disk)
        disk.remove_tree(trash)


def sweep(parent: Path, *, now: float | None = None, disk: Disk = REAL_DISK) -> tuple[str, ...]:
    """Remove what crashed writers left behind in a directory and return the names.

    A sibling is stale when nobody holds its lock and it has not changed for an hour. A directory that a crashed
    exchange moved aside goes back to its place when the place is empty.
    """
    limit = (time.time() if now is None else now) - STALE_SECONDS
    with storage_errors(parent):
        entries = sorted(_leftovers(parent))
        return tuple(path.name for path in entries if _clear(path, limit, disk))


def _check_paths(tree: FileTree) -> None:
    if not tree:
        raise InputError("a file tree needs at least one file")
    for path in tree:
        if not path_parts(path):
            raise InputError(f"path {path!r} of a file tree is not relative, plain and below its root")


def path_parts(path: str) -> tuple[str, ...]:
    """Return the parts of a plain relative path, or ``()`` when it is absolute, empty or steps upwards."""
    parts = tuple(path.split("/"))
    if any(part in {"", ".", ".."} or "\0" in part for part in parts):
        return ()
    return parts


def _occupied(target: Path) -> ConflictError:
    return ConflictError(f"{target} exists already", hint="choose another name or overwrite")


def _named(path: Path) -> Path:
    """Return a path that ends in a name, which ``.`` and ``..`` do not.

    Raises
    ------
    ConflictError
        It is the root of the file system, beside which there is nothing.
    """
    named = path if path.name not in {"", ".."} else path.resolve()
    if not named.name:
        raise _occupied(named)
    return named


def _sibling(target: Path, prefix: str) -> Path:
    return target.with_name(f"{prefix}{target.name}.{os.getpid()}.{secrets.token_hex(4)}")


def _make_parents(directory: Path, disk: Disk) -> None:
    """Make missing parents, each durable before the next."""
    if directory.is_dir():
        return
    _make_parents(directory.parent, disk)
    with contextlib.suppress(FileExistsError):
        disk.make_directory(directory)
    _sync_directory(directory.parent, disk)


@contextlib.contextmanager
def _opened(directory: Path, disk: Disk) -> Generator[int]:
    descriptor = disk.open_directory(directory)
    try:
        yield descriptor
    finally:
        disk.close(descriptor)


def _sync_directory(directory: Path, disk: Disk) -> None:
    with _opened(directory, disk) as descriptor:
        disk.sync(descriptor)


def _fill(stage: Path, tree: FileTree, disk: Disk) -> None:
    """Write every file, then sync the directories, deepest first."""
    directories = sorted({str(parent) for path in tree for parent in PurePosixPath(path).parents} - {"."})
    for directory in directories:
        disk.make_directory(stage / directory)
    for path, data in in_path_order(tree).items():
        _write_file(stage / path, data, disk)
    for directory in reversed(directories):
        _sync_directory(stage / directory, disk)


def _write_file(path: Path, data: bytes, disk: Disk) -> None:
    descriptor = disk.create(path)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[disk.write(descriptor, rest) :]
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)


def _publish(stage: Path, target: Path, *, overwrite: bool, disk: Disk) -> None:
    """Give the stage its name. Every turn of the loop means that another writer made or removed the target."""
    while True:
        try:
            disk.rename_new(stage, target)
        except FileExistsError:
            if not overwrite:
                raise _occupied(target) from None
        else:
            return
        with contextlib.suppress(FileNotFoundError), _opened(target, disk) as descriptor:
            disk.lock(descriptor)
            disk.exchange(stage, target, _sibling(target, ASIDE_PREFIX))
            return


def _leftovers(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    prefixes = (STAGE_PREFIX, TRASH_PREFIX, ASIDE_PREFIX)
    with os.scandir(parent) as entries:
        return [Path(entry.path) for entry in entries if entry.name.startswith(prefixes) and entry.is_dir()]


def _clear(path: Path, limit: float, disk: Disk) -> bool:
    """Remove one leftover, or put it back; return False when it is in use, young or already gone."""
    with contextlib.suppress(FileNotFoundError), _opened(path, disk) as descriptor:
        if not disk.lock(descriptor):
            return False
        if path.name.startswith(ASIDE_PREFIX):
            with contextlib.suppress(FileExistsError):
                disk.rename_new(path, path.with_name(_original_name(path.name)))
                return True
        if path.stat().st_mtime > limit:
            return False
        disk.remove_tree(path)
        return True
    return False


def _original_name(name: str) -> str:
    return name.removeprefix(ASIDE_PREFIX).rsplit(".", 2)[0]
