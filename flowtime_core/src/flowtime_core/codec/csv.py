"""Series as CSV: one strict reader, one canonical writer (SEMANTICS 7.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import cmp_using, field, frozen

from flowtime_core.codec.number import format_number, parse_number, shorten
from flowtime_core.errors import DocumentSyntaxError, InputError
from flowtime_core.records.series import BoolArray, FloatArray, read_only

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER: Final = "bin_index,value"

_HEADERS: Final = {("bin_index", "value"), ("t", "value")}
_LINE_BYTES: Final = 256
_BINS_WITHOUT_GRID: Final = 1_000_000
_BIN: Final = re.compile(r"[0-9]{1,9}")
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
        The cell says ``NaN``: a computed value that has no meaning (SEMANTICS 7.2).
    """

    values: FloatArray = field(eq=cmp_using(eq=_same), hash=False, converter=read_only)
    missing: BoolArray = field(eq=cmp_using(eq=np.array_equal), hash=False, converter=_frozen)

    @property
    def undefined(self) -> BoolArray:
        """Return the bins whose cell says ``NaN``."""
        return np.isnan(self.values) & ~self.missing

    @property
    def missing_bins(self) -> tuple[int, ...]:
        """Return the numbers of the bins without a value, ascending."""
        return tuple(np.flatnonzero(self.missing).tolist())

    @property
    def undefined_bins(self) -> tuple[int, ...]:
        """Return the numbers of the bins that say ``NaN``, ascending."""
        return tuple(np.flatnonzero(self.undefined).tolist())


def write_series_csv(values: FloatArray | Sequence[float]) -> bytes:
    """Return a series as CSV: header ``bin_index,value``, LF, canonical numbers, NaN as ``NaN`` (SEMANTICS 7.2)."""
    numbers: list[float] = np.asarray(values, dtype=np.float64).tolist()
    rows = [f"{t},{format_number(x)}\n" for t, x in enumerate(numbers)]
    return f"{HEADER}\n{''.join(rows)}".encode("ascii")


def read_series_csv(data: bytes, *, source: str, bins: int | None = None) -> FloatArray:
    """Return the values of a series CSV, shape (bins,), NaN where missing or undefined; see :func:`parse_series_csv`."""
    return parse_series_csv(data, source=source, bins=bins).values


def parse_series_csv(data: bytes, *, source: str, bins: int | None = None) -> SeriesReading:
    """Return what a series CSV says about each bin; exact or refused, never a wrong number (SEMANTICS 7.2).

    The header is ``bin_index,value`` or ``t,value``; a byte order mark and CRLF are accepted. Bins ascend and may be
    left out. Without ``bins`` the series ends at the last row.

    Raises
    ------
    DocumentSyntaxError
        ``invalid_csv`` or ``encoding_error``; names the line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise DocumentSyntaxError(message, source=source, line=line, column=1, code="encoding_error") from None
    reading = _read_canonical(text, bins)
    return _read_rows(text, source, bins) if reading is None else reading


def _read_canonical(text: str, bins: int | None) -> SeriesReading | None:
    """Return the reading of a text in the writer's own form with every bin present, else None: the fast way."""
    if not _CANONICAL.fullmatch(text):
        return None
    cells = text[len(HEADER) + 1 :].replace("\n", ",").split(",")
    count = len(cells) // 2
    if (bins is not None and count != bins) or cells[:-1:2] != [str(t) for t in range(count)]:
        return None
    numbers = cells[1::2]
    values = np.array([float(x or "nan") for x in numbers], dtype=np.float64)
    if np.isinf(values).any():
        return None
    return SeriesReading(values=values, missing=np.array([not x for x in numbers], dtype=np.bool_))


def _read_rows(text: str, source: str, bins: int | None) -> SeriesReading:
    lines = text.split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    rows: dict[int, float | None] = {}
    last = -1
    for number, raw in enumerate(lines, start=1):
        line = raw.removesuffix("\r")
        try:
            cells = _cells(line)
            if number == 1:
                _check_header(line, cells)
                continue
            last = _bin(cells[0], last, bins)
            rows[last] = parse_number(cells[1], non_finite=True) if cells[1] else None
        except InputError as error:
            hint = error.hint or f"write the header {HEADER} and then one row per bin, as in 0,12.5"
            raise DocumentSyntaxError(
                error.message, source=source, text=shorten(line, 120), line=number, column=1, code="invalid_csv", hint=hint
            ) from None
    values = np.full(last + 1 if bins is None else bins, np.nan)
    missing = np.ones(values.shape, dtype=np.bool_)
    for t, value in rows.items():
        if value is not None:
            values[t] = value
            missing[t] = False
    return SeriesReading(values=values, missing=missing)


def _cells(line: str) -> list[str]:
    if len(line.encode()) > _LINE_BYTES:
        message = f"the line is longer than {_LINE_BYTES} bytes"
        raise InputError(message)
    if "\r" in line:
        message = "the line holds a lone carriage return"
        raise InputError(message, hint="end lines with LF or CRLF")
    cells = line.split(",")
    if len(cells) == 2:
        return cells
    if not line.strip():
        message = "the line is blank"
    elif ";" in line:
        message = "looks like semicolon CSV: expected two cells with a comma between"
    elif "\t" in line:
        message = "looks like tab-separated text: expected two cells with a comma between"
    elif len(cells) == 3 and all(cell.strip("+-").isdecimal() for cell in cells):
        message = "looks like a decimal comma or a thousands comma: expected two cells"
    else:
        message = f"expected two cells with a comma between, got {len(cells)}"
    raise InputError(message)


def _check_header(line: str, cells: list[str]) -> None:
    if (cells[0].strip().lower(), cells[1].strip().lower()) not in _HEADERS:
        message = f"expected the header {HEADER} or t,value, got {shorten(line)!r}"
        raise InputError(message)


def _bin(cell: str, last: int, bins: int | None) -> int:
    if not _BIN.fullmatch(cell):
        message = f"bin {shorten(cell)!r} is not a bin number"
        raise InputError(message, hint="number the bins 0, 1, 2 and so on")
    t = int(cell)
    if t == last:
        message = f"bin {t} is there twice"
        raise InputError(message, hint="keep one row per bin")
    if t < last:
        message = f"bin {t} comes after bin {last}"
        raise InputError(message, hint="put the rows in bin order")
    limit = _BINS_WITHOUT_GRID if bins is None else bins
    if t >= limit:
        message = f"bin {t} is outside the grid of bins 0 to {limit - 1}"
        raise InputError(message, hint="remove the row or make the grid longer")
    return t
