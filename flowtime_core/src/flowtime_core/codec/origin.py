"""Where a model comes from, as its own text or a ``provenance.json`` beside it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.codec.json import decode_json
from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import Report, describe
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.bundle import Origin

if TYPE_CHECKING:
    from flowtime_core.records.document import Document
    from flowtime_core.records.model import ModelMetadata


def decode_origin(text: str, *, source: str) -> Origin:
    """Return what a provenance document says, of this writer or of the reference's.

    Raises
    ------
    DocumentSyntaxError, DocumentInvalidError
        The document is no JSON, no mapping, or has values of the wrong type.
    """
    document = decode_json(text, source=source)
    report = Report(document)
    origin = Origin()
    if isinstance(document.plain, dict):
        origin = _read(Fields(report, document.plain, "", "the provenance"))
    else:
        report.add("schema_violation", "", f"the provenance is {describe(document.plain)}, expected a mapping")
    if report.has_errors:
        raise DocumentInvalidError(f"{source} is not a valid provenance", findings=report.result())
    return origin


def origin_of_model(document: Document) -> Origin | None:
    """Return what the provenance of a model that a template has made says, or None without one."""
    if not isinstance(document.plain, dict):
        return None
    fields = Fields(Report(document), document.plain, "", "the model").mapping("provenance")
    return None if fields is None else _read(fields)


def _read(fields: Fields) -> Origin:
    parameters = fields.mapping("parameters", what="the parameters")
    return Origin(
        model_id=fields.text("modelId"),
        template_id=fields.text("templateId"),
        template_version=fields.text("templateVersion"),
        template_title=fields.text("templateTitle"),
        parameters={} if parameters is None else dict(parameters.plain),
    )


def named(metadata: ModelMetadata, origin: Origin) -> ModelMetadata:
    """Return the metadata of a model with the template that it was made from."""
    return evolve(
        metadata,
        id=origin.template_id or metadata.id,
        version=origin.template_version or metadata.version,
        title=origin.template_title or metadata.title,
    )
