"""A run as one table."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime

import numpy as np
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from attrs import evolve

import flowtime_core as ft
from flowtime_core.artifacts.export import FORMATS, export_run, export_to_arrow, find_format, series_to_arrow
from flowtime_core.errors import InputError, PreconditionError
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import Series
from tests.support.desk import MODEL, NO_TOPOLOGY
from tests.support.stored_runs import Node, stored_run

NAN, INF = float("nan"), float("inf")
RUN = stored_run(Node(id="Desk", roles={"arrivals": [1, 2.5, NAN, INF], "served": [0, 1, 2, 3]}))
COLUMNS = ["time_bin", "component_id", "measure", "class", "value"]


def of_class(run: StoredRun) -> StoredRun:
    """The run with one series of a class, and one that is shorter than the grid."""
    values = np.array([4.0, 5.0])
    one = Series(id="orders@ORDERS@Vip", unit="entities/bin", kind="flow", values=values)
    return evolve(run, series={**run.series, one.id: one})


def test_csv_has_a_row_per_series_and_bin_with_the_time_of_the_bin() -> None:
    """Columns as the reference names them, the class among them; values as in the files of a run."""
    assert export_run(of_class(RUN), "csv").decode() == (
        "time_bin,component_id,measure,class,value\n"
        "2025-01-01T00:00:00Z,DESK_ARRIVALS,Desk_arrivals,DEFAULT,1\n"
        "2025-01-01T00:05:00Z,DESK_ARRIVALS,Desk_arrivals,DEFAULT,2.5\n"
        "2025-01-01T00:10:00Z,DESK_ARRIVALS,Desk_arrivals,DEFAULT,NaN\n"
        "2025-01-01T00:15:00Z,DESK_ARRIVALS,Desk_arrivals,DEFAULT,Infinity\n"
        "2025-01-01T00:00:00Z,DESK_SERVED,Desk_served,DEFAULT,0\n"
        "2025-01-01T00:05:00Z,DESK_SERVED,Desk_served,DEFAULT,1\n"
        "2025-01-01T00:10:00Z,DESK_SERVED,Desk_served,DEFAULT,2\n"
        "2025-01-01T00:15:00Z,DESK_SERVED,Desk_served,DEFAULT,3\n"
        "2025-01-01T00:00:00Z,ORDERS,orders,Vip,4\n"
        "2025-01-01T00:05:00Z,ORDERS,orders,Vip,5\n"
    )


def test_ndjson_and_parquet_say_the_same() -> None:
    """One object per line; what is undefined is null."""
    run = of_class(RUN)
    rows = [json.loads(line) for line in export_run(run, "ndjson").splitlines()]
    assert [list(row) for row in rows] == [COLUMNS] * 10
    assert [row["value"] for row in rows] == [1, 2.5, None, None, 0, 1, 2, 3, 4, 5]
    table = pq.read_table(io.BytesIO(export_run(run, "parquet")))
    assert table.column_names == COLUMNS
    read = table.to_pylist()
    assert read[9] == {
        "time_bin": datetime(2025, 1, 1, 0, 5, tzinfo=UTC),
        "component_id": "ORDERS",
        "measure": "orders",
        "class": "Vip",
        "value": 5.0,
    }
    texts = [row | {"time_bin": f"{row['time_bin']:%Y-%m-%dT%H:%M:%SZ}"} for row in read]
    assert texts == rows


def test_without_a_start_the_bins_are_numbered() -> None:
    """A time that nobody knows is not made up."""
    run = stored_run(Node(id="Desk", roles={"served": [7, 8, 9, 10]}), start=None)
    assert export_run(run, "csv").decode().splitlines()[1:3] == [
        "0,DESK_SERVED,Desk_served,DEFAULT,7",
        "1,DESK_SERVED,Desk_served,DEFAULT,8",
    ]
    assert export_to_arrow(run).column("time_bin").to_pylist() == [0, 1, 2, 3]


def test_a_run_without_series_is_an_empty_table() -> None:
    """The columns are there."""
    run = evolve(RUN, series={})
    assert export_run(run, "csv") == b"time_bin,component_id,measure,class,value\n"
    assert export_run(run, "ndjson") == b""
    table = export_to_arrow(run)
    assert (table.column_names, table.num_rows) == (COLUMNS, 0)


def test_an_id_that_is_not_of_three_parts_is_the_measure() -> None:
    """Older runs may name a series as they like."""
    one = Series(id="odd", unit="", kind="flow", values=np.array([1.0]))
    assert export_run(evolve(RUN, series={"odd": one}), "csv").splitlines()[1] == b"2025-01-01T00:00:00Z,,odd,,1"


def test_a_run_exports_itself() -> None:
    """From a notebook, in every form; equal runs give equal bytes."""
    one, two = (ft.run(MODEL) for _ in range(2))
    for form in FORMATS:
        assert one.export(form) == two.export(form)
    assert one.export().count(b"\n") == 1 + 4 * len(one.series)
    assert ft.run(NO_TOPOLOGY).export().splitlines()[1] == b"0,A,a,DEFAULT,0"


def test_an_unknown_form_is_refused() -> None:
    """The hint names the forms there are."""
    with pytest.raises(InputError) as caught:
        find_format("xls")
    assert caught.value.hint == "use one of csv, ndjson, parquet"


def test_without_arrow_parquet_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """CSV needs nothing."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(PreconditionError) as caught:
        export_run(RUN, "parquet")
    assert (caught.value.code, caught.value.hint) == ("extra_missing", "pip install 'flowtime-core[arrow]'")
    assert export_run(RUN, "csv")


def test_a_series_is_a_stream_of_two_columns() -> None:
    """Bin and value, null where it is undefined; the schema says which series it is."""
    one = next(iter(RUN.series.values()))
    table = pyarrow.ipc.open_stream(series_to_arrow(one)).read_all()
    assert table.to_pydict() == {"bin_index": [0, 1, 2, 3], "value": [1, 2.5, None, None]}
    assert table.schema.metadata == {
        b"id": one.id.encode(),
        b"unit": one.unit.encode(),
        b"kind": one.kind.encode(),
    }


def test_a_stream_needs_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the error says what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(PreconditionError, match="pyarrow is not installed") as caught:
        series_to_arrow(next(iter(RUN.series.values())))
    assert caught.value.code == "extra_missing"
