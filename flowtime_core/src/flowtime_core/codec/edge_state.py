"""States of edges as plain JSON (SEMANTICS 4.9)."""

from __future__ import annotations

from typing import Final

from flowtime_core.codec.number import json_number
from flowtime_core.codec.state_part import filled, numbers_to_plain, present, series_meaning, series_to_plain
from flowtime_core.records.document import Plain
from flowtime_core.records.edge_state import EdgeSnapshot, EdgeWindow
from flowtime_core.records.topology import Edge

VOLUMES: Final = ("flowVolume", "attemptsVolume", "failuresVolume", "retryVolume", "inTransit", "retryRate")
SCALAR_NAMES: Final = {"attemptsVolume": "attemptVolume", "failuresVolume": "failureVolume"}
"""What clients call a single number of a snapshot, where it is not the name of the series."""


def edge_snapshot_to_plain(edge: EdgeSnapshot) -> dict[str, Plain]:
    """Return an edge at one bin: each volume as a number, and as a series of one for readers of windows."""
    numbers = numbers_to_plain(edge.volumes, VOLUMES)
    classes = {name: numbers_to_plain(values, VOLUMES) for name, values in edge.by_class.items()}
    return {
        **_head(edge.edge),
        **{SCALAR_NAMES.get(name, name): value for name, value in numbers.items()},
        "series": _as_series(numbers),
        "seriesMetadata": series_meaning(numbers),
        **filled(byClass={name: _as_series(values) for name, values in classes.items()}),
    }


def edge_window_to_plain(edge: EdgeWindow) -> dict[str, Plain]:
    """Return an edge over a window."""
    series = series_to_plain(edge.volumes, VOLUMES)
    return {
        **_head(edge.edge),
        "series": series,
        "seriesMetadata": series_meaning(series),
        **filled(byClass={name: series_to_plain(values, VOLUMES) for name, values in edge.by_class.items()}),
    }


def _head(edge: Edge) -> dict[str, Plain]:
    return present(
        id=edge.id,
        **{"from": edge.source.node, "to": edge.target.node},
        edgeType=edge.type,
        field=edge.carries,
        multiplier=None if edge.multiplier is None else json_number(edge.multiplier),
        lag=edge.lag,
    )


def _as_series(numbers: dict[str, Plain]) -> dict[str, Plain]:
    return {name: [value] for name, value in numbers.items()}
