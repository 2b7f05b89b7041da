"""The time grid on the wire (SEMANTICS 1): ``grid`` and the ``window`` that anchors it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.timestamp import format_timestamp, has_foreign_offset, parse_timestamp
from flowtime_core.records.grid import UNIT_SECONDS, Grid

if TYPE_CHECKING:
    from datetime import datetime

    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain

_CODE: Final = "invalid_grid"
_OTHER_WINDOW_KEYS: Final = frozenset({"bins", "binSize", "binUnit"})


def read_grid(root: Fields) -> Grid | None:
    """Return the grid of a model, or None when it breaks a rule (SEMANTICS 1.1, 1.2)."""
    window_start = _window_start(root)
    fields = root.mapping(
        "window" if is_measured_form(root) else "grid",
        what="the grid",
        required=True,
        code=_CODE,
        hint="grid: {bins: 24, binSize: 1, binUnit: hours}",
    )
    if fields is None:
        return None
    if fields.take("binMinutes")[1] is not None:
        fields.error(
            "binMinutes", "the grid has the old key binMinutes", code=_CODE, hint="write binSize and binUnit: minutes"
        )
        return None
    bins = fields.integer("bins", minimum=1, required=True, code=_CODE, hint="bins: 24")
    size = fields.integer("binSize", minimum=1, required=True, code=_CODE, hint="binSize: 1")
    unit = _unit(fields)
    start = read_start(fields, "start", "startTimeUtc") or window_start
    fields.close(frozenset({"timezone", "align"}))
    if bins is None or size is None or unit is None:
        return None
    return _bounded(fields, Grid(bins=bins, bin_size=size, bin_unit=unit, start=start))


def is_measured_form(root: Fields) -> bool:
    """Tell whether the grid of a model stands in its window, as in models that map measured files."""
    window = root.plain.get("window")
    return root.plain.get("grid") is None and isinstance(window, dict) and window.get("bins") is not None


def _unit(fields: Fields) -> str | None:
    given = fields.text("binUnit", required=True, code=_CODE)
    unit = given.strip().lower()
    if not unit or unit in UNIT_SECONDS:
        return unit or None
    expected = ", ".join(UNIT_SECONDS)
    hint = fields.report.suggest(unit, UNIT_SECONDS)
    fields.error("binUnit", f"binUnit of the grid is {given!r}, expected one of {expected}", code=_CODE, hint=hint)
    return None


def _bounded(fields: Fields, grid: Grid) -> Grid | None:
    """Refuse a grid whose last bin ends after the year 9999."""
    try:
        length = timedelta(seconds=grid.bins * grid.bin_seconds)
        if grid.start is not None:
            _ = grid.start + length
    except OverflowError:
        fields.error("", "the grid ends after the year 9999", code=_CODE)
        return None
    return grid


def _window_start(root: Fields) -> datetime | None:
    fields = root.mapping("window", what="the window")
    return None if fields is None else read_window(fields)


def read_window(fields: Fields, *, utc_only: bool = False) -> datetime | None:
    """Return the start of a window in UTC; with ``utc_only`` it may not be written with another offset."""
    start = read_start(fields, "start", "startTimeUtc", utc_only=utc_only)
    fields.choice("timezone", options=("UTC",), default="UTC")
    fields.close(_OTHER_WINDOW_KEYS)
    return start


def read_start(fields: Fields, *names: str, utc_only: bool = False) -> datetime | None:
    """Return a time normalised to UTC (SEMANTICS 1.2)."""
    text = fields.text(*names)
    if not text:
        return None
    key = fields.take(*names)[0]
    moment = parse_timestamp(text)
    if moment is None:
        fields.error(
            key,
            f"{key} of {fields.what} is {text!r}, expected an ISO-8601 time",
            code=_CODE,
            hint="as in 2025-01-01T00:00:00Z",
        )
    elif utc_only and has_foreign_offset(text):
        hint = f"write {format_timestamp(moment)}"
        fields.error(key, f"{key} of {fields.what} is {text!r}, expected UTC", code=_CODE, hint=hint)
    return moment


def grid_to_plain(grid: Grid) -> dict[str, Plain]:
    """Return the one spelling of a grid; ``start`` only where it is known."""
    plain: dict[str, Plain] = {"bins": grid.bins, "binSize": grid.bin_size, "binUnit": grid.bin_unit}
    if grid.start is not None:
        plain["start"] = format_timestamp(grid.start)
    return plain
