"""A run as one long table: a row per series and bin, with the time at which the bin begins."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import frozen

from flowtime_core.artifacts.extra import import_extra
from flowtime_core.artifacts.layout import EXPORTS
from flowtime_core.codec.json import encode_json_compact
from flowtime_core.codec.number import json_value
from flowtime_core.codec.series_answer import csv_cells
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from flowtime_core.records.document import Plain
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.series import Series

COLUMNS: Final[tuple[str, ...]] = ("time_bin", "component_id", "measure", "class", "value")


@frozen(kw_only=True)
class ExportFormat:
    """A way to write the table: its place in a run directory, its media type and how it is rendered."""

    path: str
    media_type: str
    render: Callable[[StoredRun], bytes]


def export_run(run: StoredRun, form: str) -> bytes:
    """Return every series of a run as one table.

    Rows go by series, in the order of the index, then by bin. ``time_bin`` is the UTC time at which the bin begins, or
    its number where the grid has no start. What is undefined is ``NaN`` in CSV, as in the files of a run, else null.

    Raises
    ------
    InputError
        The form is none of :data:`FORMATS`.
    PreconditionError
        ``extra_missing``: Parquet needs ``flowtime-core[arrow]``.
    VerificationError
        A series cannot be read.
    """
    return find_format(form).render(run)


def find_format(form: str) -> ExportFormat:
    """Return a way to write the table by its name.

    Raises
    ------
    InputError
        There is none of that name.
    """
    if form not in FORMATS:
        message = f"there is no export format {form!r}"
        raise InputError(message, hint=f"use one of {', '.join(FORMATS)}")
    return FORMATS[form]


def export_to_arrow(run: StoredRun) -> Any:  # noqa: ANN401 - a pyarrow.Table, which has no types
    """Return the table for Arrow, with times in UTC; needs ``flowtime-core[arrow]``.

    Raises
    ------
    PreconditionError
        ``extra_missing``.
    """
    arrow = import_extra("pyarrow", "arrow")
    series = list(run.series.values())
    names = list(zip(*map(_names, series), strict=True)) or [(), (), ()]
    lengths = [len(one) for one in series]
    moments = [_moment(run, t) for t in range(max(lengths, default=0))]
    values = np.concatenate([one.values for one in series]) if series else np.zeros(0)
    times = list(chain.from_iterable(moments[:length] for length in lengths))
    columns = [arrow.array(times, arrow.int64() if run.model.grid.start is None else arrow.timestamp("s", "UTC"))]
    columns += [
        arrow.array(list(chain.from_iterable(map(repeat, words, lengths))), arrow.string()).dictionary_encode()
        for words in names
    ]
    columns.append(arrow.array(values, arrow.float64(), mask=~np.isfinite(values)))
    return arrow.Table.from_arrays(columns, names=list(COLUMNS))


def series_to_arrow(series: Series) -> bytes:
    """Return a series as a stream of Arrow: ``bin_index`` and ``value``, null where undefined; its schema names it.

    Raises
    ------
    PreconditionError
        ``extra_missing``: the stream needs ``flowtime-core[arrow]``.
    """
    arrow = import_extra("pyarrow", "arrow")
    values = arrow.array(series.values, arrow.float64(), mask=~np.isfinite(series.values))
    bins = arrow.array(np.arange(len(series)), arrow.int64())
    about = {"id": series.id, "unit": series.unit, "kind": series.kind}
    table = arrow.Table.from_arrays([bins, values], names=["bin_index", "value"]).replace_schema_metadata(about)
    sink = arrow.BufferOutputStream()
    with import_extra("pyarrow.ipc", "arrow").new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _to_csv(run: StoredRun) -> bytes:
    cells = chain.from_iterable(map(csv_cells, run.series.values()))
    lines = [
        f"{time},{component},{measure},{flow_class},{cell}"
        for (time, component, measure, flow_class, _), cell in zip(_rows(run), cells, strict=True)
    ]
    return "".join(f"{line}\n" for line in (",".join(COLUMNS), *lines)).encode()


def _to_ndjson(run: StoredRun) -> bytes:
    lines: list[bytes] = []
    for *names, value in _rows(run):
        row: dict[str, Plain] = dict(zip(COLUMNS, (*names, json_value(value)), strict=True))
        lines.append(encode_json_compact(row) + b"\n")
    return b"".join(lines)


def _to_parquet(run: StoredRun) -> bytes:
    sink = import_extra("pyarrow", "arrow").BufferOutputStream()
    import_extra("pyarrow.parquet", "arrow").write_table(export_to_arrow(run), sink)
    return bytes(sink.getvalue())


def _rows(run: StoredRun) -> Iterator[tuple[str | int, str, str, str, float]]:
    for series in run.series.values():
        names = _names(series)
        for t, value in enumerate(series.values.tolist()):
            moment = _moment(run, t)
            yield (moment if isinstance(moment, int) else format_timestamp(moment), *names, value)


def _names(series: Series) -> tuple[str, str, str]:
    """Return component, measure and class, which the id of a series joins."""
    measure, component, flow_class = (*series.id.split("@"), "", "")[:3]
    return component, measure, flow_class


def _moment(run: StoredRun, t: int) -> datetime | int:
    start = run.model.grid.bin_start(t)
    return t if start is None else start


FORMATS: Final = {
    "csv": ExportFormat(path=f"{EXPORTS}export.csv", media_type="text/csv; charset=utf-8", render=_to_csv),
    "ndjson": ExportFormat(path=f"{EXPORTS}export.ndjson", media_type="application/x-ndjson", render=_to_ndjson),
    "parquet": ExportFormat(
        path=f"{EXPORTS}export.parquet", media_type="application/vnd.apache.parquet", render=_to_parquet
    ),
}
"""Name of a form -> how to write it."""
