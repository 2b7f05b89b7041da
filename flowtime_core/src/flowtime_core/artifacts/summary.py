"""What the documents of a run say about it: identity, origin, measured sources, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from flowtime_core._version import __version__
from flowtime_core.codec.digest import sha256_of
from flowtime_core.records.file_tree import in_path_order
from flowtime_core.records.manifest import FileEntry, Manifest, ProvenanceReference
from flowtime_core.records.model import ConstNode, PmfNode
from flowtime_core.records.run_document import RunDocument, RunMetadata
from flowtime_core.records.topology import FileBinding

if TYPE_CHECKING:
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import EvaluatedRun, Provenance
    from flowtime_core.records.series_index import SeriesEntry

ADHOC_ID: Final = "adhoc-model"
ADHOC_VERSION: Final = "0.0.0"
_SOURCE: Final = "engine"


@frozen(kw_only=True)
class _Template:
    """Who the model is, with the names of an ad-hoc model where the caller gave none."""

    id: str
    title: str
    version: str


def _template(run: EvaluatedRun) -> _Template:
    given, own = run.provenance, run.model.metadata
    template_id = given.template_id or own.id or ADHOC_ID
    return _Template(
        id=template_id,
        title=given.template_title or own.title or template_id,
        version=given.template_version or own.version or ADHOC_VERSION,
    )


def dated_provenance(run: EvaluatedRun) -> Provenance:
    """Return the provenance with a time: that of the run where the model carries none."""
    return evolve(run.provenance, generated=run.provenance.generated or run.created)


def telemetry_sources(model: Model) -> tuple[str, ...]:
    """Return the URIs of the measured series a model reads, each once, in order."""
    roles = [binding for node in model.topology.nodes for binding in node.semantics.bindings.values()]
    uris = [*node_sources(model).values(), *(role.uri for role in roles if isinstance(role, FileBinding))]
    return tuple(dict.fromkeys(uris))


def node_sources(model: Model) -> dict[str, str]:
    """Return which series node reads which URI."""
    return {node.id: node.source for node in model.nodes if isinstance(node, (ConstNode, PmfNode)) and node.source}


def metadata_of(run: EvaluatedRun, model_hash: str) -> RunMetadata:
    """Return what ``model/metadata.json`` says."""
    template, provenance = _template(run), dated_provenance(run)
    capture = provenance.capture
    return RunMetadata(
        template_id=template.id,
        template_title=template.title,
        template_version=template.version,
        template_narrative=provenance.template_narrative or run.model.metadata.narrative,
        mode=provenance.mode,
        model_hash=model_hash,
        source=provenance.source,
        generator=provenance.generator,
        model_id=provenance.model_id,
        generated=provenance.generated,
        parameters=provenance.parameters,
        telemetry_sources=telemetry_sources(run.model),
        node_sources=node_sources(run.model) | dict({} if run.telemetry is None else run.telemetry.sources),
        captured_run_id="" if capture is None else capture.provenance.run_id,
        capture_checksum="" if capture is None else capture.checksum,
    )


def run_document_of(run: EvaluatedRun, model_hash: str, entries: tuple[SeriesEntry, ...]) -> RunDocument:
    """Return what ``run.json`` says."""
    template = _template(run)
    return RunDocument(
        run_id=run.run_id,
        grid=run.model.grid,
        engine_version=__version__,
        source=_SOURCE,
        mode=run.provenance.mode,
        template_id=template.id,
        template_title=template.title,
        template_version=template.version,
        model_hash=model_hash,
        scenario_hash=run.provenance.scenario_hash,
        input_hash=run.provenance.input_hash,
        created=run.created,
        warnings=run.warnings,
        series=entries,
        classes=run.model.classes,
    )


def manifest_of(run: EvaluatedRun, model_hash: str, entries: tuple[SeriesEntry, ...], files: FileTree) -> Manifest:
    """Return what ``manifest.json`` says about all other files."""
    provenance = run.provenance
    return Manifest(
        scenario_hash=provenance.scenario_hash,
        model_hash=model_hash,
        rng=provenance.rng,
        series_hashes={entry.id: entry.hash for entry in entries},
        created=run.created,
        provenance=ProvenanceReference(
            has_provenance=True,
            model_id=provenance.model_id,
            template_id=_template(run).id,
            source=provenance.source,
            input_hash=provenance.input_hash,
        ),
        classes=run.model.classes,
        files=tuple(
            FileEntry(path=path, hash=sha256_of(data), size=len(data)) for path, data in in_path_order(files).items()
        ),
    )
