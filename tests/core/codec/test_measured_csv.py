"""Measured series in a run's own form (SEMANTICS 7.2)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.csv import parse_series_csv
from flowtime_core.codec.measured_csv import write_measured_csv
from flowtime_core.errors import DocumentSyntaxError


def test_what_is_missing_and_what_is_undefined_stay_apart() -> None:
    """A missing bin is an empty cell and reads back as missing; NaN is NaN."""
    reading = parse_series_csv(b"t,value\r\n0,1\r\n2,NaN\r\n3,\r\n", source="a.csv", bins=5)
    written = write_measured_csv(reading)
    assert written == b"bin_index,value\n0,1\n1,\n2,NaN\n3,\n4,\n"
    assert parse_series_csv(written, source="b.csv", bins=5) == reading


def test_a_column_of_classes_is_passed_over() -> None:
    """The newest reference names the class of a file in every row."""
    text = b"\xef\xbb\xbfBin_Index,ClassId,value\r\n0,vip,1.5\r\n1,vip,\r\n"
    reading = parse_series_csv(text, source="a.csv")
    assert (reading.values.tolist()[0], reading.missing_bins) == (1.5, (1,))
    with pytest.raises(DocumentSyntaxError) as caught:
        parse_series_csv(b"bin_index,classId,value\n0,vip,1\n1,1\n", source="a.csv")
    assert caught.value.line == 3
