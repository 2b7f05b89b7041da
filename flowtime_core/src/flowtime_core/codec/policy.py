"""Policies of a queue on the wire: dispatch schedule, WIP limit, initial depth (SEMANTICS 4.3 to 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.number import json_number, parse_number
from flowtime_core.codec.report import finite
from flowtime_core.errors import InputError
from flowtime_core.records.policy import DispatchSchedule, WipLimit

if TYPE_CHECKING:
    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain


def read_dispatch(fields: Fields) -> DispatchSchedule | None:
    """Return the ``dispatchSchedule``: each ``periodBins``-th bin from ``phaseOffset`` (SEMANTICS 4.4)."""
    schedule = fields.mapping("dispatchSchedule", what=f"the dispatch schedule of {fields.what}")
    if schedule is None:
        return None
    schedule.choice("kind", options=("time-based",), default="time-based")
    period = schedule.integer("periodBins", minimum=1, required=True)
    offset = schedule.integer("phaseOffset")
    capacity = schedule.text("capacitySeries")
    schedule.close()
    if period is None:
        return None
    return DispatchSchedule(period_bins=period, phase_offset=offset or 0, capacity_series=capacity or None)


def read_wip(fields: Fields) -> WipLimit | None:
    """Return the WIP limit; ``wipLimitSeries``, the old spelling of a series, wins (SEMANTICS 4.5)."""
    key, value = fields.take("wipLimitSeries", "wipLimit")
    overflow = fields.text("wipOverflow").strip()
    if value is None or value == "":
        if overflow:
            text = f"{fields.what} has wipOverflow without wipLimit"
            fields.note("wipOverflow", text, code="invalid_topology", hint="give wipLimit")
        return None
    fields.take("wipLimit")
    limit = number_or_name(value)
    if limit is None:
        fields.mismatch(key, value, "a number or a series")
        return None
    if isinstance(limit, float) and limit < 0:
        fields.error(key, f"{key} of {fields.what} is {json_number(limit)}, expected at least 0")
        return None
    return WipLimit(limit=limit, overflow=None if overflow.casefold() in {"", "loss"} else overflow)


def read_initial_depth(fields: Fields) -> float | None:
    """Return ``initialCondition.queueDepth`` (SEMANTICS 4.3), not below 0."""
    initial = fields.mapping("initialCondition", what=f"the initial condition of {fields.what}")
    if initial is None:
        return None
    depth = initial.number("queueDepth", minimum=0)
    initial.close()
    return depth


def number_or_name(value: Plain) -> float | str | None:
    """Return a number (also one written as text), else a name, else None."""
    if not isinstance(value, str):
        return finite(value)
    text = value.strip()
    try:
        return parse_number(text)
    except InputError:
        return text or None


def dispatch_to_plain(schedule: DispatchSchedule) -> dict[str, Plain]:
    """Return ``{kind, periodBins, phaseOffset, capacitySeries}`` without defaults."""
    plain: dict[str, Plain] = {"kind": "time-based", "periodBins": schedule.period_bins}
    if schedule.phase_offset:
        plain["phaseOffset"] = schedule.phase_offset
    if schedule.capacity_series is not None:
        plain["capacitySeries"] = schedule.capacity_series
    return plain


def wip_to_plain(wip: WipLimit) -> dict[str, Plain]:
    """Return ``wipLimit`` and ``wipOverflow``, to be merged into the node."""
    plain: dict[str, Plain] = {"wipLimit": wip.limit if isinstance(wip.limit, str) else json_number(wip.limit)}
    if wip.overflow is not None:
        plain["wipOverflow"] = wip.overflow
    return plain
