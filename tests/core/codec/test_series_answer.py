"""Series as CSV and on the wire."""

from __future__ import annotations

import math

import numpy as np
from attrs import evolve

from flowtime_core.codec.csv import read_series_csv
from flowtime_core.codec.series_answer import series_to_csv, series_to_plain
from flowtime_core.records.series import Series

A, B = (
    Series(id=series_id, unit="entities/bin", kind="flow", values=np.array(values))
    for series_id, values in (("a@A@DEFAULT", [1.0, 0.5]), ("b@B@DEFAULT", [2.0, math.nan]))
)


def test_one_series_is_a_csv_that_a_model_reads() -> None:
    """A single series has the header of stored series."""
    text = series_to_csv([A])
    assert text == b"bin_index,value\n0,1\n1,0.5\n"
    assert read_series_csv(text, source="a").tolist() == [1, 0.5]


def test_several_series_stand_side_by_side() -> None:
    """Each series is a column named by its id; undefined is NaN."""
    assert series_to_csv([A, B]) == b"bin_index,a@A@DEFAULT,b@B@DEFAULT\n0,1,2\n1,0.5,NaN\n"


def test_on_the_wire_undefined_is_null() -> None:
    """Values are given when asked for."""
    head = {"id": "b@B@DEFAULT", "kind": "flow", "unit": "entities/bin", "points": 2}
    assert series_to_plain("r", [B]) == {"runId": "r", "series": [{**head, "values": [2, None]}]}
    assert series_to_plain("r", [B], with_values=False) == {"runId": "r", "series": [head]}


def test_what_nobody_measured_is_an_empty_cell() -> None:
    """7.2 NaN is a value without meaning, an empty cell one that is not there; alone or beside others."""
    measured = evolve(A, values=np.array([1.0, np.nan, np.nan]), missing=(2,))
    assert series_to_csv([measured]) == b"bin_index,value\n0,1\n1,NaN\n2,\n"
    assert series_to_csv([measured, measured]).splitlines()[2:] == [b"1,NaN,NaN", b"2,,"]
