"""Runs under a data root."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from flowtime_core.artifacts.bundle import render_run
from flowtime_core.errors import ConflictError, InputError, NotFoundError, VerificationError
from flowtime_core.records.file_tree import FileTree
from flowtime_core.shell.disk import Disk
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.filesystem import commit_tree
from flowtime_core.shell.workspace import CommitResult, Workspace, verify
from tests.support.runs import CREATED, HASHES, PROVENANCE, evaluated_run

ID = "run_two-desks_0123456789abcdef"


def commit(
    workspace: Workspace, tree: FileTree | None = None, *, scenario: str = "scenario", **changes: object
) -> CommitResult:
    """Commit the small run under a deterministic id."""
    provenance = evolve(PROVENANCE, scenario_hash=HASHES[scenario])
    tree = render_run(evaluated_run(run_id=ID, provenance=provenance)) if tree is None else tree
    settings = {"input_hash": HASHES["input"], "scenario_hash": HASHES[scenario], "overwrite": False} | changes
    return workspace.commit_run(tree, ID, **settings)  # type: ignore[arg-type]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace whose root is not there yet."""
    return Workspace(tmp_path / "data")


def test_commit_then_open(workspace: Workspace) -> None:
    """A committed run lies under its id, verifies and reads back."""
    result = commit(workspace)
    assert result == CommitResult(path=workspace.data_root / "runs" / ID, was_reused=False)
    assert verify(result.path) == ()
    run = workspace.open_run(ID)
    assert (run.run_id, run.directory) == (ID, str(result.path))
    assert run.series["demand@DEMAND@DEFAULT"].values.tolist() == [1.0, 2.5, 0.1, 1e300]
    assert workspace.open_run(result.path).run_id == ID


def test_equal_inputs_are_reused(workspace: Workspace) -> None:
    """A run of equal inputs is not written again."""
    first = commit(workspace)
    before = (first.path / "run.json").stat().st_mtime_ns
    assert commit(workspace) == evolve(first, was_reused=True)
    assert (first.path / "run.json").stat().st_mtime_ns == before


def test_other_inputs_are_a_conflict(workspace: Workspace) -> None:
    """An id that holds a run of other inputs is taken."""
    commit(workspace)
    with pytest.raises(ConflictError, match="other inputs") as caught:
        commit(workspace, input_hash=HASHES["other"])
    assert caught.value.code == "run_exists"


def test_edited_template_is_a_conflict(workspace: Workspace) -> None:
    """Equal inputs whose model differs come from a template that was edited without a new version."""
    commit(workspace)
    with pytest.raises(ConflictError, match="without a new version") as caught:
        commit(workspace, scenario="other")
    assert caught.value.code == "template_changed"


def test_overwrite_replaces(workspace: Workspace) -> None:
    """With overwrite the new run takes the place of the old one, whatever that was."""
    commit(workspace)
    assert not commit(workspace, scenario="other", overwrite=True).was_reused
    assert workspace.open_run(ID).scenario_hash == HASHES["other"]


def test_damaged_run_is_not_reused(workspace: Workspace) -> None:
    """A run that would be reused is verified first, and can be overwritten."""
    path = commit(workspace).path / "spec.yaml"
    path.write_text("other")
    with pytest.raises(VerificationError, match=r"spec\.yaml: changed"):
        commit(workspace)
    assert not commit(workspace, overwrite=True).was_reused
    assert not commit(workspace, overwrite=False).path.joinpath("x").exists()


def test_unreadable_run_is_a_conflict(workspace: Workspace) -> None:
    """A run whose inputs cannot be read is not taken for an equal one, and can be overwritten."""
    path = commit(workspace).path
    (path / "run.json").write_text("{")
    with pytest.raises(ConflictError) as caught:
        commit(workspace)
    assert caught.value.code == "run_exists"
    assert not commit(workspace, overwrite=True).was_reused


