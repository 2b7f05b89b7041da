"""A finished run as the file tree of its directory (contract section 2). Nothing is written here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from flowtime_core._version import __version__
from flowtime_core.artifacts import layout
from flowtime_core.artifacts.self_contained import self_contained_model
from flowtime_core.codec.csv import write_series_csv
from flowtime_core.codec.digest import sha256_of
from flowtime_core.codec.json import encode_json
from flowtime_core.codec.manifest import manifest_to_plain
from flowtime_core.codec.metadata import metadata_to_plain
from flowtime_core.codec.model_text import model_document_plain
from flowtime_core.codec.provenance import provenance_to_plain
from flowtime_core.codec.run_document import run_document_to_plain
from flowtime_core.codec.series_index import series_index_to_plain
from flowtime_core.codec.telemetry_manifest import empty_telemetry_manifest
from flowtime_core.codec.yaml_writer import write_yaml
from flowtime_core.records.file_tree import in_path_order
from flowtime_core.records.manifest import FileEntry, Manifest, ProvenanceReference
from flowtime_core.records.model import ConstNode, PmfNode
from flowtime_core.records.run_document import RunDocument, RunMetadata
from flowtime_core.records.series_index import SeriesEntry, SeriesIndex
from flowtime_core.records.topology import FileBinding

if TYPE_CHECKING:
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import EvaluatedRun, Provenance
    from flowtime_core.records.series import Series

_ADHOC: Final = "adhoc-model"
_NO_VERSION: Final = "0.0.0"
_SOURCE: Final = "engine"


@frozen(kw_only=True)
class _Template:
    """Who the model is, with the names of an ad-hoc model where the caller gave none."""

    id: str
    title: str
    version: str


def render_run(run: EvaluatedRun) -> FileTree:
    """Return every file of a run directory, in path order.

    Two runs of equal inputs differ in ``createdUtc``, ``generatedAt`` and ``capturedAtUtc`` only, and in the manifest's
    hashes of the files that carry them; no time enters a series, the model or its hash.
    """
    files = _series_files(run)
    entries = _series_entries(run, files)
    paths = {key: entry.path for key, entry in zip(run.written, entries, strict=True)}
    model = _model_bytes(run, self_contained_model(run, paths))
    model_hash = sha256_of(model)
    files |= {
        layout.SPEC: _spec_bytes(run.spec_text),
        layout.MODEL: model,
        layout.METADATA: encode_json(metadata_to_plain(_metadata(run, model_hash))),
        layout.PROVENANCE: encode_json(provenance_to_plain(_dated(run), pipeline_version=__version__)),
        layout.SERIES_INDEX: encode_json(series_index_to_plain(SeriesIndex(grid=run.model.grid, entries=entries))),
        layout.TELEMETRY_MANIFEST: _telemetry_manifest(run, model_hash),
        layout.RUN: encode_json(run_document_to_plain(_run_document(run, model_hash, entries))),
    }
    files[layout.MANIFEST] = encode_json(manifest_to_plain(_manifest(run, model_hash, entries, files)))
    return in_path_order(files)


def _written(run: EvaluatedRun) -> tuple[Series, ...]:
    return tuple(run.series[key] for key in run.written)


def _series_files(run: EvaluatedRun) -> dict[str, bytes]:
    written = _written(run)
    paths = layout.series_paths(series.id for series in written)
    return {paths[series.id]: write_series_csv(series.values) for series in written}


def _series_entries(run: EvaluatedRun, files: FileTree) -> tuple[SeriesEntry, ...]:
    return tuple(
        _series_entry(series, path, data) for series, (path, data) in zip(_written(run), files.items(), strict=True)
    )


def _series_entry(series: Series, path: str, data: bytes) -> SeriesEntry:
    _name, component, flow_class = series.id.rsplit("@", 2)
    return SeriesEntry(
        id=series.id,
        path=path,
        unit=series.unit,
        kind=series.kind,
        component_id=component,
        flow_class=flow_class,
        points=len(series),
        hash=sha256_of(data),
    )


def _spec_bytes(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\r", "\n").encode()


def _model_bytes(run: EvaluatedRun, model: Model) -> bytes:
    timeless = evolve(run.provenance, generated=None)
    return write_yaml(model_document_plain(model, timeless)).encode()


def _template(run: EvaluatedRun) -> _Template:
    given, own = run.provenance, run.model.metadata
    template_id = given.template_id or own.id or _ADHOC
    return _Template(
        id=template_id,
        title=given.template_title or own.title or template_id,
        version=given.template_version or own.version or _NO_VERSION,
    )


def _dated(run: EvaluatedRun) -> Provenance:
    return evolve(run.provenance, generated=run.provenance.generated or run.created)


def telemetry_sources(model: Model) -> tuple[str, ...]:
    """Return the URIs of the measured series a model reads, each once, in order."""
    roles = [binding for node in model.topology.nodes for binding in node.semantics.bindings.values()]
    uris = [*node_sources(model).values(), *(role.uri for role in roles if isinstance(role, FileBinding))]
    return tuple(dict.fromkeys(uris))


def node_sources(model: Model) -> dict[str, str]:
    """Return which series node reads which URI."""
    return {node.id: node.source for node in model.nodes if isinstance(node, (ConstNode, PmfNode)) and node.source}


def _metadata(run: EvaluatedRun, model_hash: str) -> RunMetadata:
    template, provenance = _template(run), _dated(run)
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
        node_sources=node_sources(run.model),
    )


def _telemetry_manifest(run: EvaluatedRun, model_hash: str) -> bytes:
    return encode_json(
        empty_telemetry_manifest(
            run.model.grid,
            run_id=run.run_id,
            scenario_hash=run.provenance.scenario_hash,
            model_hash=model_hash,
            captured=run.created,
        )
    )


def _run_document(run: EvaluatedRun, model_hash: str, entries: tuple[SeriesEntry, ...]) -> RunDocument:
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


def _manifest(run: EvaluatedRun, model_hash: str, entries: tuple[SeriesEntry, ...], files: FileTree) -> Manifest:
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
