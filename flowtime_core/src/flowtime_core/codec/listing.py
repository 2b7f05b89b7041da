"""Lists of runs on the wire (contract section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.json import decode_json, encode_json_compact
from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import Report
from flowtime_core.codec.rounding import answer_number
from flowtime_core.codec.stored import read_moment
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.codec.warning import read_warnings, warnings_to_plain
from flowtime_core.errors import InputError
from flowtime_core.records.grid import Grid
from flowtime_core.records.listing import USUAL_PAGE, RunListing, RunQuery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flowtime_core.records.document import Plain
    from flowtime_core.records.listing import RunPage
    from flowtime_core.records.model import Mode

QUERY_KEYS: Final = ("page", "pageSize", "mode", "templateId", "hasWarnings", "q")
"""What a list can be asked by."""

_MOST_DIGITS: Final = 9
_WORDS: Final = {"true": True, "false": False}


def page_to_plain(page: RunPage) -> dict[str, Plain]:
    """Return a page of runs."""
    return {
        "items": [listing_to_plain(run) for run in page.items],
        "totalCount": page.total,
        "page": page.page,
        "pageSize": page.page_size,
    }


def listing_to_plain(run: RunListing) -> dict[str, Plain]:
    """Return one run of a list; what it does not say is absent, but for the time of its creation."""
    if run.damage:
        return {"runId": run.run_id, "damage": run.damage}
    plain: dict[str, Plain] = {
        "runId": run.run_id,
        "templateId": run.template_id,
        "templateTitle": run.template_title,
        "templateVersion": run.template_version,
        "mode": run.mode,
        "createdUtc": None if run.created is None else format_timestamp(run.created),
        **_grid_to_plain(run.grid),
        "warningCount": run.warning_count,
        "warnings": warnings_to_plain(run.warnings),
        "provenanceHash": run.provenance_hash,
        "inputHash": run.input_hash,
    }
    return {key: value for key, value in plain.items() if value != ""}


def encode_listing(run: RunListing) -> str:
    """Return a listing as text; :func:`decode_listing` reads it back."""
    return encode_json_compact(listing_to_plain(run)).decode()


def decode_listing(text: str) -> RunListing:
    """Return the listing that :func:`encode_listing` wrote.

    Raises
    ------
    InputError
        It did not.
    """
    document = decode_json(text, source="listing")
    if not isinstance(document.plain, dict):
        raise InputError("a listing is not a mapping")
    fields = Fields(Report(document), document.plain, "", "the listing")
    mode: Mode = "telemetry" if fields.text("mode") == "telemetry" else "simulation"
    run = RunListing(
        run_id=fields.text("runId", required=True),
        mode=mode,
        template_id=fields.text("templateId"),
        template_title=fields.text("templateTitle"),
        template_version=fields.text("templateVersion"),
        created=read_moment(fields, "createdUtc"),
        grid=_read_grid(fields),
        warnings=read_warnings(fields),
        provenance_hash=fields.text("provenanceHash"),
        input_hash=fields.text("inputHash"),
        damage=fields.text("damage"),
    )
    if fields.report.has_errors:
        raise InputError(f"a listing cannot be read: {fields.report.result()[0]}")
    return run


def read_query(given: Mapping[str, str]) -> RunQuery:
    """Return the query that the texts of a URL ask for, by :data:`QUERY_KEYS`; blank ones count as absent.

    Raises
    ------
    InputError
        A page that is no number from 1, or ``hasWarnings`` that is neither true nor false.
    """
    texts = {key: given.get(key, "").strip() for key in QUERY_KEYS}
    return RunQuery(
        page=_whole("page", texts["page"], 1),
        page_size=_whole("pageSize", texts["pageSize"], USUAL_PAGE),
        mode=texts["mode"],
        template_id=texts["templateId"],
        has_warnings=_flag("hasWarnings", texts["hasWarnings"]),
        q=texts["q"],
    )


def _whole(name: str, text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS or int(text) < 1:
        message = f"{name} is {text!r}, expected a whole number from 1"
        raise InputError(message)
    return int(text)


def _flag(name: str, text: str) -> bool | None:
    if text and text.lower() not in _WORDS:
        message = f"{name} is {text!r}, expected true or false"
        raise InputError(message)
    return _WORDS.get(text.lower())


def _grid_to_plain(grid: Grid | None) -> dict[str, Plain]:
    if grid is None:
        return {}
    start: datetime | None = grid.bin_start(0)
    return {
        **({} if start is None else {"startUtc": format_timestamp(start)}),
        "durationMinutes": answer_number(grid.bins * grid.bin_minutes),
        "grid": {"bins": grid.bins, "binSize": grid.bin_size, "binUnit": grid.bin_unit},
    }


def _read_grid(fields: Fields) -> Grid | None:
    inner = fields.mapping("grid")
    if inner is None:
        return None
    return Grid(
        bins=inner.integer("bins") or 0,
        bin_size=inner.integer("binSize") or 0,
        bin_unit=inner.text("binUnit"),
        start=read_moment(fields, "startUtc"),
    )
