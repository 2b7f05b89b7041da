"""Runs as sets of files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from flowtime_core.errors import NotFoundError, VerificationError
from flowtime_core.records.run import RunRequest
from flowtime_core.shell import artifacts
from flowtime_core.shell.artifacts import find_artifact, list_artifacts, read_artifact_file
from flowtime_core.shell.create import create_run
from flowtime_core.shell.disk_tree import DiskTree
from flowtime_core.shell.workspace import Workspace
from tests.support.desk import MOMENT, library


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Five runs, a minute between them, the third of them damaged."""
    place = Workspace(tmp_path / "data")
    for number in range(5):
        request = RunRequest(template_id="desk", parameters={"rate": 4}, run_id=f"run-{number}")
        moment = MOMENT + timedelta(minutes=number)
        create_run(request, library=library(tmp_path / "templates"), workspace=place, created=moment)
    (tmp_path / "data/runs/run-2/run.json").write_text("{", encoding="utf-8")
    return place


def test_artifacts_are_listed_newest_first_without_damaged_ones(workspace: Workspace) -> None:
    """A damaged run has no time of creation that a client could show: it is neither listed nor counted."""
    found, total = list_artifacts(workspace)
    assert ([artifact.run.run_id for artifact in found], total) == (["run-4", "run-3", "run-1", "run-0"], 4)


def test_a_run_that_goes_while_artifacts_are_listed_is_left_out(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another client may delete it between the page of the list and the look at its files."""
    real = Workspace.read_files

    def delete_first(self: Workspace, run_id: str) -> DiskTree:
        tree = real(self, run_id)
        if run_id == "run-3":
            self.delete_run(run_id)
        return tree

    monkeypatch.setattr(Workspace, "read_files", delete_first)
    found, total = list_artifacts(workspace)
    assert ([artifact.run.run_id for artifact in found], total) == (["run-4", "run-1", "run-0"], 3)


def test_any_part_of_the_list_can_be_asked_for(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also across the pages that the list is read in."""
    monkeypatch.setattr(artifacts, "LARGEST_PAGE", 2)
    parts = {(0, 2): ["4", "3"], (1, 2): ["3", "1"], (2, 2): ["1", "0"], (3, 9): ["0"], (9, 2): []}
    for (skip, limit), ids in parts.items():
        found, _ = list_artifacts(workspace, skip=skip, limit=limit)
        assert [artifact.run.run_id.removeprefix("run-") for artifact in found] == ids


def test_an_artifact_names_its_files_and_their_size(workspace: Workspace) -> None:
    """In path order, bytes together."""
    artifact = find_artifact(workspace, "run-1")
    assert {"run.json", "model/model.yaml", "series/index.json"} <= set(artifact.files)
    sizes = [len(read_artifact_file(workspace, "run-1", name)) for name in artifact.files]
    assert artifact.total_size == sum(sizes)


def test_only_a_file_that_is_listed_is_read(workspace: Workspace) -> None:
    """No text of a caller's is joined to a path, and no link is followed."""
    (workspace.runs_dir / "run-1/link").symlink_to(workspace.runs_dir / "run-0/run.json")
    for name in ("../run-0/run.json", "./run.json", "model", "/etc/passwd", "", "link", "model//model.yaml"):
        with pytest.raises(NotFoundError):
            read_artifact_file(workspace, "run-1", name)


def test_what_is_not_there_or_damaged_is_told(workspace: Workspace) -> None:
    """As everywhere."""
    with pytest.raises(NotFoundError):
        find_artifact(workspace, "none")
    with pytest.raises(VerificationError):
        find_artifact(workspace, "run-2")
