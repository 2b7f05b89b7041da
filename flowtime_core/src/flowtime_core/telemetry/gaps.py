"""Gap injection: which bins the rules select, which rule decides each bin, and what becomes of the values.

Whether a bin changes depends on rules, seed, grid, node and metric, never on values or on other files: injecting twice
is injecting once, and injecting into a run is injecting into its capture.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve

from flowtime_core.codec.digest import sha256_of
from flowtime_core.engine.rng import Pcg32
from flowtime_core.records.diagnostic import bin_ranges
from flowtime_core.records.telemetry import (
    BinsBetween,
    BinSelector,
    BinSpans,
    EveryBins,
    GapChange,
    GapConfiguration,
    RandomBins,
)

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt

    from flowtime_core.codec.csv import SeriesReading
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.series import BoolArray
    from flowtime_core.records.telemetry import GapAction, GapRule


def plan_gaps(configuration: GapConfiguration, grid: Grid, node: str, metric: str) -> tuple[GapChange, ...]:
    """Return what the rules do to one metric of one node: per rule the bins that no later rule takes over."""
    deciding: npt.NDArray[np.int64] = np.zeros(grid.bins, dtype=np.int64)
    for number, rule in enumerate(configuration.rules, start=1):
        if _concerns(rule, node, metric):
            stream = _stream(configuration.seed, number, node, metric)
            deciding[_affected(rule, select_bins(rule.bins, grid, stream))] = number
    return tuple(
        GapChange(rule=number, action=rule.action, reason=rule.reason, bins=bin_ranges(bins))
        for number, rule in enumerate(configuration.rules, start=1)
        if (bins := np.flatnonzero(deciding == number).tolist())
    )


def inject(reading: SeriesReading, changes: tuple[GapChange, ...]) -> SeriesReading:
    """Return the values with the planned bins set to 0 or NaN, or without a row; every other bin stays as it is."""
    values, missing = reading.values.copy(), reading.missing.copy()
    for change in changes:
        for span in change.bins:
            bins = slice(span.first, span.last + 1)
            values[bins] = 0.0 if change.action == "zero" else np.nan
            missing[bins] = change.action in {"remove", "truncate"}
    return evolve(reading, values=values, missing=missing)


def new_cells(changes: tuple[GapChange, ...]) -> dict[int, str | None]:
    """Return the cells of a CSV that the plan changes; None drops the row. It says what :func:`inject` does."""
    cells: dict[GapAction, str] = {"zero": "0", "nan": "NaN"}
    return {
        t: cells.get(change.action)
        for change in changes
        for span in change.bins
        for t in range(span.first, span.last + 1)
    }


def select_bins(selector: BinSelector, grid: Grid, stream: Pcg32) -> BoolArray:
    """Return which bins of the grid a selector means, shape (bins,)."""
    bins = np.arange(grid.bins)
    chosen = np.zeros(grid.bins, dtype=np.bool_)
    match selector:
        case BinSpans():
            for span in selector.spans:
                chosen[span.first : span.last + 1] = True
        case EveryBins():
            chosen = (bins >= selector.offset) & ((bins - selector.offset) % selector.every < selector.length)
        case RandomBins():
            chosen = stream.next_floats(grid.bins) < selector.fraction
        case BinsBetween() if grid.start is not None:
            first = 0 if selector.start is None else _first_bin_from(selector.start, grid, grid.start)
            end = grid.bins if selector.end is None else _first_bin_from(selector.end, grid, grid.start)
            chosen = (bins >= first) & (bins < end)
        case _:  # times mean nothing on a grid without a start
            pass
    return chosen


def _concerns(rule: GapRule, node: str, metric: str) -> bool:
    if rule.metrics and metric not in rule.metrics:
        return False
    return not rule.nodes or any(fnmatchcase(node, glob) for glob in rule.nodes)


def _affected(rule: GapRule, chosen: BoolArray) -> BoolArray:
    """Return the chosen bins, or for a truncation those after the first of them."""
    if rule.action != "truncate" or not chosen.any():
        return chosen
    return np.arange(len(chosen)) > int(chosen.argmax())


def _first_bin_from(moment: datetime, grid: Grid, start: datetime) -> int:
    """Return the first bin that begins at a time or later; below 0 for a time before the grid."""
    seconds = (moment - start).total_seconds()
    return int(-(-seconds // grid.bin_seconds))


def _stream(seed: int, rule: int, node: str, metric: str) -> Pcg32:
    """Return a stream of its own for each rule and metric, so that no file's bins depend on which others there are."""
    digest = sha256_of(f"{seed}\n{rule}\n{node}\n{metric}".encode()).removeprefix("sha256:")
    return Pcg32(int(digest[:16], 16))
