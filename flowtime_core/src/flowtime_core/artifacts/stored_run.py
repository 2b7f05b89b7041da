"""A run directory read back, of this writer or of the reference's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from flowtime_core.artifacts import layout
from flowtime_core.artifacts.role_series import resolve_roles
from flowtime_core.artifacts.stored_series import StoredSeries
from flowtime_core.artifacts.summary import ADHOC_ID, ADHOC_VERSION, node_sources, telemetry_sources
from flowtime_core.artifacts.warnings import all_warnings
from flowtime_core.codec.manifest import decode_manifest
from flowtime_core.codec.metadata import decode_metadata
from flowtime_core.codec.model import model_from_document
from flowtime_core.codec.run_document import decode_run_document
from flowtime_core.codec.series_index import decode_series_index
from flowtime_core.codec.stored import STORED_LIMITS, damaged, reason_of
from flowtime_core.codec.telemetry_manifest import decode_telemetry_manifest
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import ConflictError, InputError, NotFoundError
from flowtime_core.records.manifest import Manifest
from flowtime_core.records.run import StoredRun
from flowtime_core.records.run_document import RunMetadata

if TYPE_CHECKING:
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.model import Mode, Model
    from flowtime_core.records.run_document import RunDocument
    from flowtime_core.records.series_index import SeriesEntry
    from flowtime_core.records.telemetry import CaptureWarning


@frozen(kw_only=True)
class RunSummary:
    """What lists show: ``run.json``, ``model/metadata.json`` and ``manifest.json``, as far as they are there."""

    document: RunDocument
    metadata: RunMetadata
    manifest: Manifest

    @property
    def template_id(self) -> str:
        """The template, else the model, else ``adhoc-model``."""
        return self.document.template_id or self.metadata.template_id or ADHOC_ID

    @property
    def mode(self) -> Mode:
        """How the run was made; simulation where nothing says otherwise."""
        stated = (self.document.mode or self.metadata.mode).lower()
        return "telemetry" if stated == "telemetry" else "simulation"

    @property
    def input_hash(self) -> str:
        """Hash of the inputs, empty where unknown."""
        return self.document.input_hash or self.manifest.provenance.input_hash


def read_summary(tree: FileTree) -> RunSummary:
    """Return the summary of a run without its model and series.

    Raises
    ------
    NotFoundError
        ``run_not_found`` when there is no ``run.json``.
    VerificationError
        ``damaged_run`` when a document cannot be read.
    ConflictError
        ``provenance_mismatch`` when the documents name different models.
    """
    data = tree.get(layout.RUN)
    if data is None:
        raise NotFoundError(f"there is no {layout.RUN}: not a run directory", code="run_not_found")
    metadata, manifest = tree.get(layout.METADATA), tree.get(layout.MANIFEST)
    summary = RunSummary(
        document=decode_run_document(data, path=layout.RUN),
        metadata=RunMetadata() if metadata is None else decode_metadata(metadata, path=layout.METADATA),
        manifest=Manifest(scenario_hash="") if manifest is None else decode_manifest(manifest, path=layout.MANIFEST),
    )
    _check_agreement(summary)
    return summary


def _check_agreement(summary: RunSummary) -> None:
    stated = {
        layout.RUN: summary.document.model_hash,
        layout.METADATA: summary.metadata.model_hash,
        layout.MANIFEST: summary.manifest.model_hash,
    }
    known = {path: digest for path, digest in stated.items() if digest}
    if len(set(known.values())) > 1:
        listed = ", ".join(f"{path} says {digest}" for path, digest in known.items())
        raise ConflictError(
            f"the files of run {summary.document.run_id} disagree about the hash of the model: {listed}",
            code="provenance_mismatch",
            hint="flowtime verify says what changed",
        )


def read_stored_run(tree: FileTree, *, directory: str = "") -> StoredRun:
    """Return the run that a directory holds. Series are read from the tree when they are asked for.

    Parameters
    ----------
    tree : FileTree
        The directory; may read its files lazily.
    directory : str
        Where the tree was read from; copied into the result.

    Raises
    ------
    NotFoundError, VerificationError, ConflictError
        As :func:`read_summary`; ``damaged_run`` also for the model and the index.
    """
    summary = read_summary(tree)
    document, metadata, manifest = summary.document, summary.metadata, summary.manifest
    model = _read_model(tree)
    entries = _read_entries(tree, document)
    resolved = resolve_roles(model, entries, tree, metadata.node_sources)
    by_id = {entry.id: entry for entry in (*entries, *resolved.extra)}
    sources = metadata.telemetry_sources
    return StoredRun(
        run_id=document.run_id,
        mode=summary.mode,
        created=document.created,
        model=model,
        series=StoredSeries(tree, by_id, document.grid.bins),
        role_series=resolved.roles,
        warnings=all_warnings(document.warnings, _captured(tree)),
        template_id=summary.template_id,
        template_title=document.template_title or metadata.template_title or summary.template_id,
        template_version=document.template_version or metadata.template_version or ADHOC_VERSION,
        template_narrative=metadata.template_narrative,
        schema_version=metadata.schema_version,
        model_hash=document.model_hash or metadata.model_hash or manifest.model_hash,
        scenario_hash=document.scenario_hash or manifest.scenario_hash,
        input_hash=summary.input_hash,
        rng=manifest.rng,
        engine_version=document.engine_version,
        source=metadata.source or document.source,
        telemetry_sources=_own_sources(model) if sources is None else sources,
        node_sources=metadata.node_sources or node_sources(model),
        has_provenance=layout.PROVENANCE in tree,
        entries=by_id,
        directory=directory,
    )


def _captured(tree: FileTree) -> tuple[CaptureWarning, ...]:
    data = tree.get(layout.TELEMETRY_MANIFEST)
    return () if data is None else decode_telemetry_manifest(data, path=layout.TELEMETRY_MANIFEST).warnings


def _own_sources(model: Model) -> tuple[str, ...]:
    """Return the measured files a stored model reads: not those of the run's own series."""
    own = layout.series_uri("")
    return tuple(uri for uri in telemetry_sources(model) if not uri.startswith(own))


def _read_model(tree: FileTree) -> Model:
    path = layout.MODEL if layout.MODEL in tree else layout.SPEC
    data = tree.get(path)
    if data is None:
        raise damaged(layout.MODEL, "the model is missing")
    try:
        document = read_yaml(data, source=path, limits=STORED_LIMITS)
    except InputError as error:
        raise damaged(path, reason_of(error)) from error
    reading = model_from_document(document)
    if reading.model is None:
        raise damaged(path, str(reading.findings[0]))
    return reading.model


def _read_entries(tree: FileTree, document: RunDocument) -> tuple[SeriesEntry, ...]:
    """Return the entries of the index, else the shorter ones of ``run.json``."""
    data = tree.get(layout.SERIES_INDEX)
    return document.series if data is None else decode_series_index(data, path=layout.SERIES_INDEX).entries
