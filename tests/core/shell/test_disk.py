"""The disk's own calls, also where the system lacks the better ones."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flowtime_core.shell import disk as disk_module
from flowtime_core.shell.disk import REAL_DISK, rename_with


def no_rename(_path: object, *, use_errno: bool) -> object:
    """Stand in for a C library without ``renameat2``."""
    assert use_errno
    return object()


class UnsupportedLibrary:
    """A C library whose file system knows no flags."""

    def __init__(self, _path: object, *, use_errno: bool) -> None:
        assert use_errno

    def renameat2(self, *_arguments: object) -> int:
        """Fail as the kernel does."""
        ctypes.set_errno(errno.EINVAL)
        return -1


@pytest.fixture(params=["native", no_rename, UnsupportedLibrary])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with the system's rename, without it, and with one that refuses flags."""
    if request.param != "native":
        monkeypatch.setattr(ctypes, "CDLL", request.param)


def folder(path: Path, content: str) -> Path:
    """Make a directory with one file."""
    path.mkdir()
    (path / "file").write_text(content)
    return path


@pytest.mark.usefixtures("library")
class TestRenames:
    """Renames with and without the kernel's help."""

    def test_rename_to_a_free_name(self, tmp_path: Path) -> None:
        """A free name is taken."""
        REAL_DISK.rename_new(folder(tmp_path / "a", "a"), tmp_path / "b")
        assert (tmp_path / "b" / "file").read_text() == "a"

    @pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda path: folder(path, "b")])
    def test_rename_to_a_taken_name(self, tmp_path: Path, make: Callable[[Path], object]) -> None:
        """A taken name is refused, even an empty directory's."""
        make(tmp_path / "b")
        with pytest.raises(FileExistsError):
            REAL_DISK.rename_new(folder(tmp_path / "a", "a"), tmp_path / "b")
        assert (tmp_path / "a" / "file").read_text() == "a"

    def test_rename_of_nothing(self, tmp_path: Path) -> None:
        """What is not there cannot be renamed."""
        with pytest.raises(FileNotFoundError):
            REAL_DISK.rename_new(tmp_path / "a", tmp_path / "b")

    def test_exchange(self, tmp_path: Path) -> None:
        """Two directories swap their names."""
        REAL_DISK.exchange(folder(tmp_path / "a", "a"), folder(tmp_path / "b", "b"), tmp_path / "aside")
        assert (tmp_path / "a" / "file").read_text() == "b"
        assert (tmp_path / "b" / "file").read_text() == "a"
        assert not (tmp_path / "aside").exists()

    def test_exchange_with_nothing(self, tmp_path: Path) -> None:
        """An exchange needs both."""
        with pytest.raises(FileNotFoundError):
            REAL_DISK.exchange(folder(tmp_path / "a", "a"), tmp_path / "b", tmp_path / "aside")


@pytest.mark.parametrize("code", [errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR])
def test_race_without_the_kernels_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A name taken between the look and the rename is refused all the same."""

    def lose(_source: Path, target: Path) -> None:
        raise OSError(code, os.strerror(code), str(target))

    monkeypatch.setattr(ctypes, "CDLL", no_rename)
    monkeypatch.setattr(Path, "rename", lose)
    with pytest.raises(FileExistsError):
        REAL_DISK.rename_new(tmp_path / "a", tmp_path / "b")


def test_rename_error_names_both_paths(tmp_path: Path) -> None:
    """An error of the kernel's rename tells from where to where."""
    with pytest.raises(FileNotFoundError) as caught:
        rename_with(tmp_path / "a", tmp_path / "b", 0)
    assert (caught.value.filename, caught.value.filename2) == (str(tmp_path / "a"), str(tmp_path / "b"))


def test_full_sync_where_the_system_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system like macOS syncs with a command of its own."""
    descriptor = REAL_DISK.create(tmp_path / "file")
    monkeypatch.setattr(disk_module, "FULL_SYNC", fcntl.F_GETFD)
    monkeypatch.setattr(os, "fsync", None)
    REAL_DISK.sync(descriptor)
    REAL_DISK.close(descriptor)


def test_create_never_opens_what_is_there(tmp_path: Path) -> None:
    """A file or a link at the path is refused."""
    (tmp_path / "link").symlink_to("elsewhere")
    with pytest.raises(FileExistsError):
        REAL_DISK.create(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_lock_is_free_or_not(tmp_path: Path) -> None:
    """A second descriptor does not get a held lock, and gets it once the first is closed."""
    first, second = REAL_DISK.open_directory(tmp_path), REAL_DISK.open_directory(tmp_path)
    assert REAL_DISK.lock(first)
    assert not REAL_DISK.lock(second)
    REAL_DISK.close(first)
    assert REAL_DISK.lock(second)
    REAL_DISK.close(second)


def test_remove_tree_is_patient(tmp_path: Path) -> None:
    """Removing what is not there is no error."""
    REAL_DISK.remove_tree(tmp_path / "absent")
