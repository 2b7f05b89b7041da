"""From a stored run to what a person wants to see first: totals, peaks and the worst colour of every node."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import evolve

from flowtime_core.expr.kernels.whole import exact_sum, mean
from flowtime_core.records.diagnostic import bin_ranges
from flowtime_core.records.ids import short_name
from flowtime_core.records.summary import NodeSummary, SeriesSummary, Trend
from flowtime_core.state.course import course
from flowtime_core.state.derive import derive
from flowtime_core.state.load import load_nodes
from flowtime_core.state.span import check_span, check_step
from flowtime_core.state.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flowtime_core.records.grid import Grid
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.series import FloatArray, Series
    from flowtime_core.state.load import NodeRoles

WORST_FIRST: Final = ("red", "yellow", "green", "dlq", "gray")
TREND_MEASURES: Final = ("queueDepth", "utilization", "arrivals")
"""What the course of a node shows: the first of these that it has."""


def summarise_nodes(run: StoredRun, first: int = 0, last: int | None = None, step: int = 1) -> tuple[NodeSummary, ...]:
    """Return one summary per topology node over bins ``first`` to ``last``, in topology order; none without topology.

    With a ``step`` peaks, means, colours and the course are those of so many bins at a time; totals stay as they are.

    Raises
    ------
    InputError
        ``invalid_bin`` for bins outside the grid or backwards, ``invalid_input`` for a step below 1.
    """
    if not run.model.topology.nodes:
        return ()
    grid = run.model.grid
    end = grid.bins - 1 if last is None else last
    check_span(grid, first, end)
    check_step(step)
    steps = Steps(first=first, last=end, size=step)
    return tuple(_node(data, grid, steps) for data in load_nodes(run))


def summarise_series(run: StoredRun) -> tuple[SeriesSummary, ...]:
    """Return one summary per written series, in the order of the index."""
    return tuple(_series(series) for series in run.series.values())


def _node(data: NodeRoles, grid: Grid, steps: Steps) -> NodeSummary:
    roles = course(data)
    state = derive(roles, grid, steps)
    whole = derive(roles, grid, evolve(steps, size=1)).metrics
    known = {**state.metrics, **state.derived}
    worst = next(colour for colour in WORST_FIRST if colour in state.colours)
    return NodeSummary(
        id=data.node.id,
        kind=data.node.kind,
        arrivals=_total(whole.get("arrivals")),
        served=_total(whole.get("served")),
        errors=_total(whole.get("errors")),
        queue_peak=_peak(known.get("queueDepth")),
        queue_end=_last(known.get("queueDepth")),
        utilization_mean=_mean(known.get("utilization")),
        utilization_peak=_peak(known.get("utilization")),
        latency_peak_minutes=_peak(known.get("latencyMinutes")),
        worst_colour=worst,
        worst_bins=bin_ranges(_bins_of(worst, state.colours, steps)),
        trend=_trend(known, state.colours, steps),
    )


def _bins_of(colour: str, colours: tuple[str, ...], steps: Steps) -> Iterator[int]:
    """Yield every bin of the steps that have a colour."""
    for start, end, found in zip(steps.starts.tolist(), steps.ends.tolist(), colours, strict=True):
        if found == colour:
            yield from range(start, end + 1)


def _trend(known: Mapping[str, FloatArray], colours: tuple[str, ...], steps: Steps) -> Trend:
    measure = next((name for name in TREND_MEASURES if name in known and _defined(known[name])), "")
    return _course(measure, known[measure] if measure else np.full(len(colours), np.nan), colours, steps)


def _course(measure: str, values: FloatArray, colours: tuple[str, ...] = (), steps: Steps | None = None) -> Trend:
    peak = _peak(values)
    place = None if peak is None else values.tolist().index(peak)
    peak_bin = place if place is None or steps is None else steps.first + place * steps.size
    return Trend(measure=measure, values=values, colours=colours, peak=peak, peak_bin=peak_bin)


def _series(series: Series) -> SeriesSummary:
    return SeriesSummary(
        id=series.id,
        name=short_name(series.id),
        unit=series.unit,
        total=_total(series.values) if series.kind == "flow" else None,
        mean=_mean(series.values),
        peak=_peak(series.values),
        trend=_course(series.id, series.values),
    )


def _defined(values: FloatArray | None) -> list[float]:
    return [] if values is None else [x for x in values.tolist() if math.isfinite(x)]


def _total(values: FloatArray | None) -> float | None:
    defined = _defined(values)
    return exact_sum(defined) if defined else None


def _mean(values: FloatArray | None) -> float | None:
    defined = _defined(values)
    return mean(defined) if defined else None


def _peak(values: FloatArray | None) -> float | None:
    return max(_defined(values), default=None)


def _last(values: FloatArray | None) -> float | None:
    return None if values is None else next(iter(_defined(values[-1:])), None)
