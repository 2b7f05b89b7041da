"""From a request to its document, the model it describes and the files that the model reads."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from flowtime_core.codec.origin import decode_origin
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.engine.compile import check_size
from flowtime_core.errors import DocumentInvalidError, ModeValidationError
from flowtime_core.pipelines.check import DocumentKind, Validation, check_prepared
from flowtime_core.pipelines.prepare import is_template, place_of_value, prepare_model, prepare_template
from flowtime_core.records.bundle import telemetry_uri
from flowtime_core.records.diagnostic import Diagnostic, bin_ranges
from flowtime_core.records.limits import DEFAULT_LIMITS
from flowtime_core.shell.sources import read_sources
from flowtime_core.template.parameters import is_of_request, place_in_request

if TYPE_CHECKING:
    from flowtime_core.pipelines.prepare import Prepared
    from flowtime_core.records.bundle import Origin
    from flowtime_core.records.diagnostic import Location
    from flowtime_core.records.document import Document
    from flowtime_core.records.limits import Limits
    from flowtime_core.records.run import RunRequest, SourceFile
    from flowtime_core.shell.library import Library


@frozen(kw_only=True)
class Resolved:
    """The document of a request.

    Attributes
    ----------
    text : str
        The document as submitted.
    folder : Path
        Where its relative sources begin.
    is_template : bool
        Whether parameters have to be bound.
    """

    document: Document
    text: str
    folder: Path
    is_template: bool


def resolve(request: RunRequest, library: Library) -> Resolved:
    """Return the document of a request; a submitted one decides itself whether it is a template.

    Raises
    ------
    NotFoundError
        ``template_not_found``.
    DocumentSyntaxError
        The document cannot be read.
    """
    given = request.document
    if given is None:
        entry = library.find_template(request.template_id)
        document = read_yaml(entry.text, source=entry.source)
        return Resolved(document=document, text=entry.text, folder=Path(entry.source).parent, is_template=True)
    document = read_yaml(given.text, source=given.source)
    return Resolved(document=document, text=given.text, folder=Path(given.folder), is_template=is_template(document))


def prepare(resolved: Resolved, request: RunRequest, limits: Limits = DEFAULT_LIMITS) -> Prepared:
    """Return the model that a request describes; one that is too large is refused before a file of it is read.

    Raises
    ------
    DocumentInvalidError
        The document breaks rules: every finding at once.
    LimitError
        When series x bins passes ``limits.series_values``.
    """
    prepared = _prepare(resolved, request)
    check_size(len(prepared.model.nodes), prepared.model.grid.bins, limits)
    return prepared


def _prepare(resolved: Resolved, request: RunRequest) -> Prepared:
    if resolved.is_template:
        return prepare_template(
            resolved.document,
            request.parameters,
            files={name: telemetry_uri(file) for name, file in request.bindings.items()},
            texts=request.parameter_texts,
            mode=request.mode,
            seed=request.seed,
        )
    _refuse_parameters(resolved, request)
    origin = _origin(request)
    return prepare_model(
        resolved.document,
        spec_text=resolved.text,
        seed=request.seed,
        mode="telemetry" if request.mode == "telemetry" else None,
        origin=origin,
    )


def _refuse_parameters(resolved: Resolved, request: RunRequest) -> None:
    """Refuse values for a document that has no parameters, as a template refuses those that it does not have."""
    given = dict.fromkeys((*request.parameters, *request.parameter_texts, *request.bindings))
    if given:
        source = resolved.document.source
        findings = [
            Diagnostic(
                code="unknown_parameter",
                message=f"parameter {name!r} is given to a model, which has none",
                location=place_in_request(name),
                hint="a template declares parameters",
            )
            for name in given
        ]
        raise DocumentInvalidError(f"{source} is no template and takes no parameters", findings=findings)


def _origin(request: RunRequest) -> Origin | None:
    """Return what the caller knows of where the model comes from."""
    given = request.provenance
    return None if given is None else decode_origin(given.text, source=given.source)


def bound_sources(resolved: Resolved, prepared: Prepared, *, root: Path | None = None) -> dict[str, SourceFile]:
    """Return the files that a prepared model reads, relative to its document; nothing outside ``root`` is read.

    Raises
    ------
    DocumentInvalidError
        Files are missing or wrong: every finding at once.
    ModeValidationError
        Files are right, but a simulation has no value for some bins.
    """
    place = partial(place_of_value, resolved.document, prepared.parameters)
    files: dict[str, SourceFile] = {}
    findings: list[Diagnostic] = []
    for uri in prepared.file_uris():
        found, faults = read_sources((uri,), base=resolved.folder, bins=prepared.model.grid.bins, root=root)
        files |= found
        findings += [fault if fault.location else evolve(fault, location=place(uri)) for fault in faults]
    if findings:
        message = f"{resolved.document.source} reads files that cannot be used"
        raise DocumentInvalidError(message, findings=findings)
    holes = [] if prepared.model.mode == "telemetry" else [file for file in files.values() if file.missing]
    if holes:
        message = f"{resolved.document.source} reads files that have no value for every bin of a simulation"
        raise ModeValidationError(message, findings=[_hole(file, place(file.uri)) for file in holes])
    return files


def _hole(file: SourceFile, location: Location | None) -> Diagnostic:
    bins = bin_ranges(file.missing)
    return Diagnostic(
        code="mode_validation_failed",
        message=f"source {file.uri!r} has no value in bins {', '.join(map(str, bins))}",
        location=location,
        bins=bins,
        hint="fill them, or run it in telemetry mode",
    )


def validate_request(
    request: RunRequest, library: Library, *, sources_root: Path | None = None, limits: Limits = DEFAULT_LIMITS
) -> Validation:
    """Return every finding about the document of a request, and the plan when it would run.

    No file outside ``sources_root`` is read; None allows any.

    Raises
    ------
    NotFoundError, DocumentSyntaxError
        As :func:`resolve`.
    LimitError
        As :func:`prepare`.
    """
    resolved = resolve(request, library)
    try:
        prepared = prepare(resolved, request, limits)
        return check_prepared(prepared, bound_sources(resolved, prepared, root=sources_root), limits)
    except DocumentInvalidError as error:
        kind: DocumentKind = "template" if resolved.is_template else "model"
        is_sound = all(is_of_request(finding) for finding in error.findings if finding.is_error)
        return Validation(
            kind=kind,
            source=resolved.document.source,
            findings=error.findings,
            message=error.message if is_sound else "",
        )
