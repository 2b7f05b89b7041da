"""Lists of runs on the wire (contract section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.rounding import answer_number
from flowtime_core.codec.timestamp import format_timestamp

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain
    from flowtime_core.records.listing import RunListing, RunPage


def page_to_plain(page: RunPage) -> dict[str, Plain]:
    """Return a page of runs."""
    return {
        "items": [_run(run) for run in page.items],
        "totalCount": page.total,
        "page": page.page,
        "pageSize": page.page_size,
    }


def _run(run: RunListing) -> dict[str, Plain]:
    if run.damage:
        return {"runId": run.run_id, "damage": run.damage}
    plain: dict[str, Plain] = {
        "runId": run.run_id,
        "templateId": run.template_id,
        "templateTitle": run.template_title,
        "templateVersion": run.template_version,
        "mode": run.mode,
        "createdUtc": None if run.created is None else format_timestamp(run.created),
        "warningCount": run.warning_count,
        "durationMinutes": None if run.grid is None else answer_number(run.grid.bins * run.grid.bin_minutes),
        "provenanceHash": run.provenance_hash,
        "inputHash": run.input_hash,
    }
    return {key: value for key, value in plain.items() if value != ""}
