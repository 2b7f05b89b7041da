"""A run as a wide table of another library: one row per bin, one column per series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flowtime_core.artifacts.extra import import_extra

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    import polars as pl

    from flowtime_core.records.run import StoredRun

START: Final = "start"
BIN: Final = "bin"
"""What the first column, or the index, holds: the UTC start of each bin, or its number where the grid has no start."""


def wide_pandas(run: StoredRun) -> pd.DataFrame:
    """Return a pandas DataFrame whose index is time; what is undefined is NaN.

    Raises
    ------
    PreconditionError
        ``extra_missing``: needs ``flowtime-core[pandas]``.
    """
    pandas = import_extra("pandas", "pandas")
    starts = _starts(run)
    bins = run.model.grid.bins
    index = pandas.RangeIndex(bins, name=BIN) if starts is None else pandas.DatetimeIndex(starts, name=START)
    frame: pd.DataFrame = pandas.DataFrame({key: series.values for key, series in run.series.items()}, index=index)
    return frame


def wide_polars(run: StoredRun) -> pl.DataFrame:
    """Return a polars DataFrame whose first column is time; what is undefined is null.

    Raises
    ------
    PreconditionError
        ``extra_missing``: needs ``flowtime-core[polars]``.
    """
    polars = import_extra("polars", "polars")
    starts = _starts(run)
    time = (
        polars.Series(BIN, range(run.model.grid.bins), polars.Int64)
        if starts is None
        else polars.Series(START, starts, polars.Datetime("ms", "UTC"))
    )
    columns = [polars.Series(key, series.values, nan_to_null=True) for key, series in run.series.items()]
    frame: pl.DataFrame = polars.DataFrame([time, *columns])
    return frame


def wide_arrow(run: StoredRun) -> Any:  # noqa: ANN401 - a pyarrow.Table, which has no types
    """Return an Arrow table whose first column is time; what is undefined is null.

    Raises
    ------
    PreconditionError
        ``extra_missing``: needs ``flowtime-core[arrow]``.
    """
    arrow = import_extra("pyarrow", "arrow")
    starts = _starts(run)
    time = (
        arrow.array(range(run.model.grid.bins), arrow.int64())
        if starts is None
        else arrow.array(starts, arrow.timestamp("ms", "UTC"))
    )
    columns = [arrow.array(one.values, arrow.float64(), mask=np.isnan(one.values)) for one in run.series.values()]
    return arrow.Table.from_arrays([time, *columns], names=[BIN if starts is None else START, *run.series])


def _starts(run: StoredRun) -> list[datetime] | None:
    """Return the UTC start of each bin, or None where the grid has none."""
    grid = run.model.grid
    starts = [grid.bin_start(t) for t in range(grid.bins)]
    return None if grid.start is None else [start for start in starts if start is not None]
