"""IX-1: whatever becomes of the index, a list says what reading every run directory says."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flowtime_core.errors import StorageError
from flowtime_core.records.listing import RunQuery, page_of
from flowtime_core.shell import index as index_module
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.index import RunIndex
from flowtime_core.shell.index_bytes import checksum, pack
from flowtime_core.shell.index_table import IndexTable, Place, Row
from flowtime_core.shell.listing import scan_runs
from flowtime_core.shell.workspace import Workspace
from tests.support.small_runs import put_run, write_run

QUERIES = (
    RunQuery(),
    RunQuery(page=2, page_size=2),
    RunQuery(template_id="DESK"),
    RunQuery(mode="telemetry"),
    RunQuery(has_warnings=True),
    RunQuery(q="the shop"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Runs of two modes and templates in ``runs/``, one in the root as of old, a damaged one, and an index of them."""
    runs = tmp_path / "runs"
    for n in range(6):
        put_run(runs, f"run{n}", second=n, template=("desk", "shop")[n % 2], warnings=n // 4)
    put_run(runs, "replay", second=100, mode="telemetry")
    put_run(tmp_path, "older", second=50)
    (put_run(runs, "broken") / "run.json").write_text("{")
    Workspace(tmp_path).list_runs()
    return tmp_path


@pytest.fixture
def settled(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same with a clock that runs an hour and a half ahead, so that nothing counts as recent."""
    ahead = time.time_ns
    monkeypatch.setattr(index_module.time, "time_ns", lambda: ahead() + 5400 * 10**9)
    Workspace(root).list_runs()
    return root


def path_of(root: Path) -> Path:
    """The file of the index."""
    return root / "runs" / ".index" / "index.sqlite"


def check(workspace: Workspace) -> None:
    """Every query is answered as a full scan would."""
    runs = tuple(scan_runs((workspace.data_root, workspace.runs_dir)))
    for query in QUERIES:
        assert workspace.list_runs(query) == page_of(runs, query)


def flip(path: Path, place: float) -> None:
    """Turn one bit."""
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 4
    path.write_bytes(data)


def lock(path: Path) -> sqlite3.Connection:
    """Hold the lock of SQLite, as a tool that looks into the file may."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


def forget(path: Path) -> None:
    """Write a sound index of another time: it knows no run."""
    path.write_bytes(IndexTable().dump())


def foreign(path: Path) -> None:
    """Write a sound SQLite file that is no index of ours, with a matching checksum."""
    table = IndexTable()
    table._sql.executescript("DROP TABLE seen; CREATE TABLE seen (x)")
    path.write_bytes(table.dump())


def older(path: Path) -> None:
    """Write the index of another version."""
    table = IndexTable()
    table.note("format", "0/0.0.1")
    path.write_bytes(table.dump())


def nonsense(path: Path) -> None:
    """Write an index whose rows cannot be read, and that claims to be fresh."""
    table = IndexTable.load(path.read_bytes())
    assert table is not None
    table._sql.execute("UPDATE details SET detail = ?", (pack("[]"),))
    table._sql.execute("UPDATE seen SET settled = 1")
    path.write_bytes(table.dump())


def unpacked(path: Path) -> None:
    """Write an index whose rows are in another form."""
    table = IndexTable.load(path.read_bytes())
    assert table is not None
    table._sql.execute("UPDATE details SET detail = X'FFFF'")
    path.write_bytes(table.dump())


def not_sqlite(path: Path) -> None:
    """Write what only has the checksum of an index."""
    data = bytearray(b"x" * 4096)
    data[60:64] = checksum(data)
    path.write_bytes(data)


def swap(path: Path) -> None:
    """Put a folder where the index was."""
    path.unlink()
    path.mkdir()


def close(path: Path) -> None:
    """Put a file where the folder of the index was, so that none can be written."""
    shutil.rmtree(path.parent)
    path.parent.touch()


MISHAPS: dict[str, Callable[[Path], object]] = {
    "none": Path.exists,
    "deleted": Path.unlink,
    "folder deleted": lambda path: shutil.rmtree(path.parent),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
    "cut by a byte": lambda path: os.truncate(path, path.stat().st_size - 1),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    **{f"flipped at {place}": (lambda path, place=place: flip(path, place)) for place in (0, 0.01, 0.3, 0.6, 0.9, 1)},
    "no SQLite": not_sqlite,
    "another SQLite": foreign,
    "nonsense": nonsense,
    "unpacked": unpacked,
    "of another time": forget,
    "of another version": older,
    "locked": lock,
    "a folder": swap,
    "cannot be written": close,
}


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("is_new", [True, False])
def test_whatever_becomes_of_the_index_the_list_is_true(root: Path, mishap: str, *, is_new: bool) -> None:
    """For a process that starts now and for one that has listed before; before and after a change of the runs."""
    workspace = Workspace(root)
    check(workspace)
    held = MISHAPS[mishap](path_of(root))
    workspace = Workspace(root) if is_new else workspace
    check(workspace)
    put_run(root / "runs", "another", second=7)
    workspace.delete_run("run0")
    check(workspace)
    check(Workspace(root))
    del held


@pytest.mark.parametrize("mishap", ["deleted", "truncated", "flipped at 0.6", "of another time", "nonsense"])
def test_an_index_that_was_lost_is_there_again(settled: Path, mishap: str) -> None:
    """It is written anew, from the directories or from memory."""
    workspace = Workspace(settled)
    check(workspace)
    MISHAPS[mishap](path_of(settled))
    check(workspace)
    table = IndexTable.load(path_of(settled).read_bytes())
    assert table is not None
    assert table.page(RunQuery())[0] == workspace.list_runs()


def copied_with_times(runs: Path) -> None:
    """Copy a run in and set the folder back to the time it had, as rsync does."""
    before = runs.stat()
    shutil.copytree(runs / "run1", runs / "copy")
    os.utime(runs, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a run is new": lambda runs: put_run(runs, "new", second=60),
    "a run is gone": lambda runs: shutil.rmtree(runs / "run1"),
    "a run is replaced": lambda runs: (shutil.rmtree(runs / "run1"), put_run(runs, "run1", second=9, template="x")),
    "a run has another name": lambda runs: (runs / "run1").rename(runs / "renamed"),
    "a run is edited": lambda runs: (runs / "run1" / "run.json").write_text("{"),
    "a run is mended": lambda runs: shutil.copy(runs / "run1" / "run.json", runs / "broken" / "run.json"),
    "a run loses its summary": lambda runs: (runs / "run1" / "run.json").unlink(),
    "a run is put in the root too": lambda runs: put_run(runs.parent, "run1", second=11, template="root"),
    "a run of the root is put in runs too": lambda runs: put_run(runs, "older", second=12, template="newer"),
    "another folder of that name": lambda runs: (runs / "older").mkdir(),
    "copied with its times": copied_with_times,
    "all are gone": shutil.rmtree,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("is_quiet", [False, True])
def test_any_change_of_the_runs_is_seen(
    root: Path, change: str, request: pytest.FixtureRequest, *, is_quiet: bool
) -> None:
    """At once, and also when no time is recent."""
    if is_quiet:
        request.getfixturevalue("settled")
    workspace = Workspace(root)
    check(workspace)
    CHANGES[change](root / "runs")
    check(workspace)
    check(workspace)
    check(Workspace(root))


def test_a_run_that_arrives_slowly_is_seen_at_last(settled: Path) -> None:
    """A copying tool makes the directory first and its files one by one; the folder of the runs stays as it is."""
    workspace = Workspace(settled)
    source = write_run(settled / "elsewhere", "slow", second=70, warnings=1)
    target = settled / "runs" / "slow"
    target.mkdir()
    check(workspace)
    for path in sorted(source.rglob("*")):
        if path.is_dir():
            (target / path.relative_to(source)).mkdir()
        else:
            shutil.copy2(path, target / path.relative_to(source))
        check(workspace)
    assert workspace.list_runs().items[1].run_id == "slow"


def test_a_page_of_a_fresh_index_reads_no_run_directory(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the process that wrote the index nor in another; nor is the index written again."""

    def refuse(*_: object) -> None:
        raise AssertionError

    def show(workspace: Workspace) -> list[str]:
        return [run.run_id for run in workspace.list_runs(RunQuery(page_size=7)).items]

    workspace = Workspace(settled)
    expected, before = show(workspace), path_of(settled).stat()
    for name in ("read_listing", "find_names", "scan_runs"):
        monkeypatch.setattr(index_module, name, refuse)
    assert show(workspace) == show(Workspace(settled)) == expected
    assert path_of(settled).stat().st_size == before.st_size
    assert path_of(settled).stat().st_mtime_ns == before.st_mtime_ns


def test_a_root_that_cannot_be_written_is_listed_from_memory(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made in it, and each directory is still read once only."""

    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(30, "read-only file system", str(self))

    shutil.rmtree(root / "runs" / ".index")
    for name in ("mkdir", "replace", "touch"):
        monkeypatch.setattr(Path, name, refuse)
    workspace = Workspace(root)
    check(workspace)
    assert not (root / "runs" / ".index").exists()


def test_a_folder_that_cannot_be_listed_is_an_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no fault of the index, and a scan would say the same."""

    def refuse(path: Path) -> None:
        raise PermissionError(13, "permission denied", str(path))

    workspace = Workspace(root)
    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(StorageError, match="permission denied"):
        workspace.list_runs()


def test_a_refusal_of_the_disk_is_not_remembered(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that could not be read for once shows as damaged, and is read again the next time."""
    put_run(settled / "runs", "new", second=60)
    workspace = Workspace(settled)
    with monkeypatch.context() as patch:
        patch.setattr("flowtime_core.shell.listing.describe_listed", refuse_once)
        assert {run.run_id for run in workspace.list_runs().items if run.damage} >= {"new"}
    check(workspace)


def refuse_once(run_id: str, tree: object) -> None:
    """Fail as a disk does that is asked too much."""
    raise StorageError(f"{run_id}: too many open files")


def test_runs_that_change_without_end_are_shown_as_they_last_were(
    settled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is made again when a run on it changed meanwhile, but not for ever."""
    workspace = Workspace(settled)
    before = [run.run_id for run in workspace.list_runs().items]
    real, count = index_module.examine_papers, iter(range(10**6))
    monkeypatch.setattr(index_module, "examine_papers", lambda path: real(path)._replace(fingerprint=next(count)))
    assert [run.run_id for run in workspace.list_runs().items] == before


def test_what_a_dead_process_left_is_removed(root: Path) -> None:
    """A stage of another time goes when the index is written; a young one may be in use."""
    folder = path_of(root).parent
    for name, moment in ((".tmp-1.a", 0), (".tmp-2.b", time.time())):
        (folder / name).touch()
        os.utime(folder / name, (moment, moment))
    put_run(root / "runs", "new")
    Workspace(root).list_runs()
    assert sorted(path.name for path in folder.iterdir()) == [".tmp-2.b", "index.sqlite"]


def test_an_sqlite_without_the_means_lists_from_memory(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where SQLite was built without serialization nothing is kept on disk."""

    def refuse(_: IndexTable) -> bytes:
        raise AttributeError

    monkeypatch.setattr(IndexTable, "dump", refuse)
    put_run(root / "runs", "new")
    check(Workspace(root))


def test_a_change_of_the_table_is_whole_or_none() -> None:
    """A row that cannot be stored takes the others with it: the old ones stay, and the table can be changed again."""
    table = IndexTable()
    old = Row(name="old", place=Place(0, 1, 2), papers=3, is_settled=True, listing=None)
    new = old._replace(name="new")
    table.change([old], [])
    with pytest.raises(sqlite3.Error):
        table.change([new, old._replace(name="bad", papers=object())], ["old"])  # type: ignore[arg-type]
    assert table.places_after("", 9) == [("old", Place(0, 1, 2))]
    assert table.noted("nothing") == ""
    table.change([new], ["old"])
    assert table.places_after("", 9) == [("new", Place(0, 1, 2))]


def test_threads_may_share_a_workspace(root: Path) -> None:
    """Each gets a true page."""
    workspace = Workspace(root)
    expected = workspace.scan_runs()
    seen: list[bool] = []
    threads = [threading.Thread(target=lambda: seen.append(workspace.list_runs().items == expected)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 8


WRITER = """
import random, sys
from pathlib import Path
from flowtime_core.records.listing import RunQuery
from flowtime_core.shell.workspace import Workspace
from flowtime_core.errors import NotFoundError
from tests.support.small_runs import put_run
root, seed = Path(sys.argv[1]), int(sys.argv[2])
rng, workspace = random.Random(seed), Workspace(root)
for n in range(25):
    put_run(root / "runs", f"p{seed}-{n}", second=n, warnings=rng.randrange(2))
    found = workspace.list_runs(RunQuery(q=f"p{seed}-{n}"))
    assert [run.run_id for run in found.items if run.run_id == f"p{seed}-{n}"], n
    if rng.random() < 0.4:
        victim = f"p{rng.randrange(3)}-{rng.randrange(n + 1)}"
        try:
            if victim != f"p{seed}-{n}" and victim.startswith(f"p{seed}-"):
                workspace.delete_run(victim)
                assert victim not in [run.run_id for run in workspace.list_runs(RunQuery(q=victim)).items]
        except NotFoundError:
            pass
"""


def test_several_processes_write_delete_and_list(tmp_path: Path) -> None:
    """Each sees its own runs at once, and in the end all see what is there."""
    here = Path(__file__).parents[3]
    workers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(seed)], cwd=here) for seed in range(3)
    ]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    check(Workspace(tmp_path))
    index = RunIndex((tmp_path, tmp_path / "runs"), tmp_path / "runs")
    assert index.page(RunQuery()).total == len(Workspace(tmp_path).scan_runs())


@pytest.fixture
def alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that gives every directory the inode of the one before: names and inodes show no replacement."""
    real = index_module.find_names
    monkeypatch.setattr(
        index_module,
        "find_names",
        lambda *args: tuple(dict.fromkeys(names, 1) for names in real(*args)),
    )


def replace(runs: Path, name: str) -> None:
    """Remove a run and put another of its name, newer than all, in its place."""
    shutil.rmtree(runs / name)
    put_run(runs, name, second=900, template="another")


@pytest.mark.usefixtures("alike")
def test_a_replacement_through_the_workspace_is_seen_at_once(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes a run tells the index, so it does not matter that the inode is that of the run before."""
    monkeypatch.setattr(index_module, "_AT_ONCE", 0)
    workspace = Workspace(settled)
    check(workspace)
    tree = dict(read_tree(settled / "runs" / "run1"))
    tree["run.json"] = tree["run.json"].replace(b"2025", b"2031")
    workspace.commit_run(tree, "run1", input_hash="", scenario_hash="", overwrite=True)
    assert workspace.list_runs().items[0].run_id == "run1"
    check(workspace)
    workspace.delete_run("run1")
    workspace.commit_run(tree, "run1", input_hash="", scenario_hash="")
    check(workspace)


@pytest.mark.usefixtures("alike")
def test_a_replacement_by_others_is_seen_at_once_by_a_process_that_begins(settled: Path) -> None:
    """It asks every directory when it changed, for it cannot know what happened before."""
    check(Workspace(settled))
    replace(settled / "runs", "run1")
    check(Workspace(settled))


@pytest.mark.usefixtures("alike")
@pytest.mark.parametrize("at_once", [1, 2, 3, 5, 100])
def test_a_replacement_by_others_is_seen_after_some_pages(
    settled: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """A process that goes on asks so many directories with each page, and has soon asked all."""
    monkeypatch.setattr(index_module, "_AT_ONCE", at_once)
    workspace = Workspace(settled)
    hidden = RunQuery(q="nothing")
    for _ in range(3):
        check(workspace)
        replace(settled / "runs", "run1")
        for _ in range(-(-12 // at_once) + 2):
            assert workspace.list_runs(hidden).items == ()
        assert workspace.list_runs(RunQuery(page_size=1)).items[0].run_id == "run1"
        shutil.rmtree(settled / "runs" / "run1")
        put_run(settled / "runs", "run1", second=1, template="shop")


@pytest.mark.usefixtures("alike")
def test_folders_count_as_unchanged_only_after_all_were_asked(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process has not looked at yet another one must not believe."""
    monkeypatch.setattr(index_module, "_AT_ONCE", 2)
    workspace = Workspace(settled)
    check(workspace)
    put_run(settled / "runs", "new", second=60)
    replace(settled / "runs", "run1")
    workspace.list_runs(RunQuery(q="nothing"))
    check(Workspace(settled))


def test_a_page_after_a_change_asks_few_directories(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page after a change reads what is new, and the next ones ask so many directories as they may."""
    monkeypatch.setattr(index_module, "_AT_ONCE", 2)
    workspace, asked, read = Workspace(settled), list[str](), list[str]()
    check(workspace)
    real_changed, real_read = index_module.changed_at, index_module.read_listing
    monkeypatch.setattr(index_module, "changed_at", lambda path: (asked.append(path), real_changed(path))[1])
    monkeypatch.setattr(index_module, "read_listing", lambda path: (read.append(path.name), real_read(path))[1])
    put_run(settled / "runs", "new", second=60)
    workspace.list_runs(RunQuery(q="nothing"))
    assert (read, len(asked)) == (["new"], 1)
    workspace.list_runs(RunQuery(q="nothing"))
    assert (read, len(asked)) == (["new"], 3)


RECENT_MISHAPS: dict[str, Callable[[Path], object]] = {
    "none": Path.exists,
    "deleted": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
    "flipped": lambda path: flip(path, 0.7),
    "another SQLite": foreign,
    "of another base": forget,
    "the base": lambda path: shutil.copy(path.with_name("index.sqlite"), path),
    "a folder": lambda path: path.is_dir() or (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("mishap", RECENT_MISHAPS)
def test_few_changes_are_written_beside_the_base(settled: Path, monkeypatch: pytest.MonkeyPatch, mishap: str) -> None:
    """Another process takes them over from there; whatever becomes of them, its list is true, and so are later ones."""
    monkeypatch.setattr(index_module, "_WORTH", 1)
    workspace, recent = Workspace(settled), path_of(settled).with_name("recent.sqlite")
    for seconds in (60, 61):
        put_run(settled / "runs", "new", second=seconds)
        workspace.delete_run(f"run{seconds - 60}")
        check(workspace)
        check(workspace)
        assert recent.exists()
        RECENT_MISHAPS[mishap](recent)
        check(Workspace(settled))
        shutil.rmtree(settled / "runs" / "new")
    check(workspace)
    check(Workspace(settled))


def test_few_changes_are_taken_over_without_reading_them_again(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that begins after a change that another has listed reads no run directory."""
    monkeypatch.setattr(index_module, "_WORTH", 1)
    workspace, base = Workspace(settled), path_of(settled).stat()
    put_run(settled / "runs", "new", second=60)
    workspace.delete_run("run0")
    check(workspace)
    assert path_of(settled).stat().st_mtime_ns == base.st_mtime_ns
    expected = [run.run_id for run in workspace.list_runs(RunQuery(page_size=5)).items]

    def refuse(*_: object) -> None:
        raise AssertionError

    for name in ("read_listing", "find_names", "scan_runs"):
        monkeypatch.setattr(index_module, name, refuse)
    assert [run.run_id for run in Workspace(settled).list_runs(RunQuery(page_size=5)).items] == expected


def test_a_base_that_cannot_be_written_whole_is_written_again(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves the old file, and what changed is not taken for written."""
    workspace = Workspace(settled)
    with monkeypatch.context() as patch:
        patch.setattr(IndexTable, "dump", full_disk)
        put_run(settled / "runs", "new", second=60)
        check(workspace)
    check(workspace)
    table = IndexTable.load(path_of(settled).read_bytes())
    assert table is not None
    assert table.page(RunQuery())[0] == workspace.list_runs()


def full_disk(_: IndexTable) -> bytes:
    """Fail as a disk does that is full."""
    raise OSError(28, "no space left on device")


def test_runs_of_one_second_are_in_the_order_of_their_making(settled: Path) -> None:
    """Creation times have whole seconds: what was written last comes first, then the id decides; in scans too."""
    runs, moment = settled / "runs", time.time_ns()
    for name, age in (("m-first", 3), ("z-second", 2), ("a-third", 1), ("b-third", 1)):
        summary = put_run(runs, name, second=800) / "run.json"
        os.utime(summary, ns=(moment, moment - age * 1000))
    workspace = Workspace(settled)
    expected = ["a-third", "b-third", "z-second", "m-first"]
    assert [run.run_id for run in workspace.list_runs().items[:4]] == expected
    assert [run.run_id for run in workspace.scan_runs()[:4]] == expected
    check(Workspace(settled))


def test_a_copy_comes_before_what_it_was_copied_from(settled: Path) -> None:
    """A copy has the time of creation of its original and was written later; with its times copied too, ids decide."""
    runs = settled / "runs"
    original = put_run(runs, "original", second=800)
    os.utime(original / "run.json", ns=(10**18, 10**18))
    shutil.copytree(original, runs / "z-copy", copy_function=shutil.copyfile)
    shutil.copytree(original, runs / "a-twin")
    workspace = Workspace(settled)
    assert [run.run_id for run in workspace.list_runs().items[:3]] == ["z-copy", "a-twin", "original"]
    check(workspace)
