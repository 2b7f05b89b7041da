"""Parts that states of nodes and edges share: numbers, series, what a series is, warnings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from flowtime_core.codec.rounding import answer_number
from flowtime_core.records.document import Plain
from flowtime_core.records.measure import MEASURES
from flowtime_core.records.series import FloatArray
from flowtime_core.records.state import StateWarning

WIRE_NAMES: Final = {"queueDepth": "queue"}
"""Roles whose name in answers is an older one."""

AGGREGATIONS: Final = {
    **dict.fromkeys(
        (
            "latencyMinutes",
            "serviceTimeMs",
            "queueTimeMs",
            "cycleTimeMs",
            "flowLatencyMs",
            "flowEfficiency",
            "kingmanWaitMs",
            "sojournMeanMinutes",
        ),
        "avg",
    ),
    "sojournP50Minutes": "p50",
    "sojournP95Minutes": "p95",
}
"""How a metric sums up what is in its bin; a ratio does not say."""


def present(**fields: Plain) -> dict[str, Plain]:
    """Return the fields that say something: neither null nor an empty text."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def filled(**fields: Plain) -> dict[str, Plain]:
    """Return the fields that are not empty."""
    return {name: value for name, value in fields.items() if value}


def wire_name(name: str) -> str:
    """Return the name of a role or metric in answers."""
    return WIRE_NAMES.get(name, name)


def numbers_to_plain(values: Mapping[str, float], order: Iterable[str]) -> dict[str, Plain]:
    """Return one number per name, in this order; names without a value are absent."""
    return {wire_name(name): answer_number(values[name]) for name in order if name in values}


def series_to_plain(values: Mapping[str, FloatArray], order: Iterable[str]) -> dict[str, Plain]:
    """Return one list per name, in this order; names without values are absent."""
    return {wire_name(name): [answer_number(x) for x in values[name].tolist()] for name in order if name in values}


def series_meaning(names: Iterable[str], explicit: frozenset[str] = frozenset()) -> dict[str, Plain]:
    """Return for each series how it sums up its bin and whether the model maps it or the engine derived it."""
    return {
        wire_name(name): present(aggregation=_aggregation(name), origin="explicit" if name in explicit else "derived")
        for name in names
    }


def _aggregation(name: str) -> str | None:
    """Return ``sum`` of a flow, nothing of a level, and what is known of a metric."""
    if name not in MEASURES:
        return AGGREGATIONS.get(name, "unknown")
    return "sum" if MEASURES[name].kind == "flow" else None


def warning_to_plain(warning: StateWarning) -> dict[str, Plain]:
    """Return a warning; what it does not say is absent."""
    return present(
        code=warning.code,
        message=warning.message,
        severity=warning.severity,
        nodeId=warning.node_id,
        startBin=warning.start_bin,
        endBin=warning.end_bin,
        signal=None if warning.signal is None else wire_name(warning.signal),
    )
