"""Commits on disks that fail, write little, lose power or are shared: a reader sees the old state or the new one."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from flowtime_core.errors import ConflictError, StorageError
from flowtime_core.shell.disk import Disk
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.filesystem import commit_tree, remove_tree, replace_file
from tests.support.disks import FailingDisk, PowerLossDisk, ShortDisk, replay, survivors

OLD = {"a.txt": b"old", "only-old.txt": b"x"}
NEW = {"a.txt": b"new text", "b/c/d.txt": b"deep", "b/e.txt": b"", "z.txt": b"last"}


def changing_calls(tmp_path: Path, *, overwrite: bool) -> list[str]:
    """Record the changing calls of one undisturbed commit."""
    disk = FailingDisk(-1)
    target = tmp_path / "record" / "run"
    target.parent.mkdir()
    if overwrite:
        commit_tree(OLD, target)
    commit_tree(NEW, target, overwrite=overwrite, disk=disk)
    return disk.calls


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("overwrite", [False, True])
def test_any_failing_call_leaves_the_old_state(tmp_path: Path, code: int, *, overwrite: bool) -> None:
    """Whichever call fails, the error names the path, nothing is half there and no litter is left; only the very last
    sync fails on a tree that is already in place.
    """
    calls = changing_calls(tmp_path, overwrite=overwrite)
    for step, name in enumerate(calls):
        parent = tmp_path / f"{step}"
        parent.mkdir()
        target = parent / "run"
        if overwrite:
            commit_tree(OLD, target)
        with pytest.raises(StorageError, match=str(target)):
            commit_tree(NEW, target, overwrite=overwrite, disk=FailingDisk(step, code))
        is_published = step == len(calls) - 1
        left = NEW if is_published else OLD if overwrite else {}
        assert (dict(read_tree(target)) if target.exists() else {}) == left, name
        assert [path.name for path in parent.iterdir()] == (["run"] if target.exists() else [])


def test_failing_sync_is_no_success(tmp_path: Path) -> None:
    """A sync that fails once fails the commit: it is not tried again."""
    disk = FailingDisk(0, errno.EIO, only="sync")
    with pytest.raises(StorageError, match="input/output error"):
        commit_tree(NEW, tmp_path / "run", disk=disk)
    assert disk.calls == ["sync"]
    assert list(tmp_path.iterdir()) == []


def test_failing_removal_leaves_only_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that cannot be removed hides neither the error nor the old state."""
    monkeypatch.setattr("shutil.rmtree", _refuse)
    with pytest.raises(StorageError, match="no space left"):
        commit_tree(NEW, tmp_path / "run", disk=FailingDisk(3))
    assert [path.name[:9] for path in tmp_path.iterdir()] == [".tmp-run."]


def _refuse(path: Path) -> None:
    raise PermissionError(errno.EACCES, "no", str(path))


def test_short_writes_are_finished(tmp_path: Path) -> None:
    """A disk that takes three bytes at a time still gets every byte."""
    commit_tree(NEW, tmp_path / "run", disk=ShortDisk())
    assert dict(read_tree(tmp_path / "run")) == NEW


def test_interrupt_leaves_nothing(tmp_path: Path) -> None:
    """An interrupt in the middle leaves neither a run nor a stage."""

    class Interrupted(Disk):
        def sync(self, _descriptor: int) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        commit_tree(NEW, tmp_path / "run", disk=Interrupted())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_power_loss_shows_the_old_state_or_the_new(tmp_path: Path, *, overwrite: bool) -> None:
    """Whenever the power goes and whatever unsynced change is lost, the target is absent, old or new, never mixed."""
    disk = PowerLossDisk(tmp_path)
    target = tmp_path / "data" / "runs" / "run"
    allowed: list[dict[str, bytes] | None] = [None, NEW]
    if overwrite:
        commit_tree(OLD, target, disk=disk)
        disk.snapshots.clear()
        allowed = [OLD, NEW]
    commit_tree(NEW, target, overwrite=overwrite, disk=disk)
    states = [replay(left)("data/runs/run") for changes in disk.snapshots for left in survivors(changes)]
    assert len(states) > 150
    assert all(state in allowed for state in states)
    assert all(state in states for state in allowed)


def test_power_loss_after_return_loses_nothing(tmp_path: Path) -> None:
    """Once the commit has returned, no power cut takes the run away."""
    disk = PowerLossDisk(tmp_path)
    commit_tree(NEW, tmp_path / "data" / "runs" / "run", disk=disk)
    assert [replay(left)("data/runs/run") for left in survivors(disk.snapshots[-1])] == [NEW]


def test_model_of_power_loss_catches_a_missing_sync(tmp_path: Path) -> None:
    """The model has teeth: without syncs it finds torn runs."""

    class Careless(PowerLossDisk):
        def sync(self, descriptor: int) -> None:
            pass

    disk = Careless(tmp_path)
    commit_tree(NEW, tmp_path / "run", disk=disk)
    states = [replay(left)("run") for left in survivors(disk.snapshots[-1])]
    assert any(state not in (None, NEW) for state in states)


