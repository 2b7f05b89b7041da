"""Series as CSV: one strict reader, one canonical writer (SEMANTICS 7.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import cmp_using, field, frozen

from flowtime_core.codec.number import format_number, parse_number, shorten
from flowtime_core.codec.text import decode_text
from flowtime_core.errors import DocumentSyntaxError, InputError
from flowtime_core.records.event import heed
from flowtime_core.records.fixed import read_only
from flowtime_core.records.series import BoolArray, FloatArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowtime_core.records.event import CancelToken

HEADER: Final = "bin_index,value"

_HEADERS: Final = {("bin_index", "value"), ("t", "value")}
_ROW_HINT: Final = f"write the header {HEADER} and then one row per bin, as in 0,12.5"
_LINE_BYTES: Final = 256
_ROWS_AT_ONCE: Final = 1 << 16
"""Rows that are texts at once: a row as a text takes several times the bytes that it becomes."""
_BINS_WITHOUT_GRID: Final = 1_000_000
_BIN: Final = re.compile(r"[0-9]{1,9}")
_DIGITS: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_CLASS_HEADER: Final = re.compile(r"\s*bin_index\s*,\s*classId\s*,", re.IGNORECASE)
_MIDDLE_CELL: Final = re.compile(r"^([^,]*,)[^,]*,")
_CANONICAL: Final = re.compile(
    r"bin_index,value\n(?:[0-9]{1,9},(?:-?[0-9]{1,17}(?:\.[0-9]{1,24})?(?:e[+-][0-9]{2,3})?|NaN)?\n)*+"
)


def _same(left: FloatArray, right: FloatArray) -> bool:
    return np.array_equal(left, right, equal_nan=True)


def _frozen(mask: BoolArray) -> BoolArray:
    view = mask.view()
    view.flags.writeable = False
    return view


@frozen(kw_only=True)
class SeriesReading:
    """What a CSV says about each bin.

    Attributes
    ----------
    values : float64 array, shape (bins,), read-only
        NaN where the bin is missing or undefined.
    missing : bool array, shape (bins,), read-only
        The bin has no row or an empty cell: telemetry that is not there (SEMANTICS 7.2).
    undefined : bool array, shape (bins,), read-only
        The cell says ``NaN`` or is infinite: a computed value that has no meaning (SEMANTICS 7.2).
    """

    values: FloatArray = field(eq=cmp_using(eq=_same), hash=False, converter=read_only)
    missing: BoolArray = field(eq=cmp_using(eq=np.array_equal), hash=False, converter=_frozen)

    @property
    def undefined(self) -> BoolArray:
        """Return the bins whose cell says ``NaN`` or is infinite."""
        return ~np.isfinite(self.values) & ~self.missing

    @property
    def missing_bins(self) -> tuple[int, ...]:
        """Return the numbers of the bins without a value, ascending."""
        return tuple(np.flatnonzero(self.missing).tolist())

    @property
    def undefined_bins(self) -> tuple[int, ...]:
        """Return the numbers of the bins that are undefined, ascending."""
        return tuple(np.flatnonzero(self.undefined).tolist())


def write_series_csv(values: FloatArray | Sequence[float], *, cancel: CancelToken | None = None) -> bytes:
    """Return a series as CSV: header ``bin_index,value``, LF, canonical numbers (SEMANTICS 7.2).

    Raises
    ------
    Cancelled
        The caller asked to stop; ``cancel`` is asked every so many rows.
    """
    array = np.asarray(values, dtype=np.float64)
    parts = [f"{HEADER}\n".encode("ascii")]
    for lo in range(0, len(array), _ROWS_AT_ONCE):
        heed(cancel)
        numbers: list[float] = array[lo : lo + _ROWS_AT_ONCE].tolist()
        parts.append("".join([f"{t},{format_number(x)}\n" for t, x in enumerate(numbers, lo)]).encode("ascii"))
    return b"".join(parts)


def write_reading_csv(reading: SeriesReading) -> bytes:
    """Return a reading as CSV: missing bins have no row, undefined ones say ``NaN`` (SEMANTICS 7.2)."""
    numbers: list[float] = reading.values.tolist()
    gone: list[bool] = reading.missing.tolist()
    rows = [f"{t},{format_number(x)}\n" for t, (x, absent) in enumerate(zip(numbers, gone, strict=True)) if not absent]
    return f"{HEADER}\n{''.join(rows)}".encode("ascii")


def is_complete_csv(data: bytes, bins: int) -> bool:
    """Tell whether a text of :func:`write_series_csv` has a finite number in each bin; of another text say nothing."""
    return data.count(b"\n") == bins + 1 and b"N" not in data and b"I" not in data and b",\n" not in data


def edit_complete_csv(data: bytes, cells: Mapping[int, str | None]) -> bytes:
    """Return a text of which :func:`is_complete_csv` is true with other cells in some bins; None drops the row."""
    lines = data.decode("ascii").splitlines(keepends=True)
    for t, cell in cells.items():
        lines[t + 1] = "" if cell is None else f"{t},{cell}\n"
    return "".join(lines).encode("ascii")


def read_series_csv(data: bytes, *, source: str, bins: int | None = None) -> FloatArray:
    """Return the values of a series CSV, shape (bins,), NaN for a bin that is missing or undefined.

    See :func:`parse_series_csv`, which tells the two apart.
    """
    return parse_series_csv(data, source=source, bins=bins).values


def parse_series_csv(data: bytes, *, source: str, bins: int | None = None) -> SeriesReading:
    """Return what a series CSV says about each bin; exact or refused, never a wrong number (SEMANTICS 7.2).

    The header is ``bin_index,value`` or ``t,value``, or with a class ``bin_index,classId,value``; a byte order mark and
    CRLF are accepted. Bins ascend and may be left out. Without ``bins`` the series ends at the last row.

    Raises
    ------
    DocumentSyntaxError
        ``invalid_csv`` or ``encoding_error``; names the line.
    """
    text = _without_class(decode_text(data, source=source))
    reading = _read_canonical(text, bins)
    return _read_rows(text, source, bins) if reading is None else reading


def _without_class(text: str) -> str:
    """Return a text without the column in which the reference names the class of a file in every row."""
    if _CLASS_HEADER.match(text) is None:
        return text
    return "\n".join(map(_without_middle, text.split("\n")))


def _without_middle(line: str) -> str:
    """Return a row of three cells without the second; a row of two becomes one that no reader takes."""
    found, count = _MIDDLE_CELL.subn(r"\1", line)
    return found if count or not line else f"{line},"


def _read_canonical(text: str, bins: int | None) -> SeriesReading | None:
    """Return the reading of a text in the writer's own form with a row for each bin, else None: the fast way."""
    if not _CANONICAL.fullmatch(text):
        return None
    cells = text[len(HEADER) + 1 :].replace("\n", ",").split(",")
    count = len(cells) // 2
    if count != (min(count, _BINS_WITHOUT_GRID) if bins is None else bins):
        return None
    if cells[:-1:2] != [str(t) for t in range(count)]:
        return None
    numbers = cells[1::2]
    values = np.array([float(x or "nan") for x in numbers], dtype=np.float64)
    if np.isinf(values).any():
        return None
    return SeriesReading(values=values, missing=np.array([not x for x in numbers], dtype=np.bool_))


