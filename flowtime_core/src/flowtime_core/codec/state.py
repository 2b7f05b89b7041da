"""State answers as plain JSON: camelCase, absent instead of null except among numbers (SEMANTICS 5.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from flowtime_core.codec.rounding import answer_number
from flowtime_core.records.document import Plain
from flowtime_core.records.series import FloatArray
from flowtime_core.records.state import (
    NodeSnapshot,
    NodeTelemetry,
    NodeWindow,
    RunMetadata,
    StateSnapshot,
    StateWarning,
    StateWindow,
)

_SHOWN: Final = (
    "arrivals",
    "served",
    "errors",
    "attempts",
    "failures",
    "exhaustedFailures",
    "retryEcho",
)
SNAPSHOT_METRICS: Final = (*_SHOWN, "queueDepth", "capacity", "parallelism", "externalDemand")
"""Roles of ``metrics`` in order; the times of work appear as serviceTimeMs only."""
DERIVED_METRICS: Final = (
    "utilization",
    "latencyMinutes",
    "serviceTimeMs",
    "queueTimeMs",
    "cycleTimeMs",
    "flowEfficiency",
    "throughputRatio",
    "retryTax",
)
WINDOW_SERIES: Final = (
    *_SHOWN,
    "processingTimeMsSum",
    "servedCount",
    "externalDemand",
    "queueDepth",
    "capacity",
    "parallelism",
    *DERIVED_METRICS,
)
_WIRE_NAMES: Final = {"queueDepth": "queue"}


def state_to_plain(state: StateSnapshot | StateWindow) -> dict[str, Plain]:
    """Return a snapshot or window as answers carry it."""
    return _snapshot(state) if isinstance(state, StateSnapshot) else _window(state)


def metadata_to_plain(metadata: RunMetadata) -> dict[str, Plain]:
    """Return the metadata of a run; what it does not say is absent."""
    storage, schema, rng = metadata.storage, metadata.schema, metadata.rng
    return _present(
        runId=metadata.run_id,
        templateId=metadata.template_id,
        templateTitle=metadata.template_title,
        templateVersion=metadata.template_version,
        templateNarrative=metadata.template_narrative,
        mode=metadata.mode,
        provenanceHash=metadata.provenance_hash,
        telemetrySourcesResolved=metadata.telemetry_sources_resolved,
        schema={"id": schema.id, "version": schema.version, "hash": schema.hash},
        storage=_present(
            modelPath=storage.model_path,
            metadataPath=storage.metadata_path,
            provenancePath=storage.provenance_path,
        ),
        inputHash=metadata.input_hash,
        rng=None if rng is None else {"kind": rng.kind, "seed": rng.seed},
        classCoverage=metadata.class_coverage,
        edgeQuality=metadata.edge_quality,
    )


def _present(**fields: Plain) -> dict[str, Plain]:
    """Return the fields that say something: neither null nor an empty text."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _snapshot(state: StateSnapshot) -> dict[str, Plain]:
    moment = state.bin
    return {
        "metadata": metadata_to_plain(state.metadata),
        "bin": _present(
            index=moment.index,
            startUtc=moment.start.isoformat() if moment.start else None,
            endUtc=moment.end.isoformat() if moment.end else None,
            durationMinutes=answer_number(moment.duration_minutes),
        ),
        "nodes": [_node_snapshot(node) for node in state.nodes],
        **_edges_and_warnings(state.warnings),
    }


def _window(state: StateWindow) -> dict[str, Plain]:
    return {
        "metadata": metadata_to_plain(state.metadata),
        "window": {
            "startBin": state.window.start_bin,
            "endBin": state.window.end_bin,
            "binCount": state.window.bin_count,
        },
        "timestampsUtc": [time.isoformat() for time in state.timestamps],
        "nodes": [_node_window(node) for node in state.nodes],
        **_edges_and_warnings(state.warnings),
    }


def _edges_and_warnings(warnings: Iterable[StateWarning]) -> dict[str, Plain]:
    """Return the tail of both answers; edges carry nothing yet, but clients rely on the keys."""
    return {"edges": [], "edgeWarnings": {}, "warnings": [_warning(warning) for warning in warnings]}


def _node_snapshot(node: NodeSnapshot) -> dict[str, Plain]:
    return {
        "id": node.id,
        "kind": node.kind,
        "metrics": _numbers(node.metrics, SNAPSHOT_METRICS),
        "derived": {**_numbers(node.derived, DERIVED_METRICS), "color": node.colour},
        "telemetry": _telemetry(node.telemetry),
    }


def _node_window(node: NodeWindow) -> dict[str, Plain]:
    return {
        "id": node.id,
        "kind": node.kind,
        "series": _series({**node.metrics, **node.derived}),
        "telemetry": _telemetry(node.telemetry),
    }


def _numbers(values: Mapping[str, float], order: tuple[str, ...]) -> dict[str, Plain]:
    return {_WIRE_NAMES.get(name, name): answer_number(values[name]) for name in order if name in values}


def _series(values: Mapping[str, FloatArray]) -> dict[str, Plain]:
    return {
        _WIRE_NAMES.get(name, name): [answer_number(x) for x in values[name].tolist()]
        for name in WINDOW_SERIES
        if name in values
    }


def _telemetry(telemetry: NodeTelemetry) -> dict[str, Plain]:
    return {
        "sources": list(telemetry.sources),
        "warnings": [_warning(warning) for warning in telemetry.warnings],
    }


def _warning(warning: StateWarning) -> dict[str, Plain]:
    return _present(
        code=warning.code,
        message=warning.message,
        severity=warning.severity,
        nodeId=warning.node_id,
        startBin=warning.start_bin,
        endBin=warning.end_bin,
        signal=warning.signal,
    )
