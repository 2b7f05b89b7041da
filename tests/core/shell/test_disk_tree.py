"""Directories as lazy file trees."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from flowtime_core.errors import NotFoundError, StorageError
from flowtime_core.shell.disk_tree import read_tree
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
    """A directory removed meanwhile is an error, not an empty tree."""
    tree = read_tree(fill(tmp_path / "root", {"a": b""}))
    shutil.rmtree(tmp_path / "root")
    with pytest.raises(NotFoundError):
        list(tree)


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
