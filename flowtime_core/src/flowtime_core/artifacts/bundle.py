"""A finished run as the file tree of its directory (contract section 2). Nothing is written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core._version import __version__
from flowtime_core.artifacts import layout
from flowtime_core.artifacts.self_contained import self_contained_model
from flowtime_core.artifacts.summary import dated_provenance, manifest_of, metadata_of, run_document_of
from flowtime_core.codec.csv import write_series_csv
from flowtime_core.codec.digest import sha256_of
from flowtime_core.codec.json import encode_json
from flowtime_core.codec.manifest import manifest_to_plain
from flowtime_core.codec.metadata import metadata_to_plain
from flowtime_core.codec.model_text import model_document_plain
from flowtime_core.codec.provenance import provenance_to_plain
from flowtime_core.codec.run_document import run_document_to_plain
from flowtime_core.codec.series_index import series_index_to_plain
from flowtime_core.codec.telemetry_manifest import telemetry_manifest_to_plain
from flowtime_core.codec.yaml_writer import write_yaml
from flowtime_core.records.file_tree import in_path_order
from flowtime_core.records.series_index import SeriesEntry, SeriesIndex
from flowtime_core.records.telemetry import CaptureProvenance, TelemetryManifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.event import CancelToken
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import EvaluatedRun
    from flowtime_core.records.series import Series


def render_run(run: EvaluatedRun, *, cancel: CancelToken | None = None) -> FileTree:
    """Return every file of a run directory, in path order.

    Two runs of equal inputs differ in ``createdUtc``, ``generatedAt`` and ``capturedAtUtc`` only, and in the manifest's
    hashes of the files that carry them; no time enters a series, the model or its hash.

    Raises
    ------
    Cancelled
        The caller asked to stop; ``cancel`` is asked while series are written.
    """
    files = _series_files(run, cancel)
    entries = _series_entries(run, files)
    paths = {key: entry.path for key, entry in zip(run.written, entries, strict=True)}
    model = _model_bytes(run, self_contained_model(run, paths))
    model_hash = sha256_of(model)
    files |= {
        layout.SPEC: _spec_bytes(run.spec_text),
        layout.MODEL: model,
        layout.METADATA: encode_json(metadata_to_plain(metadata_of(run, model_hash))),
        layout.PROVENANCE: encode_json(provenance_to_plain(dated_provenance(run), pipeline_version=__version__)),
        layout.SERIES_INDEX: encode_json(series_index_to_plain(SeriesIndex(grid=run.model.grid, entries=entries))),
        **_measured_files(run),
        layout.TELEMETRY_MANIFEST: _telemetry_manifest(run, model_hash),
        layout.RUN: encode_json(run_document_to_plain(run_document_of(run, model_hash, entries))),
    }
    files[layout.MANIFEST] = encode_json(manifest_to_plain(manifest_of(run, model_hash, entries, files)))
    return in_path_order(files)


def _written(run: EvaluatedRun) -> tuple[Series, ...]:
    return tuple(run.series[key] for key in run.written)


def _series_files(run: EvaluatedRun, cancel: CancelToken | None) -> dict[str, bytes]:
    written = _written(run)
    paths = layout.series_paths(series.id for series in written)
    own: Mapping[str, bytes] = {} if run.telemetry is None else run.telemetry.own
    return {
        paths[series.id]: own[key] if key in own else write_series_csv(series.values, cancel=cancel)
        for key, series in zip(run.written, written, strict=True)
    }


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


def _measured_files(run: EvaluatedRun) -> FileTree:
    files: FileTree = {} if run.telemetry is None else run.telemetry.files
    return {layout.measured_path(path): data for path, data in files.items()}


def _telemetry_manifest(run: EvaluatedRun, model_hash: str) -> bytes:
    """Return the manifest of the measured files; of a simulation it has window and grid, no files."""
    if run.telemetry is not None:
        return encode_json(telemetry_manifest_to_plain(run.telemetry.manifest))
    provenance = CaptureProvenance(
        run_id=run.run_id,
        scenario_hash=run.provenance.scenario_hash,
        model_hash=model_hash,
        captured=run.created,
    )
    return encode_json(telemetry_manifest_to_plain(TelemetryManifest(grid=run.model.grid, provenance=provenance)))
