"""``model/metadata.json``: who the model of a run is (contract section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.stored import decode_stored_json, read_moment, refuse_damage, stored_fields
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.records.run_document import RunMetadata

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain


def metadata_to_plain(metadata: RunMetadata) -> dict[str, Plain]:
    """Return the metadata with its keys in documented order; unknown texts are left out."""
    sources = metadata.telemetry_sources or ()
    plain: dict[str, Plain] = {
        "schemaVersion": metadata.schema_version,
        "templateId": metadata.template_id,
        "templateTitle": metadata.template_title,
        "templateNarrative": metadata.template_narrative,
        "templateVersion": metadata.template_version,
        "mode": metadata.mode,
        "modelHash": metadata.model_hash,
        "source": metadata.source,
        "generator": metadata.generator,
        "modelId": metadata.model_id,
        "generatedAtUtc": "" if metadata.generated is None else format_timestamp(metadata.generated),
        "hasTelemetrySources": bool(sources),
        "telemetrySources": list(sources),
        "nodeSources": dict(metadata.node_sources),
        "capturedRunId": metadata.captured_run_id,
        "captureChecksum": metadata.capture_checksum,
        "parameters": dict(sorted(metadata.parameters.items())),
    }
    return {key: value for key, value in plain.items() if value != ""}


def decode_metadata(data: bytes, *, path: str) -> RunMetadata:
    """Return the metadata that ``model/metadata.json`` holds, of this writer or of the reference's.

    Raises
    ------
    VerificationError
        ``damaged_run``.
    """
    fields = stored_fields(decode_stored_json(data, path=path), "the metadata")
    parameters = fields.mapping("parameters")
    nodes = fields.mapping("nodeSources")
    metadata = RunMetadata(
        schema_version=fields.integer("schemaVersion") or 1,
        template_id=fields.text("templateId"),
        template_title=fields.text("templateTitle"),
        template_version=fields.text("templateVersion"),
        template_narrative=fields.text("templateNarrative"),
        mode=fields.text("mode").lower(),
        model_hash=fields.text("modelHash"),
        source=fields.text("source"),
        generator=fields.text("generator"),
        model_id=fields.text("modelId"),
        generated=read_moment(fields, "generatedAtUtc"),
        parameters={} if parameters is None else dict(parameters.plain),
        telemetry_sources=fields.texts("telemetrySources") if "telemetrySources" in fields.plain else None,
        node_sources={} if nodes is None else {node_id: nodes.text(node_id) for node_id in nodes.plain},
        captured_run_id=fields.text("capturedRunId"),
        capture_checksum=fields.text("captureChecksum"),
    )
    refuse_damage(fields)
    return metadata
