"""Dispatch schedules, WIP limits and initial depths on the wire (SEMANTICS 4.3 to 4.5)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.policy import (
    dispatch_to_plain,
    number_or_name,
    read_dispatch,
    read_initial_depth,
    read_wip,
    wip_to_plain,
)
from flowtime_core.records.document import Plain
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from tests.support.documents import fields_of, shown


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("x: 1", None),
        ("dispatchSchedule: null", None),
        ("dispatchSchedule: {periodBins: 3}", DispatchSchedule(period_bins=3)),
        (
            "dispatchSchedule: {kind: time-based, periodBins: 3.0, phaseOffset: -1, capacitySeries: c}",
            DispatchSchedule(period_bins=3, phase_offset=-1, capacity_series="c"),
        ),
    ],
)
def test_dispatch(text: str, schedule: DispatchSchedule | None) -> None:
    """A dispatch schedule has a period, an offset that may be negative, and may have a cap (SEMANTICS 4.4)."""
    fields = fields_of(text)
    assert read_dispatch(fields) == schedule
    assert fields.report.result() == ()


def test_dispatch_faults() -> None:
    """A schedule needs a period of at least one bin and is time-based (SEMANTICS 4.4)."""
    fields = fields_of("dispatchSchedule: {kind: random, period: 3}")
    assert read_dispatch(fields) is None
    assert shown(fields.report.result()) == [
        "schema_violation /dispatchSchedule: the dispatch schedule of the thing has no periodBins",
        (
            "schema_violation /dispatchSchedule/kind: kind of the dispatch schedule of the thing is "
            "'random', expected one of "
            "time-based"
        ),
        (
            "unknown_key /dispatchSchedule/period: the dispatch schedule of the thing has the unknown "
            "key 'period', which is "
            "ignored (did you mean 'periodBins')"
        ),
    ]


@pytest.mark.parametrize(
    ("text", "wip"),
    [
        ("x: 1", None),
        ("wipLimit: ''", None),
        ("wipLimit: 0", WipLimit(limit=0.0)),
        ("wipLimit: '5'", WipLimit(limit=5.0)),
        ("{wipLimit: room, wipOverflow: LOSS}", WipLimit(limit="room")),
        ("{wipLimit: 5, wipLimitSeries: room, wipOverflow: B}", WipLimit(limit="room", overflow="B")),
    ],
)
def test_wip(text: str, wip: WipLimit | None) -> None:
    """A WIP limit is a number or a series, wipLimitSeries wins, and overflow is a loss unless told (SEMANTICS 4.5)."""
    fields = fields_of(text)
    assert read_wip(fields) == wip
    assert fields.report.result() == ()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("wipLimit: -1", "schema_violation /wipLimit: wipLimit of the thing is -1, expected at least 0"),
        (
            "wipLimit: []",
            "schema_violation /wipLimit: wipLimit of the thing is a list of 0, expected a number or a series",
        ),
        ("wipOverflow: B", "invalid_topology /wipOverflow: the thing has wipOverflow without wipLimit (give wipLimit)"),
    ],
)
def test_wip_faults(text: str, finding: str) -> None:
    """A negative limit is an error, an overflow without a limit only a warning (SEMANTICS 4.5)."""
    fields = fields_of(text)
    assert read_wip(fields) is None
    assert shown(fields.report.result()) == [finding]
    assert fields.report.has_errors == finding.startswith("schema")


def test_initial_depth() -> None:
    """The initial depth is a number not below 0 (SEMANTICS 4.3)."""
    assert read_initial_depth(fields_of("initialCondition: {queueDepth: 5}")) == 5
    assert read_initial_depth(fields_of("x: 1")) is None
    fields = fields_of("initialCondition: {queueDepth: -5}")
    assert read_initial_depth(fields) is None
    assert fields.report.has_errors


@pytest.mark.parametrize(
    ("value", "result"), [(5, 5.0), ("5", 5.0), (" a ", "a"), (" ", None), ([], None), (True, None)]
)
def test_number_or_name(value: Plain, result: float | str | None) -> None:
    """A number may be written as text, for no series id begins with a digit (SEMANTICS 2.6)."""
    assert number_or_name(value) == result


def test_writing() -> None:
    """Policies are written without defaults."""
    assert dispatch_to_plain(DispatchSchedule(period_bins=3)) == {"kind": "time-based", "periodBins": 3}
    full = DispatchSchedule(period_bins=3, phase_offset=1, capacity_series="c")
    assert list(dispatch_to_plain(full)) == ["kind", "periodBins", "phaseOffset", "capacitySeries"]
    assert wip_to_plain(WipLimit(limit=5.0)) == {"wipLimit": 5}
    assert wip_to_plain(WipLimit(limit="room", overflow="B")) == {"wipLimit": "room", "wipOverflow": "B"}