def test_threads_race_for_one_name(tmp_path: Path) -> None:
    """Of many writers of one name exactly one wins, the others get a conflict, and readers see only whole trees."""
    trees = [{"a.txt": f"{n}".encode() * 50, "b.txt": f"{n}".encode()} for n in range(8)]
    target = tmp_path / "run"
    start, won, lost = threading.Barrier(len(trees)), [], []

    def write(n: int) -> None:
        start.wait()
        try:
            commit_tree(trees[n], target)
            won.append(n)
        except ConflictError:
            lost.append(n)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(len(trees))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, len(trees) - 1)
    assert dict(read_tree(target)) == trees[won[0]]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_threads_race_to_overwrite(tmp_path: Path) -> None:
    """Writers that overwrite one name all succeed, and one of their trees is there whole."""
    trees = [{"a.txt": f"{n}".encode() * 50, f"{n}.txt": b""} for n in range(6)]
    target, failures = tmp_path / "run", []

    def write(n: int) -> None:
        try:
            for _ in range(5):
                commit_tree(trees[n], target, overwrite=True)
        except Exception as error:  # noqa: BLE001 - a thread hands over whatever went wrong
            failures.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(len(trees))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert dict(read_tree(target)) in trees
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


RACER = """
import sys, pathlib
from flowtime_core.errors import ConflictError
from flowtime_core.shell.filesystem import commit_tree, remove_tree, replace_file
sys.stdin.read()
won = 0
for n in range(40):
    try:
        commit_tree({"a": sys.argv[2].encode() * 99, "b": sys.argv[2].encode()}, pathlib.Path(sys.argv[1]) / str(n))
        won += 1
    except ConflictError:
        pass
print(won)
"""


def test_processes_race_for_many_names(tmp_path: Path) -> None:
    """Two processes that write the same names share them out without a loss or a mixture."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path), letter],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for letter in "xy"
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.close()
        racer.stdin = None
    won = [int(racer.communicate()[0]) for racer in racers]
    assert sum(won) == 40
    for n in range(40):
        tree = read_tree(tmp_path / str(n))
        assert tree["a"] == tree["b"] * 99


KILLED = """
import os, pathlib, signal, sys
from flowtime_core.shell.disk import Disk
from flowtime_core.shell.filesystem import commit_tree, remove_tree, replace_file
steps = int(sys.argv[2])
class Mortal(Disk):
    def __getattribute__(self, name):
        global steps
        if not name.startswith("_"):
            steps -= 1
            if steps < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().__getattribute__(name)
commit_tree(eval(sys.argv[3]), pathlib.Path(sys.argv[1]), overwrite=True, disk=Mortal())
"""


@pytest.mark.nightly
def test_kill_before_any_call_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    """A process killed before any of its disk calls leaves a whole tree, and the next commit succeeds."""
    for step in range(200):
        target = tmp_path / f"{step}" / "run"
        commit_tree(OLD, target)
        done = subprocess.run([sys.executable, "-c", KILLED, str(target), str(step), repr(NEW)], check=False)
        assert dict(read_tree(target)) in (OLD, NEW)
        if done.returncode == 0:
            assert dict(read_tree(target)) == NEW
            return
        commit_tree(NEW, target, overwrite=True)
        assert dict(read_tree(target)) == NEW
    pytest.fail("the commit never ended")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_forbidden_place_is_a_storage_error(tmp_path: Path) -> None:
    """A directory without write permission is refused by name."""
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="permission denied"):
        commit_tree(NEW, tmp_path / "run")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("is_new", [True, False])
def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, *, is_new: bool) -> None:
    """Whichever call fails, what was there is there, and no stage is left."""
    disk = FailingDisk(-1)
    replace_file(tmp_path / "record" / "file", b"new", disk=disk)
    for step in range(len(disk.calls)):
        path = tmp_path / str(step) / "file"
        if not is_new:
            replace_file(path, b"old")
        with contextlib.suppress(StorageError):
            replace_file(path, b"new", disk=FailingDisk(step))
        left = [file.name for file in path.parent.iterdir()] if path.parent.exists() else []
        assert left in ([], ["file"])
        assert not left or path.read_bytes() in (b"new", b"old")


def test_a_deletion_that_fails_leaves_the_run(tmp_path: Path) -> None:
    """The rename decides; what cannot be taken apart afterwards is litter that the next start sweeps."""
    commit_tree(NEW, tmp_path / "run")
    with pytest.raises(StorageError):
        remove_tree(tmp_path / "run", disk=FailingDisk(0))
    assert dict(read_tree(tmp_path / "run")) == NEW
    remove_tree(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []
