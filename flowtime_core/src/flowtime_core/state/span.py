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


def check_span(grid: Grid, start: int, end: int) -> None:
    """Refuse bins (both ends included) outside the grid or backwards.

    Raises
    ------
    InputError
        ``invalid_bin`` with the allowed range.
    """
    check_bin(grid, start, "startBin")
    check_bin(grid, end, "endBin")
    if end < start:
        raise InputError(
            f"endBin is {end}, expected {start} to {grid.bins - 1}",
            code="invalid_bin",
            hint="endBin is included and not before startBin",
        )


def check_step(step: int) -> None:
    """Refuse a step that is no number of bins.

    Raises
    ------
    InputError
        ``invalid_input`` for a step below 1.
    """
    if step < 1:
        raise InputError(f"step is {step}, expected 1 or more", hint="a step is a number of bins")


def check_window(grid: Grid, start: int, end: int, step: int = 1) -> None:
    """Refuse a window (both ends included) outside the grid, backwards or too large.

    Raises
    ------
    InputError
        ``invalid_bin`` with the allowed range; ``invalid_input`` for a step below 1.
    LimitError
        ``window_too_large`` for more than 500 steps.
    """
    check_span(grid, start, end)
    check_step(step)
    bins = end - start + 1
    if -(-bins // step) > MAX_WINDOW_BINS:
        shown = f"{bins} bins" if step == 1 else f"{bins} bins in steps of {step}"
        raise LimitError(
            f"the window has {shown}, expected at most {MAX_WINDOW_BINS} values",
            code="window_too_large",
            hint=f"ask for a step of {-(-bins // MAX_WINDOW_BINS)} bins, or for several windows",
        )
