"""Promises kept: completion and adherence to a schedule (SEMANTICS 5.5). Arrays have shape (bins,), NaN is null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from flowtime_core.engine.metrics import throughput_ratio

if TYPE_CHECKING:
    from flowtime_core.records.series import BoolArray, FloatArray


LEVEL: Final = 0.95
"""Share of its arrivals that a node has to serve in a bin to meet its level."""


def served_share(served: FloatArray, arrivals: FloatArray) -> FloatArray:
    """Return served/arrivals clamped to [0, 1], 1 where nothing came [1]; null where either is."""
    idle = (arrivals <= 0.0) & np.isfinite(served)
    return np.where(idle, 1.0, throughput_ratio(served, arrivals))


def completion(ratio: FloatArray, opened: BoolArray | None) -> FloatArray:
    """Return throughputRatio[t] on open or unscheduled bins, else that of the last open bin [1] (SEMANTICS 5.5)."""
    if opened is None:
        return ratio
    last_open = np.maximum.accumulate(np.where(opened, np.arange(len(ratio)), -1))
    return np.where(last_open >= 0, ratio[last_open], np.nan)


def schedule_adherence(served: FloatArray, opened: BoolArray) -> FloatArray:
    """Return 1 where an open bin served something, 0 where it did not, null on closed bins [1] (SEMANTICS 5.5)."""
    return np.where(opened & np.isfinite(served), (served > 0.0).astype(np.float64), np.nan)