def test_what_is_no_run_is_never_overwritten(workspace: Workspace) -> None:
    """Overwriting replaces runs only: another directory under the id stays."""
    other = workspace.runs_dir / ID
    commit_tree({"precious.txt": b""}, other)
    with pytest.raises(ConflictError, match="is not a run"):
        commit(workspace, overwrite=True)
    assert (other / "precious.txt").exists()


def test_loser_of_a_race_reuses_the_winners_run(tmp_path: Path) -> None:
    """When another process commits the same run first, its run is reused."""

    class Racing(Disk):
        def rename_new(self, source: Path, target: Path) -> None:
            shutil.copytree(source, target)
            super().rename_new(source, target)

    workspace = Workspace(tmp_path, disk=Racing())
    assert commit(workspace).was_reused
    assert [path.name for path in workspace.runs_dir.iterdir()] == [ID]


def test_first_commit_sweeps(workspace: Workspace) -> None:
    """What a crashed process left is removed by the first commit of a workspace."""
    stale = workspace.runs_dir / ".tmp-x.1.a"
    stale.mkdir(parents=True)
    os.utime(stale, (0, 0))
    commit(workspace)
    assert not stale.exists()
    stale.mkdir()
    os.utime(stale, (0, 0))
    commit(workspace)
    assert stale.exists()


def test_commit_refuses_a_wrong_id(workspace: Workspace) -> None:
    """An id is parsed, never sanitised."""
    with pytest.raises(InputError) as caught:
        workspace.commit_run({"a": b""}, "../x", input_hash="", scenario_hash="")
    assert caught.value.code == "invalid_run_id"


@pytest.mark.parametrize("run_id", ["..", "../run", "/etc", "a/b", "", ".tmp-x"])
def test_ids_are_never_paths(workspace: Workspace, run_id: str) -> None:
    """A text that could lead elsewhere is no id."""
    with pytest.raises(InputError):
        workspace.open_run(run_id)


def test_unknown_runs(workspace: Workspace, tmp_path: Path) -> None:
    """An unknown id, a missing directory and a directory without a run are one kind of error."""
    for run in ("run_x", tmp_path / "absent", tmp_path):
        with pytest.raises(NotFoundError) as caught:
            workspace.open_run(run)
        assert caught.value.code == "run_not_found"


def test_runs_directly_in_the_root_are_read(workspace: Workspace) -> None:
    """Runs of older tools lie in the root itself; their directory's name is their id (register O9, O12)."""
    commit_tree(render_run(evaluated_run()), workspace.data_root / "older")
    assert workspace.open_run("older").run_id == "older"
    assert [run.run_id for run in workspace.list_runs().items] == ["older"]


def test_runs_are_listed_newest_first(workspace: Workspace) -> None:
    """Newest first, equal times by id, damaged ones last with the reason; other folders are no runs (register O2)."""
    for name, minutes in (("b", 5), ("a", 5), ("old", 0)):
        run = evaluated_run(run_id=name, created=CREATED + timedelta(minutes=minutes))
        commit_tree(render_run(run), workspace.runs_dir / name)
    commit_tree({"run.json": b"{"}, workspace.runs_dir / "damaged")
    commit_tree({"file": b""}, workspace.runs_dir / "other")
    commit_tree({"run.json": b"{"}, workspace.runs_dir / ".tmp-x.1.a")
    runs = workspace.list_runs().items
    assert [run.run_id for run in runs] == ["a", "b", "old", "damaged"]
    assert [bool(run.damage) for run in runs] == [False, False, False, True]
    assert "run.json" in runs[-1].damage
    assert runs[0].template_id == "two-desks"
    assert workspace.scan_runs() == runs


def test_empty_workspace_has_no_runs(workspace: Workspace) -> None:
    """A root that is not there is no error, and listing does not make it."""
    assert workspace.list_runs().items == workspace.scan_runs() == ()
    assert not workspace.data_root.exists()


