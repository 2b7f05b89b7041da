"""Commits and sweeps on a disk that works."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from flowtime_core.errors import ConflictError, InputError, StorageError
from flowtime_core.shell.disk import Disk
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.filesystem import STALE_SECONDS, commit_tree, remove_tree, replace_file, sweep

TREE = {"a.txt": b"a", "folder/inner/b.txt": b"b" * 100_000}


def age(path: Path) -> Path:
    """Make a path look older than a stale one."""
    long_ago = time.time() - 2 * STALE_SECONDS
    os.utime(path, (long_ago, long_ago))
    return path


def test_commit_makes_missing_parents(tmp_path: Path) -> None:
    """A tree lands whole, also below directories that were not there."""
    commit_tree(TREE, tmp_path / "x" / "y" / "run")
    assert dict(read_tree(tmp_path / "x" / "y" / "run")) == TREE
    assert [path.name for path in (tmp_path / "x" / "y").iterdir()] == ["run"]


def test_commit_into_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative target is fine."""
    monkeypatch.chdir(tmp_path)
    commit_tree(TREE, Path("run"))
    assert dict(read_tree(Path("run"))) == TREE


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda path: path.symlink_to("nowhere")])
def test_commit_replaces_nothing_by_default(tmp_path: Path, make: object) -> None:
    """An empty directory, a file and a dangling link all count as taken."""
    target = tmp_path / "run"
    assert callable(make)
    make(target)
    with pytest.raises(ConflictError, match="exists already"):
        commit_tree(TREE, target)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_overwrite_replaces_the_whole_tree(tmp_path: Path) -> None:
    """Files of the old tree that the new one lacks are gone."""
    commit_tree({"old.txt": b""}, tmp_path / "run")
    commit_tree(TREE, tmp_path / "run", overwrite=True)
    assert dict(read_tree(tmp_path / "run")) == TREE


def test_a_path_without_a_name_is_what_it_stands_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory has a name and a place beside it; the root has none."""
    (tmp_path / "run" / "inner").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "run" / "inner")
    with pytest.raises(StorageError, match="directory"):
        replace_file(Path(), b"")
    with pytest.raises(ConflictError, match="exists already"):
        replace_file(Path("/"), b"")
    commit_tree(TREE, Path(".."), overwrite=True)
    assert dict(read_tree(tmp_path / "run")) == TREE
    monkeypatch.chdir(tmp_path / "run")
    remove_tree(Path())
    assert list(tmp_path.iterdir()) == []


def test_overwrite_of_nothing_is_a_plain_commit(tmp_path: Path) -> None:
    """Overwriting needs nothing to overwrite."""
    commit_tree(TREE, tmp_path / "run", overwrite=True)
    assert dict(read_tree(tmp_path / "run")) == TREE


def test_target_that_vanishes_during_overwrite(tmp_path: Path) -> None:
    """When another process removes the target at the wrong moment the commit starts over and succeeds."""

    class Racing(Disk):
        turns = 0

        def exchange(self, source: Path, target: Path, aside: Path) -> None:
            self.turns += 1
            self.remove_tree(target)
            super().exchange(source, target, aside)

    disk = Racing()
    commit_tree({"old.txt": b""}, tmp_path / "run")
    commit_tree(TREE, tmp_path / "run", overwrite=True, disk=disk)
    assert disk.turns == 1
    assert dict(read_tree(tmp_path / "run")) == TREE


def test_target_that_appears_during_commit(tmp_path: Path) -> None:
    """When another process is faster the commit is a conflict and leaves the other's tree alone."""

    class Racing(Disk):
        def rename_new(self, source: Path, target: Path) -> None:
            target.mkdir()
            super().rename_new(source, target)

    with pytest.raises(ConflictError):
        commit_tree(TREE, tmp_path / "run", disk=Racing())
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_parent_that_appears_meanwhile(tmp_path: Path) -> None:
    """Two processes may make the same parent."""

    class Racing(Disk):
        def make_directory(self, path: Path) -> None:
            if path.name == "runs":
                path.mkdir()
            super().make_directory(path)

    commit_tree(TREE, tmp_path / "runs" / "run", disk=Racing())
    assert dict(read_tree(tmp_path / "runs" / "run")) == TREE


@pytest.mark.parametrize("path", ["", "/a", "../a", "a/../b", "a//b", "./a", "a/", "a\0b"])
def test_paths_that_leave_the_root_are_refused(tmp_path: Path, path: str) -> None:
    """A path that is not plain and relative is an error before anything is written."""
    with pytest.raises(InputError, match="not relative, plain"):
        commit_tree({path: b""}, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_empty_tree_is_refused(tmp_path: Path) -> None:
    """A tree without a file is a mistake: an empty directory could be replaced unnoticed."""
    with pytest.raises(InputError, match="at least one file"):
        commit_tree({}, tmp_path / "run")


def test_parent_that_is_a_file(tmp_path: Path) -> None:
    """A file where a directory should be is a storage error."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="not a directory"):
        commit_tree(TREE, tmp_path / "file" / "run")


def test_sweep_removes_what_is_stale_and_free(tmp_path: Path) -> None:
    """Old stages and trash go; young ones, locked ones, files and runs stay."""
    for name in (".tmp-old.1.a", ".trash-old.1.a", ".tmp-young.1.a", ".tmp-held.1.a", "run"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / ".tmp-file").touch()
    for name in (".tmp-old.1.a", ".trash-old.1.a", ".tmp-held.1.a", "run", ".tmp-file"):
        age(tmp_path / name)
    disk = Disk()
    held = disk.open_directory(tmp_path / ".tmp-held.1.a")
    assert disk.lock(held)
    assert sweep(tmp_path) == (".tmp-old.1.a", ".trash-old.1.a")
    disk.close(held)
    assert sweep(tmp_path, now=time.time() + 2 * STALE_SECONDS) == (".tmp-held.1.a", ".tmp-young.1.a")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tmp-file", "run"]


def test_sweep_of_nothing(tmp_path: Path) -> None:
    """A directory that is not there has no litter."""
    assert sweep(tmp_path / "absent") == ()


def test_sweep_puts_a_run_back(tmp_path: Path) -> None:
    """A run that a crashed exchange moved aside returns to its empty place at once."""
    commit_tree(TREE, tmp_path / ".old-my.run.12.abcd")
    assert sweep(tmp_path) == (".old-my.run.12.abcd",)
    assert dict(read_tree(tmp_path / "my.run")) == TREE


def test_sweep_keeps_the_newer_run(tmp_path: Path) -> None:
    """A run that was moved aside gives way to what has taken its place, and is removed when it is old."""
    commit_tree({"old.txt": b""}, tmp_path / ".old-run.12.abcd")
    commit_tree(TREE, tmp_path / "run")
    assert sweep(tmp_path) == ()
    age(tmp_path / ".old-run.12.abcd")
    assert sweep(tmp_path) == (".old-run.12.abcd",)
    assert dict(read_tree(tmp_path / "run")) == TREE


def test_sweep_survives_another_sweep(tmp_path: Path) -> None:
    """Litter that another process removes first is not counted."""

    class Late(Disk):
        def open_directory(self, path: Path) -> int:
            path.rmdir()
            return super().open_directory(path)

    (tmp_path / ".tmp-a.1.b").mkdir()
    assert sweep(tmp_path, disk=Late()) == ()
