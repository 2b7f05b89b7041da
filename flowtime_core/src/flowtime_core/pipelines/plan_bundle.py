"""From a model and what was measured to a telemetry run; nothing is written.

A capture is replayed: roles that it covers are measured, the others stay open, nothing is evaluated. A model whose own
series or roles read files is evaluated on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from flowtime_core.analysis.check import run_findings
from flowtime_core.analysis.evidence import evidence_from_measured
from flowtime_core.pipelines.evaluate import (
    as_warnings,
    describe_origin,
    deterministic_run_id,
    evaluate_run,
    model_text,
)
from flowtime_core.records.bundle import TELEMETRY_DIRECTORY, telemetry_uri
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.ids import parse_run_id
from flowtime_core.records.limits import DEFAULT_LIMITS
from flowtime_core.records.run import EvaluatedRun, SourceFile
from flowtime_core.records.telemetry import CaptureProvenance
from flowtime_core.telemetry.bundle import bind_capture
from flowtime_core.telemetry.own_files import describe_files, localise

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flowtime_core.pipelines.prepare import Prepared
    from flowtime_core.records.bundle import RunTelemetry
    from flowtime_core.records.event import CancelToken
    from flowtime_core.records.limits import Limits
    from flowtime_core.records.telemetry import CapturedFile
    from flowtime_core.telemetry.bundle import BoundModel
    from flowtime_core.telemetry.replay import Replay


@frozen(kw_only=True)
class Inputs:
    """Everything that a run is made of.

    Attributes
    ----------
    sources : mapping of ``file:`` URI to SourceFile
        The files that the model reads.
    capture : Replay or None
        Where measured files come from.
    replays : bool
        The capture stands for every role that it covers; else it only lends the files that parameters name.
    """

    prepared: Prepared
    sources: Mapping[str, SourceFile] = field(repr=False)
    capture: Replay | None = field(default=None, repr=False)
    replays: bool = False


@frozen(kw_only=True)
class Drafted:
    """A run about to be made.

    Attributes
    ----------
    prepared, sources
        As in :class:`Inputs`, with files and parameters as the run names them: no path of the outside is stored.
    telemetry : RunTelemetry or None
        The measured part of a telemetry run; its manifest does not know the run yet.
    warnings : tuple of Diagnostic
        What is known to be wrong with what was measured.
    bound : BoundModel or None
        What a capture is replayed as.
    """

    prepared: Prepared
    sources: Mapping[str, SourceFile] = field(repr=False)
    telemetry: RunTelemetry | None = field(default=None, repr=False)
    warnings: tuple[Diagnostic, ...] = ()
    bound: BoundModel | None = field(default=None, repr=False)

    @property
    def files(self) -> tuple[CapturedFile, ...]:
        """The measured files of the run."""
        return () if self.telemetry is None else self.telemetry.manifest.files


def captured_sources(capture: Replay) -> dict[str, SourceFile]:
    """Return the files of a capture by the names under which a run keeps them."""
    files = {telemetry_uri(one.file.path): one for one in capture.files}
    return {
        uri: SourceFile(uri=uri, digest=one.file.hash, values=one.reading.values, data=one.data)
        for uri, one in files.items()
    }


def draft(inputs: Inputs) -> Drafted:
    """Return what a run would be made of.

    Raises
    ------
    InvalidDataError
        The capture has other bins than the model.
    """
    if inputs.capture is not None and inputs.replays:
        return _draft_replay(inputs.prepared, inputs.capture)
    if inputs.prepared.model.mode == "telemetry":
        return _draft_measured(inputs)
    return Drafted(prepared=inputs.prepared, sources=inputs.sources)


def _draft_replay(prepared: Prepared, capture: Replay) -> Drafted:
    bound = bind_capture(prepared.model, capture)
    directory = prepared.model.telemetry
    return Drafted(
        prepared=_renamed(evolve(prepared, model=bound.model), {directory: TELEMETRY_DIRECTORY} if directory else {}),
        sources=captured_sources(capture),
        telemetry=bound.telemetry,
        warnings=bound.warnings,
        bound=bound,
    )


def _draft_measured(inputs: Inputs) -> Drafted:
    model, sources = localise(inputs.prepared.model, inputs.sources)
    uris = dict(zip(inputs.sources, sources, strict=True))
    telemetry = describe_files(model, sources, inputs.capture)
    lost = [uri for uri, source in inputs.sources.items() if not source.data]
    message = f"measured files are missing: {', '.join(lost)}"
    if not inputs.sources and inputs.capture is None:
        message = "the model reads no measured file, and there is no capture: nothing here was measured"
    has_none = bool(lost) or (not inputs.sources and inputs.capture is None)
    missing = (Diagnostic(code="telemetry_sources_missing", message=message),) if has_none else ()
    return Drafted(
        prepared=_renamed(evolve(inputs.prepared, model=model), uris),
        sources=sources,
        telemetry=telemetry,
        warnings=(*missing, *(warning.as_diagnostic() for warning in telemetry.manifest.warnings)),
    )


def _renamed(prepared: Prepared, names: Mapping[str, str]) -> Prepared:
    """Return the parameters with files and directories as the run names them: no path is stored or hashed."""
    parameters = {
        name: names.get(value, value) if isinstance(value, str) else value
        for name, value in prepared.parameters.items()
    }
    return evolve(prepared, parameters=parameters)


def make_run(
    inputs: Inputs,
    *,
    created: datetime,
    run_id: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    cancel: CancelToken | None = None,
) -> EvaluatedRun:
    """Return the run that its inputs describe; without a ``run_id`` the id is the deterministic one.

    Raises
    ------
    DocumentInvalidError, LimitError, Cancelled
        As :func:`evaluate_run`.
    InvalidDataError
        As :func:`draft`.
    """
    drafted = draft(inputs)
    if drafted.bound is not None:
        run = _replay(drafted, drafted.bound, created=created, run_id=run_id)
    else:
        run = evaluate_run(
            drafted.prepared, drafted.sources, created=created, run_id=run_id, limits=limits, cancel=cancel
        )
        run = evolve(run, warnings=(*drafted.warnings, *run.warnings), telemetry=_dated(drafted.telemetry, run))
    reference = None if inputs.capture is None else inputs.capture.reference
    return evolve(run, provenance=evolve(run.provenance, capture=reference))


def _replay(drafted: Drafted, bound: BoundModel, *, created: datetime, run_id: str | None) -> EvaluatedRun:
    origin = describe_origin(drafted.prepared, drafted.sources)
    found = run_findings(evidence_from_measured(bound.model, bound.series, bound.role_keys))
    at_odds = as_warnings(finding for finding in found if finding.bins and finding.severity != "info")
    return EvaluatedRun(
        run_id=deterministic_run_id(origin) if run_id is None else parse_run_id(run_id),
        created=created,
        model=bound.model,
        spec_text=model_text(drafted.prepared, origin),
        series=bound.series,
        written=tuple(bound.series),
        role_keys=bound.role_keys,
        warnings=(*drafted.prepared.warnings, *bound.warnings, *at_odds),  # not what nobody measured: nodes tell that
        provenance=origin,
        telemetry=bound.telemetry,
    )


def _dated(telemetry: RunTelemetry | None, run: EvaluatedRun) -> RunTelemetry | None:
    """Return the measured part with a manifest that names its run, unless it names the one that was captured."""
    if telemetry is None or telemetry.manifest.provenance.run_id:
        return telemetry
    provenance = CaptureProvenance(run_id=run.run_id, scenario_hash=run.provenance.scenario_hash, captured=run.created)
    return evolve(telemetry, manifest=evolve(telemetry.manifest, provenance=provenance))
