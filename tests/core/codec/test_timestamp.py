"""Times as text (SEMANTICS 1.2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from flowtime_core.codec.timestamp import format_timestamp, has_foreign_offset, parse_timestamp


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-01T00:00:00Z",
        "2025-01-01T00:00:00",
        " 2025-01-01 ",
        "2025-01-01T02:00:00+02:00",
        "2025-01-01T00:00:00.0000000Z",
        "2025-01-01T00:00:00+00:00",
    ],
)
def test_parse(text: str) -> None:
    """A time without an offset is UTC, one with an offset is normalised to UTC (SEMANTICS 1.2)."""
    assert parse_timestamp(text) == datetime(2025, 1, 1, tzinfo=UTC)
    assert has_foreign_offset(text) == ("+02" in text)


@pytest.mark.parametrize("text", ["", "soon", "2025-13-01", "0001-01-01T00:00:00+05:00"])
def test_unreadable(text: str) -> None:
    """What is no time, or none in UTC, is None."""
    assert parse_timestamp(text) is None


def test_format() -> None:
    """A time is written in UTC with Z, with a fraction only where there is one."""
    east = timezone(timedelta(hours=2))
    assert format_timestamp(datetime(2025, 1, 1, 2, tzinfo=east)) == "2025-01-01T00:00:00Z"
    assert format_timestamp(datetime(2025, 1, 1, 0, 0, 0, 500000, tzinfo=UTC)) == "2025-01-01T00:00:00.500000Z"
    assert not has_foreign_offset("soon")
