"""Measured series in a run's own form: one row per bin, an empty cell where nothing was measured (SEMANTICS 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.csv import HEADER
from flowtime_core.codec.number import format_number

if TYPE_CHECKING:
    from flowtime_core.codec.csv import SeriesReading


def write_measured_csv(reading: SeriesReading) -> bytes:
    """Return a reading as CSV; a missing bin is an empty cell, an undefined one says ``NaN``."""
    numbers: list[float] = reading.values.tolist()
    gone: list[bool] = reading.missing.tolist()
    cells = ("" if absent else format_number(x) for x, absent in zip(numbers, gone, strict=True))
    rows = (f"{t},{cell}\n" for t, cell in enumerate(cells))
    return f"{HEADER}\n{''.join(rows)}".encode("ascii")
