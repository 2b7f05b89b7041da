"""What a list shows of a run directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.artifacts import layout
from flowtime_core.artifacts.stored_run import read_summary
from flowtime_core.codec.grid import read_grid
from flowtime_core.codec.stored import decode_stored_json, stored_fields
from flowtime_core.errors import VerificationError
from flowtime_core.records.listing import RunListing

if TYPE_CHECKING:
    from datetime import datetime

    from flowtime_core.records.file_tree import FileTree


def describe_listed(run_id: str, tree: FileTree) -> RunListing:
    """Return the listing of a run, by the name of its directory; its model and series are not read.

    Raises
    ------
    NotFoundError, VerificationError, ConflictError
        As :func:`read_summary`.
    """
    summary = read_summary(tree)
    document = summary.document
    return RunListing(
        run_id=run_id,
        mode=summary.mode,
        template_id=summary.template_id,
        template_title=document.template_title or summary.metadata.template_title,
        template_version=document.template_version or summary.metadata.template_version,
        created=document.created,
        grid=evolve(document.grid, start=document.grid.start or _window_start(tree)),
        warnings=document.warnings,
        provenance_hash=document.model_hash or summary.metadata.model_hash or summary.manifest.model_hash,
        input_hash=summary.input_hash,
    )


def _window_start(tree: FileTree) -> datetime | None:
    """Return when the bins of a run begin: summaries leave that to the model and to the telemetry manifest."""
    data = tree.get(layout.TELEMETRY_MANIFEST)
    if data is None:
        return None
    try:
        document = decode_stored_json(data, path=layout.TELEMETRY_MANIFEST)
        grid = read_grid(stored_fields(document, "the telemetry manifest"))
    except VerificationError:
        return None
    return None if grid is None else grid.start
