"""Runs as wide tables of other libraries."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import pytest

import flowtime_core as ft
from tests.support.desk import MODEL, NO_TOPOLOGY

RUN = ft.run(MODEL)
BARE = ft.run(NO_TOPOLOGY)
STARTS = [datetime(2025, 1, 1, 0, 15 * t, tzinfo=UTC) for t in range(4)]
DEMAND = "demand@DEMAND@DEFAULT"


def _of_pandas(run: ft.Run, name: str) -> list[Any]:
    frame = run.to_frame().reset_index()
    return [None if value != value else value for value in frame[name].tolist()]  # noqa: PLR0124 - NaN


def _of_polars(run: ft.Run, name: str) -> list[Any]:
    return run.to_polars()[name].to_list()


def _of_arrow(run: ft.Run, name: str) -> list[Any]:
    return list(run.to_arrow()[name].to_pylist())


@pytest.mark.parametrize("column", [_of_pandas, _of_polars, _of_arrow])
def test_a_row_per_bin_with_its_time_and_a_column_per_series(column: Any) -> None:  # noqa: ANN401 - one of the above
    """Times are real and in UTC, bins are numbered where there are none, and what is undefined is so there."""
    assert column(RUN, "start") == STARTS
    assert column(RUN, DEMAND) == [10, 20, 30, 20]
    assert column(BARE, "bin") == [0, 1]
    assert column(BARE, "b@B@DEFAULT") == [None if value != value else value for value in BARE.series["b"].values]  # noqa: PLR0124


def test_columns_are_the_same_everywhere() -> None:
    """Time first, then the series in the order of the index."""
    names = ["start", *RUN.series]
    assert RUN.to_polars().columns == RUN.to_arrow().column_names == list(RUN.to_frame().reset_index().columns) == names


@pytest.mark.parametrize(
    ("module", "extra", "method"),
    [("pandas", "pandas", "to_frame"), ("polars", "polars", "to_polars"), ("pyarrow", "arrow", "to_arrow")],
)
def test_a_missing_package_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, module: str, extra: str, method: str
) -> None:
    """The hint is the command that installs it."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ft.PreconditionError) as caught:
        getattr(RUN, method)()
    told = caught.value
    assert (told.code, told.message) == ("extra_missing", f"{module} is not installed")
    assert told.hint == f"pip install 'flowtime-core[{extra}]'"
