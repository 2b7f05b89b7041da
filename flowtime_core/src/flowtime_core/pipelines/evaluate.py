"""From a prepared model and its files to a finished run; nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core._version import __version__
from flowtime_core.analysis.check import run_findings
from flowtime_core.analysis.evidence import evidence_from_table
from flowtime_core.artifacts.summary import ADHOC_ID, ADHOC_VERSION
from flowtime_core.codec.digest import sha256_of_canonical
from flowtime_core.codec.model import model_document_plain, model_to_plain
from flowtime_core.codec.yaml_writer import write_yaml
from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.simulate import simulate
from flowtime_core.errors import DocumentInvalidError, ModeValidationError
from flowtime_core.pipelines.prepare import located
from flowtime_core.records.diagnostic import Location
from flowtime_core.records.event import heed
from flowtime_core.records.ids import RunId, parse_run_id
from flowtime_core.records.limits import DEFAULT_LIMITS
from flowtime_core.records.model import ConstNode, PmfNode
from flowtime_core.records.run import EvaluatedRun, Provenance
from flowtime_core.records.topology import FileBinding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from flowtime_core.engine.plan import Plan
    from flowtime_core.engine.simulate import SeriesTable
    from flowtime_core.pipelines.prepare import Prepared
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Plain
    from flowtime_core.records.event import CancelToken
    from flowtime_core.records.limits import Limits
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import SourceFile

GENERATOR = f"flowtime/{__version__}"
ID_DIGITS = 16


def compile_prepared(prepared: Prepared, sources: Mapping[str, SourceFile], limits: Limits = DEFAULT_LIMITS) -> Plan:
    """Compile, with findings placed in the document the user wrote.

    Raises
    ------
    DocumentInvalidError
        With every finding when any is an error.
    LimitError
        When series x bins passes ``limits.series_values``.
    """
    try:
        return compile_model(prepared.model, sources=sources, limits=limits)
    except DocumentInvalidError as error:
        findings = (*prepared.warnings, *located(error.findings, prepared.document))
        ordered = sorted(findings, key=lambda finding: not finding.is_error)
        raise DocumentInvalidError(error.message, findings=ordered) from None


def describe_origin(prepared: Prepared, sources: Mapping[str, SourceFile]) -> Provenance:
    """Return where a run comes from: template, parameters, files and the hashes that name its inputs."""
    model = prepared.model
    digests = {uri: source.digest for uri, source in sources.items()}
    parameters = _without_paths(dict(prepared.parameters), digests)
    model_digest = sha256_of_canonical(_without_paths(model_to_plain(model), digests))
    inputs: dict[str, Plain] = {
        "mode": model.mode,
        "parameters": parameters,
        "bindings": {name: digests[uri] for name, uri in _bindings(prepared) if uri in digests},
        "rng": {"kind": prepared.rng.kind, "seed": prepared.rng.seed},
    }
    if prepared.template is None:
        inputs["model"] = model_digest
    else:
        inputs["templateId"] = model.metadata.id
        inputs["templateVersion"] = model.metadata.version
    return Provenance(
        generator=GENERATOR,
        mode=model.mode,
        input_hash=sha256_of_canonical(inputs),
        scenario_hash=sha256_of_canonical({**inputs, "model": model_digest}),
        model_id=prepared.model_id or model_digest.removeprefix("sha256:"),
        template_id=model.metadata.id or ADHOC_ID,
        template_version=model.metadata.version or ADHOC_VERSION,
        template_title=model.metadata.title,
        template_narrative=model.metadata.narrative,
        parameters=prepared.parameters,
        parameters_hash=sha256_of_canonical(parameters),
        bindings={name: digests[uri] for name, uri in _bindings(prepared) if uri in digests},
        rng=prepared.rng,
    )


def _bindings(prepared: Prepared) -> Iterator[tuple[str, str]]:
    """Yield what reads each file, and its URI: a node id, or ``node.role``."""
    for node in prepared.model.nodes:
        if isinstance(node, (ConstNode, PmfNode)) and node.source:
            yield node.id, node.source
    for place in prepared.model.topology.nodes:
        for role, binding in place.semantics.bindings.items():
            if isinstance(binding, FileBinding):
                yield f"{place.id}.{role}", binding.uri


def _without_paths(plain: Plain, digests: Mapping[str, str]) -> Plain:
    """Replace the URI of every bound file by its content hash: no path may enter a hash (SEMANTICS 7.4)."""
    match plain:
        case str():
            return digests.get(plain, plain)
        case list():
            return [_without_paths(item, digests) for item in plain]
        case dict():
            return {key: _without_paths(item, digests) for key, item in plain.items()}
        case _:
            return plain


def deterministic_run_id(provenance: Provenance) -> RunId:
    """Return ``run_<templateId>_<first 16 hex of inputHash>`` (CONTRACT 2)."""
    digits = provenance.input_hash.removeprefix("sha256:")[:ID_DIGITS]
    return parse_run_id(f"run_{provenance.template_id}_{digits}")


def model_text(prepared: Prepared, provenance: Provenance) -> str:
    """Return the model as submitted, or the text of the model that a template made: a pure function of its inputs."""
    if prepared.spec_text is not None:
        return prepared.spec_text
    return write_yaml(model_document_plain(prepared.model, provenance))


def _findings(table: SeriesTable) -> tuple[Diagnostic, ...]:
    """Return what the engine noticed and the invariants that do not hold; telemetry warns of errors (SEMANTICS 6.3)."""
    noticed = table.diagnostics()
    known = {(finding.code, finding.node_id) for finding in noticed}
    found = run_findings(evidence_from_table(table))
    findings = (*noticed, *(finding for finding in found if (finding.code, finding.node_id) not in known))
    return findings if table.plan.model.mode == "simulation" else as_warnings(findings)


def as_warnings(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return findings with errors as warnings: what was measured cannot be refused (SEMANTICS 6.3)."""
    return tuple(evolve(finding, severity="warning") if finding.is_error else finding for finding in findings)


