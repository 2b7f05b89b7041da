"""Requests for captures on the wire (contract section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from flowtime_core.codec.gap_configuration import decode_gap_configuration
from flowtime_core.codec.json import encode_json
from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import Report, describe
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.telemetry import CaptureRequest, GapHandling

if TYPE_CHECKING:
    from flowtime_core.records.document import Document
    from flowtime_core.records.telemetry import GapConfiguration

_SOURCES: Final = ("run",)


@frozen(kw_only=True)
class AskedCapture:
    """A request for a capture: of which run, under which name (empty for that of the run), and how."""

    run_id: str
    capture_id: str
    request: CaptureRequest


def capture_request_from_document(document: Document) -> AskedCapture:
    """Return the request that a JSON document states.

    Raises
    ------
    DocumentSyntaxError, DocumentInvalidError
        With every finding.
    """
    report = Report(document)
    plain = document.plain if isinstance(document.plain, dict) else {}
    if plain is not document.plain:
        report.add("schema_violation", "", f"the request is {describe(document.plain)}, expected a mapping")
    fields = Fields(report, plain, "", "the request", fold=True)
    source, output, options = (_part(fields, key) for key in ("source", "output", "options"))
    source.choice("type", options=_SOURCES, default=_SOURCES[0])
    asked = AskedCapture(
        run_id=source.text("runId", required=True),
        capture_id=output.text("captureKey"),
        request=CaptureRequest(
            gaps=_gaps(fields),
            handling=GapHandling(
                detect=options.flag("gapDetect"),
                fill_gaps=options.flag("gapFillGaps"),
                fill_nan=options.flag("gapFillNan"),
            ),
            overwrite=output.flag("overwrite"),
            dry_run=options.flag("dryRun"),
        ),
    )
    if report.has_errors:
        raise DocumentInvalidError("the request is not valid", findings=report.result())
    return asked


def _part(fields: Fields, key: str) -> Fields:
    return fields.mapping(key) or Fields(fields.report, {}, fields.at(key), f"{key} of the request")


def _gaps(fields: Fields) -> GapConfiguration | None:
    given = fields.mapping("gaps", what="the gap configuration")
    return None if given is None else decode_gap_configuration(encode_json(dict(given.plain)), source="gaps")
