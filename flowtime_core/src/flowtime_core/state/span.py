"""Which bins may be asked for."""

from __future__ import annotations

from typing import Final

from flowtime_core.errors import InputError, LimitError
from flowtime_core.records.grid import Grid

MAX_WINDOW_BINS: Final = 500


def check_bin(grid: Grid, t: int, name: str) -> None:
    """Refuse a bin outside the grid.

    Raises
    ------
    InputError
        ``invalid_bin`` with the allowed range.
    """
    if not 0 <= t < grid.bins:
        raise InputError(
            f"{name} is {t}, expected 0 to {grid.bins - 1}",
            code="invalid_bin",
            hint=f"the grid has {grid.bins} bins",
        )


def check_window(grid: Grid, start: int, end: int) -> None:
    """Refuse a window (both ends included) outside the grid, backwards or too large.

    Raises
    ------
    InputError
        ``invalid_bin`` with the allowed range.
    LimitError
        ``window_too_large`` for more than 500 bins.
    """
    check_bin(grid, start, "startBin")
    check_bin(grid, end, "endBin")
    if end < start:
        raise InputError(
            f"endBin is {end}, expected {start} to {grid.bins - 1}",
            code="invalid_bin",
            hint="endBin is included and not before startBin",
        )
    if end - start + 1 > MAX_WINDOW_BINS:
        raise LimitError(
            f"the window has {end - start + 1} bins, expected at most {MAX_WINDOW_BINS}",
            code="window_too_large",
            hint="ask for several windows",
        )
