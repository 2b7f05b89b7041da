"""State answers as plain JSON: camelCase, absent instead of null except among numbers (SEMANTICS 5.7)."""

from __future__ import annotations

from flowtime_core.codec.edge_state import edge_snapshot_to_plain, edge_window_to_plain
from flowtime_core.codec.flow_class import flow_classes_to_plain
from flowtime_core.codec.node_state import node_snapshot_to_plain, node_window_to_plain
from flowtime_core.codec.rounding import answer_number
from flowtime_core.codec.state_part import present, warning_to_plain
from flowtime_core.records.document import Plain
from flowtime_core.records.state import RunMetadata, StateSnapshot, StateWindow, WindowSlice


def state_to_plain(state: StateSnapshot | StateWindow) -> dict[str, Plain]:
    """Return a snapshot or window as answers carry it."""
    return _snapshot(state) if isinstance(state, StateSnapshot) else _window(state)


def metadata_to_plain(metadata: RunMetadata) -> dict[str, Plain]:
    """Return the metadata of a run; what it does not say is absent."""
    storage, schema, rng = metadata.storage, metadata.schema, metadata.rng
    return present(
        runId=metadata.run_id,
        templateId=metadata.template_id,
        templateTitle=metadata.template_title,
        templateVersion=metadata.template_version,
        templateNarrative=metadata.template_narrative,
        mode=metadata.mode,
        provenanceHash=metadata.provenance_hash,
        telemetrySourcesResolved=metadata.telemetry_sources_resolved,
        schema={"id": schema.id, "version": schema.version, "hash": schema.hash},
        storage=present(
            modelPath=storage.model_path,
            metadataPath=storage.metadata_path,
            provenancePath=storage.provenance_path,
        ),
        inputHash=metadata.input_hash,
        rng=None if rng is None else {"kind": rng.kind, "seed": rng.seed},
        classCoverage=metadata.class_coverage,
        classes=flow_classes_to_plain(metadata.classes) or None,
        edgeQuality=metadata.edge_quality,
    )


def _snapshot(state: StateSnapshot) -> dict[str, Plain]:
    moment = state.bin
    return {
        "metadata": metadata_to_plain(state.metadata),
        "bin": present(
            index=moment.index,
            startUtc=moment.start.isoformat() if moment.start else None,
            endUtc=moment.end.isoformat() if moment.end else None,
            durationMinutes=answer_number(moment.duration_minutes),
        ),
        "nodes": [node_snapshot_to_plain(node) for node in state.nodes],
        "edges": [edge_snapshot_to_plain(edge) for edge in state.edges],
        **_warnings(state),
    }


def _window(state: StateWindow) -> dict[str, Plain]:
    return {
        "metadata": metadata_to_plain(state.metadata),
        "window": _slice(state.window),
        "timestampsUtc": [time.isoformat() for time in state.timestamps],
        "nodes": [node_window_to_plain(node) for node in state.nodes],
        "edges": [edge_window_to_plain(edge) for edge in state.edges],
        **_warnings(state),
    }


def _slice(window: WindowSlice) -> dict[str, Plain]:
    """Return the bins of a window; ``step`` only where a value stands for more than one."""
    return present(
        startBin=window.start_bin,
        endBin=window.end_bin,
        binCount=window.bin_count,
        step=window.step if window.step > 1 else None,
    )


def _warnings(state: StateSnapshot | StateWindow) -> dict[str, Plain]:
    """Return the tail of both answers; clients rely on the keys."""
    return {
        "edgeWarnings": {
            edge: [warning_to_plain(warning) for warning in warnings] for edge, warnings in state.edge_warnings.items()
        },
        "warnings": [warning_to_plain(warning) for warning in state.warnings],
    }
