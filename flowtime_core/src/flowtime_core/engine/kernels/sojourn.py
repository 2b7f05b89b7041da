"""First in, first out: how long what leaves a queue was in it, and how old the oldest work is (SEMANTICS 5.5, 5.6).

Time is counted in bins from the start of the grid: bin t covers [t, t + 1).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_core.records.series import FloatArray

SMALLEST_STEP: Final = 1e-9
"""Departures below this part of all that ever arrived are rounding; they wait for the next bin."""


@frozen(kw_only=True)
class Passage:
    """What came to a queue and what left it, cumulative and linear inside bins.

    Attributes
    ----------
    arrived : float64 array, shape (known + 1,)
        A at times 0, 1, ..: initial content, arrivals and overflow received [entities].
    left : float64 array, shape (known + 1,)
        D = A - Q at the same times [entities]; 0 at time 0, never falling.
    bins : int
        Bins of the grid; from bin ``known`` on the flow is not defined.
    """

    arrived: FloatArray = field(eq=False)
    left: FloatArray = field(eq=False)
    bins: int

    @property
    def known(self) -> int:
        """How many bins are defined."""
        return len(self.left) - 1


def passage(inflow: FloatArray, depth: FloatArray, initial: float) -> Passage:
    """Return A[t] = A[t-1] + inflow[t] from ``initial`` on, and D[t] = A[t] - Q[t] (SEMANTICS 5.6).

    Both arrays have shape (bins,); after the first value that is not finite nothing is known.
    """
    undefined = np.flatnonzero(~(np.isfinite(inflow) & np.isfinite(depth)))
    known = int(undefined[0]) if len(undefined) else len(inflow)
    arrived = np.cumsum(np.concatenate([[initial], inflow[:known]]))
    left = [0.0]
    for total, rest in zip(arrived[1:].tolist(), depth[:known].tolist(), strict=True):
        now = total - rest
        left.append(now if now - left[-1] > SMALLEST_STEP * total else left[-1])
    return Passage(arrived=arrived, left=np.array(left), bins=len(inflow))


@frozen(kw_only=True)
class Departures:
    """What left, in stretches over which the wait changes linearly; all arrays have shape (stretches,).

    Attributes
    ----------
    bins : int64 array
        The bin in which the stretch left, ascending.
    mass : float64 array
        Entities of the stretch.
    first, last : float64 array
        Wait of its first and its last entity [bins].
    """

    bins: npt.NDArray[np.int64] = field(eq=False)
    mass: FloatArray = field(eq=False)
    first: FloatArray = field(eq=False)
    last: FloatArray = field(eq=False)

    def between(self, start: int, end: int) -> Departures:
        """Return what left in bins ``start`` to ``end - 1``."""
        lo, hi = np.searchsorted(self.bins, [start, end])
        return Departures(bins=self.bins[lo:hi], mass=self.mass[lo:hi], first=self.first[lo:hi], last=self.last[lo:hi])


def departures(flow: Passage) -> Departures:
    """Return W(n) = time D reaches n - time A reaches n of all that left (SEMANTICS 5.6)."""
    arrived, left = flow.arrived, flow.left
    cuts = np.unique(np.concatenate([left, arrived[arrived <= left[-1]]]))
    low, high = cuts[:-1], cuts[1:]
    bins = np.searchsorted(left, high) - 1
    came = np.searchsorted(arrived, high) - 1

    def wait(n: FloatArray) -> FloatArray:
        return np.maximum(0.0, _time(left, bins, n) - _time(arrived, came, n))

    return Departures(bins=bins, mass=high - low, first=wait(low), last=wait(high))


def _time(curve: FloatArray, before: npt.NDArray[np.int64], n: FloatArray) -> FloatArray:
    """Return when a curve reaches ``n`` in the bin ``before`` names; -1 is content that was there at time 0."""
    place = np.maximum(before, 0)
    rise = curve[np.minimum(place + 1, len(curve) - 1)] - curve[place]
    inside = (n - curve[place]) / np.where(rise > 0.0, rise, 1.0)
    return np.where(before < 0, 0.0, place + inside)


def mean_wait(what: Departures) -> float:
    """Return the mean of W weighted by n [bins]; NaN where nothing left."""
    total = math.fsum(what.mass.tolist())
    weighted = math.fsum((what.mass * (what.first + what.last)).tolist())
    return weighted / (2.0 * total) if total > 0.0 else math.nan


def wait_quantiles(what: Departures, shares: Sequence[float]) -> list[float]:
    """Return inf{w: F(w) >= p} of each p [bins], F the share of what left with a wait of at most w (SEMANTICS 5.6).

    Within a stretch the waits lie evenly between its first and its last.
    """
    if len(what.mass) == 0:
        return [math.nan] * len(shares)
    low, high = np.minimum(what.first, what.last), np.maximum(what.first, what.last)
    width = high - low
    even = width > 0.0
    points = np.unique(np.concatenate([low, high]))
    inside = np.clip((points[:, None] - low) / np.where(even, width, 1.0), 0.0, 1.0)
    reached = np.maximum.accumulate(_row_sums(np.where(even, inside, points[:, None] >= low) * what.mass))
    before = _row_sums(np.where(even, inside, points[:, None] > low) * what.mass)
    return [_quantile(points, reached, before, share * float(reached[-1])) for share in shares]


def _row_sums(table: FloatArray) -> FloatArray:
    """Return the sum of each row, added from left to right."""
    return np.cumsum(table, axis=1)[:, -1]


def _quantile(points: FloatArray, reached: FloatArray, before: FloatArray, wanted: float) -> float:
    """Return the first wait by which ``wanted`` entities have left; ``before`` leaves out those of just that wait."""
    i = min(int(np.searchsorted(reached, wanted)), len(points) - 1)
    if i == 0 or before[i] < wanted:
        return float(points[i])
    part = (wanted - reached[i - 1]) / (before[i] - reached[i - 1])
    return float(points[i - 1] + part * (points[i] - points[i - 1]))


def oldest_age(flow: Passage, depth: FloatArray) -> FloatArray:
    """Return the age of the oldest work at the end of each bin [bins], shape (bins,); NaN where Q = 0."""
    ages = np.full(flow.bins, np.nan)
    ends = np.arange(1, flow.known + 1)
    front = flow.left[1:]
    came = np.searchsorted(flow.arrived, front, side="right") - 1
    waiting = (depth[: flow.known] > 0.0) & (came < ends)
    ages[: flow.known][waiting] = (ends - _time(flow.arrived, came, front))[waiting]
    return ages
