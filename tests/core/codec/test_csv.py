"""Series as CSV: exact or refused with the line, never a wrong number (SEMANTICS 7.2)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowtime_core.codec.csv import SeriesReading, parse_series_csv, read_series_csv, write_series_csv
from flowtime_core.errors import Cancelled, DocumentSyntaxError
from tests.support.patience import Patient


def refusal(data: bytes, bins: int | None = None) -> DocumentSyntaxError:
    """The error that a CSV ends in."""
    with pytest.raises(DocumentSyntaxError) as caught:
        parse_series_csv(data, source="a.csv", bins=bins)
    return caught.value


def test_write() -> None:
    """The writer makes a header, LF and canonical numbers, NaN as text (7.2)."""
    values = [1.0, 0.5, -0.0, math.nan, math.inf, -math.inf]
    assert write_series_csv(values) == b"bin_index,value\n0,1\n1,0.5\n2,0\n3,NaN\n4,Infinity\n5,-Infinity\n"
    assert write_series_csv(np.array([])) == b"bin_index,value\n"


@pytest.mark.parametrize(
    "data",
    [
        b"bin_index,value\n0,1\n1,2.5\n",
        b"bin_index,value\n0,1\n1,2.5",
        b"t,value\n0,1\n1,2.5\n",
        b" Bin_Index , VALUE \n0,1\n1,2.5\n",
        b"T,Value\r\n0,1\r\n1,2.5\r\n",
        b"\xef\xbb\xbfbin_index,value\n0,1\n1,2.5\n",
        b"bin_index,value\n0,+1\n01,25e-1\n",
    ],
)
def test_read_accepts(data: bytes) -> None:
    """The reader takes both headers, any case, a byte order mark, CRLF and a missing last LF (7.2)."""
    assert read_series_csv(data, source="a.csv", bins=2).tolist() == [1.0, 2.5]
    assert read_series_csv(data, source="a.csv").tolist() == [1.0, 2.5]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_read_tells_missing_from_undefined(ending: str) -> None:
    """An empty cell or an absent row is a missing bin, NaN or Infinity an undefined one (7.2)."""
    data = ending.join(["bin_index,value", "0,1", "1,", "2,NaN", "4,Infinity", ""]).encode()
    reading = parse_series_csv(data, source="a.csv", bins=7)
    assert np.array_equal(
        reading.values, [1, math.nan, math.nan, math.nan, math.inf, math.nan, math.nan], equal_nan=True
    )
    assert reading.missing_bins == (1, 3, 5, 6)
    assert reading.undefined_bins == (2, 4)


def test_read_canonical_with_an_empty_cell() -> None:
    """The fast way tells missing from undefined like the slow one."""
    reading = parse_series_csv(b"bin_index,value\n0,\n1,NaN\n2,3\n", source="a.csv", bins=3)
    assert (reading.missing_bins, reading.undefined_bins) == ((0,), (1,))
    assert reading == parse_series_csv(b"t,value\n0,\n1,NaN\n2,3\n", source="a.csv", bins=3)


def test_read_nothing() -> None:
    """A header alone is a series whose bins are all missing."""
    assert read_series_csv(b"bin_index,value\n", source="a.csv").shape == (0,)
    assert read_series_csv(b"bin_index,value\n", source="a.csv", bins=2).shape == (2,)


def test_reading_is_read_only() -> None:
    """Nobody writes through a reading, and readings compare by content."""
    reading = parse_series_csv(b"bin_index,value\n0,1\n", source="a.csv")
    assert not reading.values.flags.writeable
    assert not reading.missing.flags.writeable
    assert reading == SeriesReading(values=np.array([1.0]), missing=np.array([False]))
    assert reading != SeriesReading(values=np.array([math.nan]), missing=np.array([True]))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (b"0;1", "looks like semicolon CSV"),
        (b"0;1,5", "looks like semicolon CSV"),
        (b"0\t1", "looks like tab-separated"),
        (b"0,1,5", "looks like a decimal comma"),
        (b"0,1,000,000", "looks like a decimal comma"),
        (b"0,1,x", "got 3"),
        (b"0", "got 1"),
        (b"", "blank"),
        (b"  ", "blank"),
        (b"0,1\r2", "lone carriage return"),
        (b"0,1\r\r", "lone carriage return"),
        (b"0," + b"1" * 255, "longer than 256 bytes"),
        (b"x,1", "bin 'x' is not a bin number"),
        (b",1", "bin '' is not"),
        (b"-1,1", "bin '-1' is not"),
        (b" 0,1", "bin ' 0' is not"),
        (b"0.0,1", "bin '0.0' is not"),
        (b"1_0,1", "bin '1_0' is not"),
        ("\u0663,1".encode(), "is not a bin number"),
        (b"12345678901,1", "is not a bin number"),
        (b"3,1", "outside the grid of bins 0 to 2"),
        (b"0, 1", "' 1' is not a number"),
        (b"0,1 ", "'1 ' is not a number"),
        (b"0,1_000", "is not a number"),
        ("0,\u0661".encode(), "is not a number"),
        (b"0,nan", "is not a number"),
        (b"0,inf", "is not a number"),
        (b"0,null", "is not a number"),
        (b"0,-", "is not a number"),
        (b"0,0x10", "is not a number"),
        (b'0,"1"', "is not a number"),
        (b'0,"1', "is not a number"),
        (b"0,=1+1", "is not a number"),
        (b"0,1e999", "too large"),
        (b"0,1\x00", "is not a number"),
    ],
)
def test_read_refuses_a_row(row: bytes, message: str) -> None:
    """Every hazard of a row is an error that names the line and what it looks like."""
    error = refusal(b"t,value\n" + row + b"\n1,2\n", bins=3)
    assert message in error.message
    assert (error.code, error.source, error.line) == ("invalid_csv", "a.csv", 2)
    assert error.hint


@pytest.mark.parametrize("value", [b"1e+999", b"nan", b"01.5.2"])
def test_the_fast_way_takes_nothing_the_slow_way_refuses(value: bytes) -> None:
    """A canonical header does not open a second door."""
    assert refusal(b"bin_index,value\n0," + value + b"\n").line == 2


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"", 1, "blank"),
        (b"0,1\n1,2\n", 1, "expected the header"),
        (b"bin,value\n0,1\n", 1, "expected the header"),
        (b"bin_index;value\n0;1\n", 1, "semicolon"),
        (b"bin_index,value,x\n0,1,2\n", 1, "got 3"),
        (b"bin_index,value\n0,1\n0,2\n", 3, "bin 0 is there twice"),
        (b"bin_index,value\n0,1\n2,2\n1,2\n", 4, "bin 1 comes after bin 2"),
        (b"bin_index,value\n0,1\n1,2\n2,2\n3,1\n", 5, "outside the grid of bins 0 to 2"),
        (b"bin_index,value\n0,1\n\n", 3, "blank"),
        (b"bin_index,value\n\n0,1\n", 2, "blank"),
        (b"bin_index,value\r0,1\r", 1, "carriage return"),
    ],
)
def test_read_refuses_a_file(data: bytes, line: int, message: str) -> None:
    """Wrong headers, order, duplicates, blanks and bins outside the grid name the line."""
    error = refusal(data, bins=3)
    assert (error.line, error.code) == (line, "invalid_csv")
    assert message in error.message


def test_read_refuses_bytes_that_are_not_utf8() -> None:
    """Another encoding is named with its line."""
    error = refusal(b"bin_index,value\n0,\xff\n")
    assert (error.code, error.line, error.column) == ("encoding_error", 2, 3)


def test_read_without_a_grid_is_bounded() -> None:
    """One row far away does not fill the memory."""
    assert "outside the grid of bins 0 to 999999" in refusal(b"bin_index,value\n999999999,1\n").message


def test_the_canonical_form_of_another_grid_goes_the_slow_way() -> None:
    """A series of the wrong length is missing bins, or is refused."""
    data = write_series_csv([1.0, 2.0])
    assert parse_series_csv(data, source="a.csv", bins=3).missing_bins == (2,)
    assert refusal(data, bins=1).line == 3


def test_a_long_series_is_written_in_parts_and_can_be_stopped_between_them() -> None:
    """The token is asked before each 65536 rows; the text is one, with bins in order."""
    token = Patient(3)
    lines = write_series_csv(np.arange(140_000.0), cancel=token).decode().splitlines()
    assert token.asked == token.times
    assert lines == ["bin_index,value", *(f"{t},{t}" for t in range(140_000))]
    with pytest.raises(Cancelled):
        write_series_csv(np.arange(140_000.0), cancel=Patient(2))
