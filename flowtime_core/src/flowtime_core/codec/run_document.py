"""``run.json``: the summary of a run (contract section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.flow_class import flow_classes_to_plain, read_flow_classes
from flowtime_core.codec.grid import read_grid
from flowtime_core.codec.series_index import read_entries, stored_grid_to_plain
from flowtime_core.codec.stored import decode_stored_json, first_damage, read_moment, refuse_damage, stored_fields
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.codec.warning import read_warnings, warnings_to_plain
from flowtime_core.records.run_document import RunDocument

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain

SCHEMA_VERSION: Final = 1


def run_document_to_plain(document: RunDocument) -> dict[str, Plain]:
    """Return the document with its keys in documented order; unknown texts are left out."""
    plain: dict[str, Plain] = {
        "schemaVersion": SCHEMA_VERSION,
        "runId": document.run_id,
        "engineVersion": document.engine_version,
        "source": document.source,
        "mode": document.mode,
        "templateId": document.template_id,
        "templateTitle": document.template_title,
        "templateVersion": document.template_version,
        "grid": stored_grid_to_plain(document.grid) | {"align": "left"},
        "modelHash": document.model_hash,
        "scenarioHash": document.scenario_hash,
        "inputHash": document.input_hash,
        "createdUtc": "" if document.created is None else format_timestamp(document.created),
        "warnings": warnings_to_plain(document.warnings),
        "series": [{"id": entry.id, "path": entry.path, "unit": entry.unit} for entry in document.series],
        "classes": flow_classes_to_plain(document.classes),
        "classCoverage": document.class_coverage,
    }
    return {key: value for key, value in plain.items() if value != ""}


def decode_run_document(data: bytes, *, path: str) -> RunDocument:
    """Return the summary that ``run.json`` holds, of this writer or of the reference's.

    Raises
    ------
    VerificationError
        ``damaged_run``.
    """
    fields = stored_fields(decode_stored_json(data, path=path), "the run")
    grid = read_grid(fields)
    if grid is None:
        raise first_damage(fields)
    document = RunDocument(
        run_id=fields.text("runId", required=True),
        grid=grid,
        engine_version=fields.text("engineVersion"),
        source=fields.text("source"),
        mode=fields.text("mode"),
        template_id=fields.text("templateId"),
        template_title=fields.text("templateTitle"),
        template_version=fields.text("templateVersion"),
        model_hash=fields.text("modelHash"),
        scenario_hash=fields.text("scenarioHash"),
        input_hash=fields.text("inputHash"),
        created=read_moment(fields, "createdUtc"),
        warnings=read_warnings(fields),
        series=read_entries(fields),
        classes=read_flow_classes(fields),
        class_coverage=fields.text("classCoverage", default="missing"),
    )
    refuse_damage(fields)
    return document
