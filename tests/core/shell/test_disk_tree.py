"""Directories as lazy file trees."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from flowtime_core.errors import NotFoundError, ReplacedError, StorageError
from flowtime_core.shell.disk_tree import DiskTree, read_steadily, read_tree
from flowtime_core.shell.filesystem import commit_tree


def fill(root: Path, files: dict[str, bytes]) -> Path:
    """Write files below a directory."""
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def test_tree_lists_files_in_path_order(tmp_path: Path) -> None:
    """Paths are relative, in path order, and counted."""
    files = {"b/c.txt": b"1", "a.txt": b"2", "b-side.txt": b"3"}
    tree = read_tree(fill(tmp_path, files))
    assert list(tree) == ["a.txt", "b-side.txt", "b/c.txt"]
    assert len(tree) == 3
    assert dict(tree) == files


def test_files_are_read_when_asked_for(tmp_path: Path) -> None:
    """A file written after the tree was opened is part of it."""
    tree = read_tree(fill(tmp_path, {"a": b""}))
    fill(tmp_path, {"new/b": b"late"})
    assert tree["new/b"] == b"late"


@pytest.mark.parametrize(
    "path", ["absent", "a/below-a-file", "folder", "", "/etc/hostname", "../secret", "a/../a", "x" * 300, "\0"]
)
def test_what_is_not_a_file_is_absent(tmp_path: Path, path: str) -> None:
    """A directory, a path that steps out or an impossible name is simply not in the tree."""
    fill(tmp_path, {"root/a": b"", "root/folder/b": b"", "secret": b"secret"})
    tree = read_tree(tmp_path / "root")
    assert path not in tree
    with pytest.raises(KeyError):
        tree[path]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither a link to a file nor one to a directory leads out of the tree, nor is it listed."""
    fill(tmp_path, {"secret/file": b"secret", "root/a": b""})
    (tmp_path / "root" / "file").symlink_to(tmp_path / "secret" / "file")
    (tmp_path / "root" / "folder").symlink_to(tmp_path / "secret")
    tree = read_tree(tmp_path / "root")
    assert list(tree) == ["a"]
    assert "file" not in tree
    assert "folder/file" not in tree


def test_root_may_be_a_link(tmp_path: Path) -> None:
    """The directory itself is the caller's choice."""
    fill(tmp_path, {"root/a": b"1"})
    (tmp_path / "link").symlink_to("root")
    assert dict(read_tree(tmp_path / "link")) == {"a": b"1"}


def test_pipes_and_sockets_are_not_files(tmp_path: Path) -> None:
    """A named pipe neither blocks the reader nor counts as a file."""
    os.mkfifo(tmp_path / "pipe")
    tree = read_tree(tmp_path)
    assert "pipe" not in tree
    assert list(tree) == []


def test_missing_directory(tmp_path: Path) -> None:
    """A directory that is not there is an error by name."""
    with pytest.raises(NotFoundError, match="absent"):
        read_tree(tmp_path / "absent")


def test_file_instead_of_directory(tmp_path: Path) -> None:
    """A file is no directory."""
    with pytest.raises(NotFoundError, match="there is no directory"):
        read_tree(fill(tmp_path, {"a": b""}) / "a")


def test_directory_that_vanishes(tmp_path: Path) -> None:
    """A directory removed meanwhile is an error, not an empty tree; one that was never there is another."""
    tree = read_tree(fill(tmp_path / "root", {"a": b""}))
    shutil.rmtree(tmp_path / "root")
    with pytest.raises(ReplacedError, match="removed while it was read"):
        list(tree)
    with pytest.raises(NotFoundError):
        read_tree(tmp_path / "root")


@pytest.mark.parametrize("look", [lambda tree: tree.get("a"), list, lambda tree: "a" in tree, lambda tree: tree["i/b"]])
def test_directory_that_is_being_removed(tmp_path: Path, look: Callable[[DiskTree], object]) -> None:
    """What is missing because it was removed meanwhile is not taken for what a directory lacks."""
    tree = read_tree(fill(tmp_path / "root", {"a": b"", "i/b": b""}))
    real = tree._open_root

    def remove_after() -> int:
        root = real()
        tree._open_root = real  # type: ignore[method-assign]
        (tmp_path / "root").rename(tmp_path / "trash")
        shutil.rmtree(tmp_path / "trash")
        return root

    tree._open_root = remove_after  # type: ignore[method-assign]
    with pytest.raises(ReplacedError):
        look(tree)


def test_directory_with_the_inode_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two overwrites may give a run the inode it had at first: the manifest tells the two apart."""
    real = os.fstat
    commit_tree({"a": b"old", "manifest.json": b"old"}, tmp_path / "run")
    inode = (tmp_path / "run").stat().st_ino
    fields = {"st_dev": 1, "st_ino": inode}
    is_folder = lambda status: stat.S_ISDIR(status.st_mode)  # noqa: E731 - one question
    monkeypatch.setattr(
        os, "fstat", lambda number: SimpleNamespace(**fields) if is_folder(real(number)) else real(number)
    )
    tree = read_tree(tmp_path / "run")
    assert tree["a"] == b"old"
    commit_tree({"a": b"new", "manifest.json": b"new"}, tmp_path / "run", overwrite=True)
    with pytest.raises(ReplacedError, match="replaced while it was read"):
        tree["a"]


def test_a_steady_reading_begins_again(tmp_path: Path) -> None:
    """A reading that was disturbed is done once more; one that always is gives up at last."""
    tries = iter(range(100))

    def read() -> int:
        count = next(tries)
        if count < 3:
            raise ReplacedError("again")
        return count

    def disturbed() -> int:
        next(tries)
        raise ReplacedError("again")

    assert read_steadily(read) == 3
    with pytest.raises(ReplacedError):
        read_steadily(disturbed)
    assert next(tries) == 24


def test_directory_that_is_replaced(tmp_path: Path) -> None:
    """Files of two runs are never mixed: a tree whose directory was replaced refuses to go on."""
    commit_tree({"a": b"old", "b": b"old"}, tmp_path / "run")
    tree = read_tree(tmp_path / "run")
    assert tree["a"] == b"old"
    commit_tree({"a": b"new", "b": b"new"}, tmp_path / "run", overwrite=True)
    with pytest.raises(StorageError, match="replaced while it was read"):
        tree["b"]


def test_disk_errors_name_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing read is a storage error with the path."""
    tree = read_tree(fill(tmp_path, {"a": b""}))

    def fail(*_arguments: object, **_keywords: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fdopen", fail)
    with pytest.raises(StorageError, match=r"/a: input/output error"):
        tree["a"]
    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(StorageError, match=str(tmp_path)):
        tree["a"]
