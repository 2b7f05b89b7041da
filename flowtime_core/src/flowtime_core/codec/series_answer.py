"""Series of a run as one CSV, or on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.csv import HEADER, write_series_csv
from flowtime_core.codec.number import format_number, json_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_core.records.document import Plain
    from flowtime_core.records.series import Series


def series_to_csv(series: Sequence[Series]) -> bytes:
    """Return one column per series; a single one in the very form in which runs store it and models read it."""
    if len(series) == 1 and not series[0].missing:
        return write_series_csv(series[0].values)
    head = HEADER if len(series) == 1 else ",".join([HEADER.partition(",")[0], *(one.id for one in series)])
    columns = [csv_cells(one) for one in series]
    rows = [",".join([str(t), *cells]) for t, cells in enumerate(zip(*columns, strict=True))]
    return "".join(f"{line}\n" for line in [head, *rows]).encode()


def csv_cells(series: Series) -> list[str]:
    """Return one text per bin: empty where nobody measured, which is not what ``NaN`` says (SEMANTICS 7.2)."""
    missing = set(series.missing)
    return ["" if t in missing else format_number(x) for t, x in enumerate(series.values.tolist())]


def series_to_plain(run_id: str, series: Sequence[Series], *, with_values: bool = True) -> dict[str, Plain]:
    """Return series with their units, and unless they are only listed with one number per bin, null where undefined."""
    return {"runId": run_id, "series": [_series(one, with_values=with_values) for one in series]}


def _series(series: Series, *, with_values: bool) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"id": series.id, "kind": series.kind, "unit": series.unit, "points": len(series)}
    if with_values:
        plain["values"] = [json_value(x) for x in series.values.tolist()]
    return plain
