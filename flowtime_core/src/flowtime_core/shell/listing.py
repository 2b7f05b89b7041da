"""A page of the runs in a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.errors import InputError
from flowtime_core.records.listing import RunListing, RunPage

if TYPE_CHECKING:
    from flowtime_core.shell.workspace import ListedRun, Workspace

LARGEST_PAGE: Final = 200


def list_page(workspace: Workspace, *, page: int = 1, page_size: int = 50, template_id: str | None = None) -> RunPage:
    """Return a page of runs, newest first and damaged ones last; ``template_id`` keeps those of one template.

    Raises
    ------
    InputError
        For a page before the first or a page size that is not 1 to 200.
    """
    if page < 1 or not 1 <= page_size <= LARGEST_PAGE:
        message = f"page {page} of size {page_size}: expected a page from 1 and a size from 1 to {LARGEST_PAGE}"
        raise InputError(message)
    runs = [describe_listed(run) for run in workspace.list_runs()]
    kept = [run for run in runs if template_id is None or run.template_id.casefold() == template_id.casefold()]
    first = (page - 1) * page_size
    return RunPage(items=tuple(kept[first : first + page_size]), total=len(kept), page=page, page_size=page_size)


def describe_listed(run: ListedRun) -> RunListing:
    """Return what a list shows of a run."""
    if run.summary is None:
        return RunListing(run_id=run.run_id, damage=run.damage)
    document = run.summary.document
    return RunListing(
        run_id=run.run_id,
        mode=run.summary.mode,
        template_id=run.summary.template_id,
        template_title=document.template_title,
        template_version=document.template_version,
        created=document.created,
        grid=document.grid,
        warning_count=len(document.warnings),
        provenance_hash=document.model_hash,
        input_hash=run.summary.input_hash,
    )