def _read_rows(text: str, source: str, bins: int | None) -> SeriesReading:
    lines = text.removesuffix("\n").split("\n")
    rows: dict[int, float] = {}
    last = -1
    for number, raw in enumerate(lines, start=1):
        line = raw.removesuffix("\r")
        try:
            first, second = _cells(line)
            if number == 1:
                _check_header(first, second)
                continue
            last = _bin(first, last, bins)
            if second:
                rows[last] = parse_number(second, non_finite=True)
        except InputError as error:
            raise DocumentSyntaxError(
                error.message,
                source=source,
                text=shorten(line, 120),
                line=number,
                column=1,
                code="invalid_csv",
                hint=error.hint,
            ) from None
    values = np.full(last + 1 if bins is None else bins, np.nan)
    missing = np.ones(values.shape, dtype=np.bool_)
    present = list(rows)
    values[present] = list(rows.values())
    missing[present] = False
    return SeriesReading(values=values, missing=missing)


def _cells(line: str) -> tuple[str, str]:
    if len(line.encode()) > _LINE_BYTES:
        raise InputError(f"the line is longer than {_LINE_BYTES} bytes", hint=_ROW_HINT)
    if "\r" in line:
        raise InputError("the line holds a lone carriage return", hint="end lines with LF or CRLF")
    match line.split(","):
        case [first, second] if ";" not in line:
            return first, second
        case cells:
            raise InputError(_looks_like(line, cells), hint=_ROW_HINT)


def _looks_like(line: str, cells: list[str]) -> str:
    if not line.strip():
        return "the line is blank"
    if ";" in line:
        return "looks like semicolon CSV: expected two cells with a comma between"
    if "\t" in line:
        return "looks like tab-separated text: expected two cells with a comma between"
    if len(cells) > 1 and all(_DIGITS.fullmatch(cell) for cell in cells):
        return "looks like a decimal comma or thousands commas: expected two cells"
    return f"expected two cells with a comma between, got {len(cells)}"


def _check_header(first: str, second: str) -> None:
    if (first.strip().lower(), second.strip().lower()) not in _HEADERS:
        got = shorten(f"{first},{second}")
        raise InputError(f"expected the header {HEADER} or t,value, got {got!r}", hint=_ROW_HINT)


def _bin(cell: str, last: int, bins: int | None) -> int:
    if not _BIN.fullmatch(cell):
        raise InputError(f"bin {shorten(cell)!r} is not a bin number", hint="number the bins 0, 1, 2 and so on")
    t = int(cell)
    if t == last:
        raise InputError(f"bin {t} is there twice", hint="keep one row per bin")
    if t < last:
        raise InputError(f"bin {t} comes after bin {last}", hint="put the rows in bin order")
    limit = _BINS_WITHOUT_GRID if bins is None else bins
    if t >= limit:
        message = f"bin {t} is outside the grid of bins 0 to {limit - 1}"
        raise InputError(message, hint="remove the row or make the grid longer")
    return t
