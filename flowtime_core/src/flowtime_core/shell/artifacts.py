"""Runs as sets of files: listed, described, one file read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.artifacts.listing import describe_listed
from flowtime_core.errors import NotFoundError
from flowtime_core.records.artifact import Artifact
from flowtime_core.records.listing import LARGEST_PAGE, RunQuery
from flowtime_core.shell.disk_tree import read_steadily

if TYPE_CHECKING:
    from flowtime_core.records.listing import RunListing
    from flowtime_core.shell.disk_tree import DiskTree
    from flowtime_core.shell.workspace import Workspace


def list_artifacts(workspace: Workspace, *, skip: int = 0, limit: int = 50) -> tuple[tuple[Artifact, ...], int]:
    """Return some of the runs as artifacts, newest first, and how many there are in all.

    Clients show when each was created, which a damaged run does not say: those are neither listed nor counted. A run
    that is deleted meanwhile is left out.
    """
    page = workspace.list_runs(_query(skip // LARGEST_PAGE + 1))
    runs = list(page.items)[skip % LARGEST_PAGE :]
    while len(runs) < limit and page.page * LARGEST_PAGE < page.total:
        page = workspace.list_runs(_query(page.page + 1))
        runs += page.items
    artifacts = [_current(workspace, run) for run in runs[:limit]]
    found = tuple(artifact for artifact in artifacts if artifact is not None)
    return found, page.total - (len(artifacts) - len(found))


def _query(page: int) -> RunQuery:
    return RunQuery(page=page, page_size=LARGEST_PAGE, is_sound=True)


def _current(workspace: Workspace, run: RunListing) -> Artifact | None:
    """Return a listed run as an artifact, None when it is gone."""
    try:
        return read_steadily(lambda: _artifact(run, workspace.read_files(run.run_id)))
    except NotFoundError:
        return None


def find_artifact(workspace: Workspace, run_id: str) -> Artifact:
    """Return a run as an artifact.

    Raises
    ------
    NotFoundError
        ``run_not_found``.
    VerificationError
        ``damaged_run``.
    """
    tree = workspace.read_files(run_id)
    return _artifact(describe_listed(run_id, tree), tree)


def read_artifact_file(workspace: Workspace, run_id: str, name: str) -> bytes:
    """Return a file of a run; its name is one of those that the run lists, never joined to a path.

    Raises
    ------
    NotFoundError
        There is no such run or file.
    """
    tree = workspace.read_files(run_id)
    if name not in set(tree):
        raise NotFoundError(f"run {run_id!r} has no such file")
    return tree[name]


def _artifact(run: RunListing, tree: DiskTree) -> Artifact:
    sizes = tree.sizes()
    return Artifact(run=run, files=tuple(sorted(sizes)), total_size=sum(sizes.values()))