def _placed(finding: Diagnostic, model: Model) -> Diagnostic:
    """Return an error about a node with the place of the node in the model."""
    if not finding.is_error or finding.location is not None:
        return finding
    nodes = {node.id: f"/nodes/{i}" for i, node in enumerate(model.nodes)}
    nodes |= {node.id: f"/topology/nodes/{i}" for i, node in enumerate(model.topology.nodes)}
    pointer = nodes.get(finding.node_id or "")
    return finding if pointer is None else evolve(finding, location=Location(pointer=pointer))


def evaluate_run(
    prepared: Prepared,
    sources: Mapping[str, SourceFile],
    *,
    created: datetime,
    run_id: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    cancel: CancelToken | None = None,
) -> EvaluatedRun:
    """Evaluate a prepared model; without a ``run_id`` the id is the deterministic one.

    Raises
    ------
    DocumentInvalidError
        When the model does not compile.
    ModeValidationError
        When evaluating it in simulation mode found an error (SEMANTICS 6.3).
    LimitError
        When series x bins passes ``limits.series_values``.
    Cancelled
        The caller asked to stop.
    """
    provenance = describe_origin(prepared, sources)
    plan = compile_prepared(prepared, sources, limits)
    table = simulate(plan, cancel=cancel)
    heed(cancel)
    findings = tuple(_placed(finding, prepared.model) for finding in _findings(table))
    warnings = (*prepared.warnings, *located(findings, prepared.document))
    if any(finding.is_error for finding in warnings):
        message = "the model evaluates to values that simulation mode refuses"
        raise ModeValidationError(message, findings=sorted(warnings, key=lambda finding: not finding.is_error))
    return EvaluatedRun(
        run_id=deterministic_run_id(provenance) if run_id is None else parse_run_id(run_id),
        created=created,
        model=prepared.model,
        spec_text=model_text(prepared, provenance),
        series=table.series(),
        written=plan.written,
        role_keys=plan.role_keys,
        warnings=warnings,
        provenance=provenance,
    )
