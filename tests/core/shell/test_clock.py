"""The clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flowtime_core.errors import InputError
from flowtime_core.shell.clock import now


def test_now_is_utc_in_whole_seconds() -> None:
    """The time is the system's, without a fraction."""
    moment = now({"SOURCE_DATE_EPOCH": " "})
    assert abs(datetime.now(UTC) - moment) < timedelta(seconds=5)
    assert (moment.tzinfo, moment.microsecond) == (UTC, 0)


def test_clock_can_be_stopped() -> None:
    """SOURCE_DATE_EPOCH is the time, whatever the time is."""
    assert now({"SOURCE_DATE_EPOCH": "1735689600"}) == datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "1.5", "9" * 30])
def test_nonsense_stops_no_clock(text: str) -> None:
    """A value that is no time is an error that names the variable."""
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH"):
        now({"SOURCE_DATE_EPOCH": text})
