"""Who a run is: the one description that states and run listings share."""

from __future__ import annotations

from flowtime_core.records.run import StoredRun
from flowtime_core.records.state import RunMetadata, RunStorage, SchemaStamp
from flowtime_core.state.facts import edge_quality, run_coverage
from flowtime_core.state.telemetry import sources_resolved


def run_metadata(run: StoredRun) -> RunMetadata:
    """Return the metadata of a stored run; reads no series.

    The provenance hash is the model hash, as it is in the schema stamp: provenance never changes it.
    """
    return RunMetadata(
        run_id=run.run_id,
        template_id=run.template_id,
        template_title=run.template_title,
        template_version=run.template_version,
        template_narrative=run.template_narrative,
        mode=run.mode,
        provenance_hash=run.model_hash,
        telemetry_sources_resolved=sources_resolved(run),
        schema=SchemaStamp(
            id=f"time-travel/v{run.schema_version}", version=str(run.schema_version), hash=run.model_hash
        ),
        storage=_storage(run),
        input_hash=run.input_hash,
        rng=run.rng,
        class_coverage=run_coverage(run),
        edge_quality=edge_quality(run),
        classes=run.model.classes,
    )


def _storage(run: StoredRun) -> RunStorage:
    folder = f"{run.directory.rstrip('/')}/model" if run.directory else "model"
    return RunStorage(
        model_path=f"{folder}/model.yaml",
        metadata_path=f"{folder}/metadata.json",
        provenance_path=f"{folder}/provenance.json" if run.has_provenance else None,
    )
