"""States of nodes as plain JSON; absent instead of null except among numbers (SEMANTICS 5.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flowtime_core.codec.rounding import answer_number
from flowtime_core.codec.state_part import (
    filled,
    numbers_to_plain,
    present,
    series_meaning,
    series_to_plain,
    warning_to_plain,
    wire_name,
)
from flowtime_core.records.document import Plain
from flowtime_core.records.edge_state import ByClass, ByClassSeries
from flowtime_core.records.node_facts import Analytics, ClassTruth, NodeFacts
from flowtime_core.records.policy import DispatchSchedule
from flowtime_core.records.state import NodeSnapshot, NodeTelemetry, NodeWindow

_SHOWN: Final = ("arrivals", "served", "errors", "attempts", "failures", "exhaustedFailures", "retryEcho")
SNAPSHOT_METRICS: Final = (*_SHOWN, "queueDepth", "capacity", "parallelism", "externalDemand", "value")
"""Roles of ``metrics`` in order; the times of work appear as serviceTimeMs only."""
DERIVED_METRICS: Final = (
    "utilization",
    "latencyMinutes",
    "serviceTimeMs",
    "queueTimeMs",
    "cycleTimeMs",
    "flowLatencyMs",
    "flowEfficiency",
    "throughputRatio",
    "retryTax",
)
WINDOW_ONLY: Final = (
    "kingmanWaitMs",
    "sojournMeanMinutes",
    "sojournP50Minutes",
    "sojournP85Minutes",
    "sojournP95Minutes",
)
"""Metrics that snapshots do not show."""
WINDOW_ROLES: Final = (
    *_SHOWN,
    "processingTimeMsSum",
    "servedCount",
    "externalDemand",
    "queueDepth",
    "capacity",
    "parallelism",
    "overflow",
    "unserved",
)
WINDOW_SERIES: Final = (*WINDOW_ROLES, *DERIVED_METRICS, *WINDOW_ONLY)
VALUES: Final = "values"
"""What the value of a const, pmf or expr node is called in a window."""
CLASS_METRICS: Final = (
    "arrivals",
    "served",
    "errors",
    "queueDepth",
    "processingTimeMsSum",
    "servedCount",
    "queueTimeMs",
    "serviceTimeMs",
    "cycleTimeMs",
    "flowEfficiency",
)
"""Roles and metrics of a class that snapshots show."""
CONSTRAINT_MEASURES: Final = ("demand", "allocated", "shortfall")
PAUSED: Final[dict[str, Plain]] = {
    "code": "paused_gate_closed",
    "message": "work waits behind a closed gate until the next dispatch",
}


def node_snapshot_to_plain(node: NodeSnapshot) -> dict[str, Plain]:
    """Return a node at one bin."""
    shown = (*SNAPSHOT_METRICS, *DERIVED_METRICS)
    known = {**node.metrics, **node.derived}
    return {
        **_head(node.id, node.kind, node.facts),
        "metrics": {
            **numbers_to_plain(node.metrics, SNAPSHOT_METRICS),
            **present(maxAttempts=node.facts.max_attempts, queueLatencyStatus=PAUSED if node.is_paused else None),
        },
        **filled(
            seriesMetadata=series_meaning((name for name in shown if name in known), node.facts.explicit),
            byClass={name: numbers_to_plain(values, CLASS_METRICS) for name, values in node.by_class.items()},
            constraints=_constraints(node.constraints),
            constraintStatus={name: values["limited"] > 0 for name, values in node.constraints.items()},
        ),
        "derived": {**numbers_to_plain(node.derived, DERIVED_METRICS), "color": node.colour},
        **_tail(node.telemetry, node.facts),
        **filled(
            sla=[
                {
                    "kind": one.kind,
                    "status": one.status,
                    **present(threshold=_threshold(one.threshold)),
                    "value": answer_number(one.value),
                }
                for one in node.sla
            ]
        ),
    }


def node_window_to_plain(node: NodeWindow) -> dict[str, Plain]:
    """Return a node over a window."""
    known = {**node.metrics, **node.derived}
    series = series_to_plain(known, WINDOW_SERIES)
    if "value" in known:
        series = {VALUES: series_to_plain(known, ["value"])["value"]}
    paused: list[Plain] = [PAUSED if is_paused else None for is_paused in node.paused]
    return {
        **_head(node.id, node.kind, node.facts),
        "series": series,
        **filled(
            seriesMetadata=series_meaning((name for name in WINDOW_SERIES if name in known), node.facts.explicit),
            byClass={name: series_to_plain(values, WINDOW_SERIES) for name, values in node.by_class.items()},
            constraints=_constraint_series(node.constraints),
            constraintStatus={
                name: series_to_plain(values, ["limited"])["limited"] for name, values in node.constraints.items()
            },
            queueLatencyStatus=paused,
        ),
        **_tail(node.telemetry, node.facts),
        **filled(
            sla=[
                {
                    "kind": one.kind,
                    "status": one.status,
                    **present(threshold=_threshold(one.threshold)),
                    "values": [answer_number(x) for x in one.values.tolist()],
                }
                for one in node.sla
            ]
        ),
    }


def _head(node_id: str, kind: str, facts: NodeFacts) -> dict[str, Plain]:
    return {
        "id": node_id,
        "kind": kind,
        "category": facts.category,
        "analytical": analytics_to_plain(facts.analytics),
        "classTruth": _class_truth(facts.classes),
    }


def analytics_to_plain(analytics: Analytics) -> dict[str, Plain]:
    """Return which metrics mean something at a node."""
    return {
        "identity": analytics.identity,
        "hasQueueSemantics": analytics.has_queue,
        "hasServiceSemantics": analytics.has_service,
        "hasCycleTimeDecomposition": analytics.has_queue and analytics.has_service,
        "stationarityWarningApplicable": analytics.has_queue,
    }


def aliases_to_plain(aliases: Mapping[str, str]) -> dict[str, Plain]:
    """Return what the model calls its roles, by the name that answers give them."""
    return {wire_name(role): alias for role, alias in aliases.items()}


def _class_truth(truth: ClassTruth) -> dict[str, Plain]:
    return {
        "coverage": truth.coverage,
        "hasSpecificClasses": truth.has_specific,
        "hasFallbackClass": truth.has_fallback,
    }


def _tail(telemetry: NodeTelemetry, facts: NodeFacts) -> dict[str, Plain]:
    return {
        "telemetry": {
            "sources": list(telemetry.sources),
            "warnings": [warning_to_plain(warning) for warning in telemetry.warnings],
        },
        **filled(aliases=aliases_to_plain(facts.aliases), dispatchSchedule=schedule_to_plain(facts.dispatch)),
    }


def schedule_to_plain(schedule: DispatchSchedule | None) -> dict[str, Plain] | None:
    """Return a dispatch schedule with all its fields."""
    if schedule is None:
        return None
    return present(
        kind="time-based",
        periodBins=schedule.period_bins,
        phaseOffset=schedule.phase_offset,
        capacitySeries=schedule.capacity_series,
    )


def _constraints(constraints: ByClass) -> dict[str, Plain]:
    return {name: {"metrics": numbers_to_plain(values, CONSTRAINT_MEASURES)} for name, values in constraints.items()}


def _constraint_series(constraints: ByClassSeries) -> dict[str, Plain]:
    return {name: {"series": series_to_plain(values, CONSTRAINT_MEASURES)} for name, values in constraints.items()}


def _threshold(threshold: float | None) -> Plain:
    return None if threshold is None else answer_number(threshold)
