"""Bins that are missing or undefined in the run itself: told, and where asked for written as 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve

from flowtime_core.records.diagnostic import bin_ranges
from flowtime_core.telemetry.warnings import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.codec.csv import SeriesReading
    from flowtime_core.records.diagnostic import BinRange
    from flowtime_core.records.series import BoolArray
    from flowtime_core.records.telemetry import CaptureBinding, GapHandling


def handle_gaps(
    reading: SeriesReading, handling: GapHandling, binding: CaptureBinding
) -> tuple[SeriesReading, tuple[Notice, ...]]:
    """Return the values with what is to be filled set to 0, and what there is to say about the rest."""
    missing = reading.missing
    undefined = reading.undefined
    notices = tuple(_notices(missing, undefined, handling, binding))
    filled = (missing & handling.fill_gaps) | (undefined & handling.fill_nan)
    if not filled.any():
        return reading, notices
    values = np.where(filled, 0.0, reading.values)
    return evolve(reading, values=values, missing=missing & ~filled), notices


def _notices(
    missing: BoolArray, undefined: BoolArray, handling: GapHandling, binding: CaptureBinding
) -> Iterator[Notice]:
    if missing.any() and (handling.detect or handling.fill_gaps):
        detail = "written as 0" if handling.fill_gaps else ""
        yield Notice(code="data_gap", binding=binding, bins=_spans(missing), detail=detail)
    if undefined.any():
        code = "nan_fill" if handling.fill_nan else "nan_detected"
        yield Notice(code=code, binding=binding, bins=_spans(undefined))


def _spans(mask: BoolArray) -> tuple[BinRange, ...]:
    return bin_ranges(np.flatnonzero(mask).tolist())
