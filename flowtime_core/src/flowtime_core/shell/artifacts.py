"""Runs as sets of files: listed, described, one file read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.artifacts.listing import describe_listed
from flowtime_core.errors import NotFoundError
from flowtime_core.records.artifact import Artifact
from flowtime_core.records.listing import LARGEST_PAGE, RunQuery
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.filesystem import storage_errors

if TYPE_CHECKING:
    from pathlib import Path

    from flowtime_core.records.listing import RunListing
    from flowtime_core.shell.workspace import Workspace


def list_artifacts(workspace: Workspace, *, skip: int = 0, limit: int = 50) -> tuple[tuple[Artifact, ...], int]:
    """Return some of the runs as artifacts, newest first, and how many runs there are; damaged ones are left out."""
    page = workspace.list_runs(RunQuery(page=skip // LARGEST_PAGE + 1, page_size=LARGEST_PAGE))
    runs = list(page.items)[skip % LARGEST_PAGE :]
    while len(runs) < limit and page.page * LARGEST_PAGE < page.total:
        page = workspace.list_runs(RunQuery(page=page.page + 1, page_size=LARGEST_PAGE))
        runs += page.items
    sound = [run for run in runs[:limit] if not run.damage]
    return tuple(_artifact(run, workspace.find_run(run.run_id)) for run in sound), page.total


def find_artifact(workspace: Workspace, run_id: str) -> Artifact:
    """Return a run as an artifact.

    Raises
    ------
    NotFoundError
        ``run_not_found``.
    VerificationError
        ``damaged_run``.
    """
    path = workspace.find_run(run_id)
    return _artifact(describe_listed(run_id, read_tree(path)), path)


def read_artifact_file(workspace: Workspace, run_id: str, name: str) -> bytes:
    """Return a file of a run; its name is one of those that the run lists, never joined to a path.

    Raises
    ------
    NotFoundError
        There is no such run or file.
    """
    tree = read_tree(workspace.find_run(run_id))
    if name not in set(tree):
        raise NotFoundError(f"run {run_id!r} has no such file")
    return tree[name]


def _artifact(run: RunListing, path: Path) -> Artifact:
    files = tuple(read_tree(path))
    with storage_errors(path):
        size = sum((path / name).lstat().st_size for name in files)
    return Artifact(run=run, files=files, total_size=size)
