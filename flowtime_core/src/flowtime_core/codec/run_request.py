"""Requests for runs on the wire (contract section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import Report, describe
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.run import RunRequest

if TYPE_CHECKING:
    from flowtime_core.records.document import Document, Plain
    from flowtime_core.records.model import Mode

MODES: Final[tuple[Mode, ...]] = ("telemetry", "simulation")
GENERATORS: Final = ("pcg32",)
DIRECTORY_PARAMETER: Final = "telemetry_dir"
"""The parameter by which templates take a telemetry directory."""


def run_request_from_document(document: Document) -> RunRequest:
    """Return the request that a JSON document states; without a mode it asks for telemetry, as its clients expect.

    Raises
    ------
    DocumentInvalidError
        With every finding.
    """
    report = Report(document)
    fields = _fields(report, document)
    telemetry = _telemetry(fields)
    options = fields.mapping("options", what="the options") or Fields(report, {}, "/options", "the options")
    request = RunRequest(
        template_id=fields.text("templateId", required=True).strip(),
        mode=fields.choice("mode", options=MODES, default=MODES[0]),
        parameters=_parameters(fields),
        seed=_seed(fields),
        run_id=options.text("runId") or None,
        deterministic=options.flag("deterministicRunId"),
        overwrite=options.flag("overwriteExisting"),
        dry_run=options.flag("dryRun"),
        capture_dir=telemetry.text("captureDirectory").strip(),
        bindings=_bindings(telemetry),
        from_run=telemetry.text("sourceRunId").strip(),
    )
    is_named = any(name.casefold() == DIRECTORY_PARAMETER for name in request.parameters)
    if request.mode == "telemetry" and not (request.capture_dir or request.from_run or is_named):
        hint = "or telemetry.sourceRunId, to capture a run first; or mode: simulation"
        fields.error("telemetry", "telemetry.captureDirectory is needed in telemetry mode", hint=hint)
    if report.has_errors:
        raise DocumentInvalidError("the request is not valid", findings=report.result())
    return request


def parameters_from_document(document: Document) -> dict[str, Plain]:
    """Return the parameters that a JSON document gives, one per key; null counts as not given.

    Raises
    ------
    DocumentInvalidError
        When it is not a mapping.
    """
    return _given(_fields(Report(document), document))


def _fields(report: Report, document: Document) -> Fields:
    if isinstance(document.plain, dict):
        return Fields(report, document.plain, "", "the request", fold=True)
    report.add("schema_violation", "", f"the request is {describe(document.plain)}, expected a mapping")
    raise DocumentInvalidError("the request is not valid", findings=report.result())


def _parameters(fields: Fields) -> dict[str, Plain]:
    given = fields.mapping("parameters", what="the parameters")
    return {} if given is None else _given(given)


def _given(fields: Fields) -> dict[str, Plain]:
    """Return the values that are given; null counts as not given."""
    return {name: value for name, value in fields.plain.items() if value is not None}


def _seed(fields: Fields) -> int | None:
    rng = fields.mapping("rng", what="the generator")
    if rng is None:
        return None
    rng.choice("kind", options=GENERATORS, default=GENERATORS[0])
    return rng.integer("seed")


def _telemetry(fields: Fields) -> Fields:
    """Return what the request says of a capture; nothing where it says nothing."""
    return fields.mapping("telemetry", what="telemetry") or Fields(fields.report, {}, "/telemetry", "telemetry")


def _bindings(telemetry: Fields) -> dict[str, str]:
    """Return the files of the capture that parameters take."""
    bindings = telemetry.mapping("bindings", what="the bindings")
    return {} if bindings is None else {name: bindings.text(name, required=True) for name in bindings.plain}
