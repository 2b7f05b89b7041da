"""Templates on the wire: what stands around the body, checked; the body keeps its placeholders (CONTRACT 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from flowtime_core.codec.grid import read_window
from flowtime_core.codec.header import MODES, metadata_of, read_rng
from flowtime_core.codec.parameter import read_parameters
from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import Report, describe
from flowtime_core.records.ids import TEMPLATE_ID
from flowtime_core.records.model import ModelMetadata
from flowtime_core.records.template import Template

if TYPE_CHECKING:
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Document, Plain
    from flowtime_core.records.model import Mode, Rng

_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?")
_HOLE: Final = "${"


@frozen(kw_only=True)
class TemplateReading:
    """What reading a template gave.

    ``template`` is None when a finding is an error; ``draft`` is the template as far as it could be read, to look for
    more faults in the same go.
    """

    template: Template | None
    draft: Template | None
    findings: tuple[Diagnostic, ...]


def template_from_document(document: Document) -> TemplateReading:
    """Return the template a document describes, with every finding at once; its body is checked when instantiated."""
    report = Report(document)
    if not isinstance(document.plain, dict):
        text = f"a template is a mapping, this document is {describe(document.plain)}"
        report.add("schema_violation", "", text)
        return TemplateReading(template=None, draft=None, findings=report.result())
    root = Fields(report, document.plain, "", "the template")
    metadata, capture_key = _read_metadata(root)
    _check_window(root)
    draft = Template(
        metadata=metadata,
        parameters=read_parameters(root),
        document=document,
        mode=_read_mode(root),
        rng=_read_rng(root),
        capture_key=capture_key,
        generator=root.text("generator", default="flowtime-sim"),
    )
    return TemplateReading(template=None if report.has_errors else draft, draft=draft, findings=report.result())


def window_findings(document: Document) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the window of a template whose placeholders are filled: it must be UTC."""
    report = Report(document)
    if isinstance(document.plain, dict):
        _check_window(Fields(report, document.plain, "", "the template"))
    return report.result()


def _check_window(root: Fields) -> None:
    window = _settled(root, "window")
    if window is not None:
        read_window(window, utc_only=True)


def _read_metadata(root: Fields) -> tuple[ModelMetadata, str]:
    fields = root.mapping("metadata", what="the metadata", required=True, hint="metadata: {id, title, version}")
    if fields is None:
        return ModelMetadata(), ""
    _check_version(fields)
    metadata = metadata_of(fields, required=True)
    if metadata.id and _HOLE not in metadata.id and not TEMPLATE_ID.fullmatch(metadata.id):
        text = f"template id {metadata.id!r} must begin with a letter or digit and hold these, '.', '_' or '-'"
        fields.error("id", text, code="invalid_id")
    return metadata, fields.text("captureKey")


def _check_version(fields: Fields) -> None:
    """A version is ``N.N.N`` or ``N.N.N-suffix``, as text: the number 1.10 would become 1.1."""
    _, version = fields.take("version")
    if version is None or (isinstance(version, str) and not version.strip()):
        fields.missing("version", hint="version: 1.0.0")
    elif isinstance(version, str) and _HOLE not in version and not _VERSION.fullmatch(version):
        text = f"version of the metadata is {version!r}, expected three numbers N.N.N"
        fields.error("version", text, hint="as in 1.0.0 or 2.1.0-beta")


def _read_mode(root: Fields) -> Mode:
    if isinstance(mode := root.plain.get("mode"), str) and _HOLE in mode:
        return "simulation"
    return root.choice("mode", options=MODES, default="simulation")


def _read_rng(root: Fields) -> Rng | None:
    return read_rng(root) if _settled(root, "rng") is not None else None


def _settled(root: Fields, key: str) -> Fields | None:
    """Return a section that has no placeholder at its top level; one that has is checked when it is instantiated."""
    section = root.plain.get(key)
    if not isinstance(section, dict) or any(_has_hole(item) for item in section.values()):
        return None
    return root.mapping(key, what=f"the {key}")


def _has_hole(item: Plain) -> bool:
    return isinstance(item, str) and _HOLE in item