def test_a_link_is_no_run(workspace: Workspace) -> None:
    """What lies outside the root is not reached through it."""
    commit(workspace)
    outside = workspace.data_root.parent / "outside"
    workspace.runs_dir.rename(outside)
    workspace.runs_dir.mkdir()
    (workspace.runs_dir / ID).symlink_to(outside / ID)
    assert workspace.list_runs().items == ()
    with pytest.raises(NotFoundError):
        workspace.open_run(ID)


def test_a_run_is_deleted(workspace: Workspace) -> None:
    """Its directory is gone, and so is every trace of it."""
    path = commit(workspace).path
    workspace.delete_run(ID)
    assert not any(entry for entry in path.parent.iterdir() if not entry.name.startswith(".index"))
    with pytest.raises(NotFoundError):
        workspace.delete_run(ID)
    with pytest.raises(InputError):
        workspace.delete_run("../x")


def test_whoever_deletes_second_is_told(workspace: Workspace) -> None:
    """Of two that delete one run, one finds it gone."""

    class Racing(Disk):
        def rename_new(self, source: Path, target: Path) -> None:
            shutil.rmtree(source)
            super().rename_new(source, target)

    commit(workspace)
    with pytest.raises(NotFoundError) as caught:
        evolve(workspace, disk=Racing()).delete_run(ID)
    assert caught.value.code == "run_not_found"


def test_a_copied_run_goes_by_the_name_of_its_directory(workspace: Workspace, tmp_path: Path) -> None:
    """By whatever it is opened among the runs: its id, its directory, in lists; elsewhere by what its documents say."""
    path = commit(workspace).path
    shutil.copytree(path, workspace.runs_dir / "v2")
    shutil.copytree(path, tmp_path / "elsewhere")
    assert workspace.open_run("v2").run_id == workspace.open_run(workspace.runs_dir / "v2").run_id == "v2"
    described = workspace.describe_run("v2").metadata
    assert described is not None
    assert described.run_id == "v2"
    assert workspace.open_run(tmp_path / "elsewhere").run_id == ID
    assert {run.run_id for run in workspace.list_runs().items} == {ID, "v2"}


def test_copied_directory_answers(workspace: Workspace, tmp_path: Path) -> None:
    """A run copied elsewhere reads the same."""
    path = commit(workspace).path
    shutil.copytree(path, tmp_path / "copy")
    shutil.rmtree(workspace.data_root)
    run = Workspace(tmp_path / "none").open_run(tmp_path / "copy")
    assert run.series[run.role_series["Desk", "served"]].values[2] == 3.0
    assert verify(tmp_path / "copy") == ()


def test_verify_needs_a_directory(tmp_path: Path) -> None:
    """What is not there, or is neither run nor capture, cannot be verified."""
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(NotFoundError, match=str(path)):
            verify(path)


def test_verify_finds_damage(workspace: Workspace) -> None:
    """Changed, missing and extra files are named; exports are expected."""
    path = commit(workspace).path
    (path / "spec.yaml").write_bytes((path / "spec.yaml").read_bytes()[:-1])
    (path / "series" / "index.json").unlink()
    (path / "extra").touch()
    (path / "aggregates").mkdir()
    (path / "aggregates" / "export.csv").touch()
    assert [str(difference).split(" (")[0] for difference in verify(path)] == [
        "series/index.json: missing",
        "spec.yaml: changed",
        "extra: extra",
    ]
    assert dict(read_tree(path))


def test_a_linked_summary_makes_no_run(tmp_path: Path) -> None:
    """A directory of the root whose run.json is a link is no run: the link is not even looked through."""
    workspace = Workspace(tmp_path)
    (tmp_path / "runs/hollow").mkdir(parents=True)
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    (tmp_path / "runs/hollow/run.json").symlink_to(tmp_path / "run.json")
    with pytest.raises(NotFoundError):
        workspace.find_run("hollow")
    assert workspace.list_runs().total == 0
