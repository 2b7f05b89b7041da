"""The time grid: equal bins from an optional UTC start (SEMANTICS 1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import frozen

UNIT_SECONDS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}


@frozen(kw_only=True)
class Grid:
    """``bins`` equal bins of ``bin_size`` ``bin_unit`` each, from ``start`` (UTC) where known."""

    bins: int
    bin_size: int
    bin_unit: str
    start: datetime | None = None

    @property
    def bin_seconds(self) -> int:
        """Length of a bin [s]."""
        return self.bin_size * UNIT_SECONDS[self.bin_unit]

    @property
    def bin_minutes(self) -> float:
        """Length of a bin [min]."""
        return self.bin_seconds / 60

    @property
    def bin_ms(self) -> float:
        """Length of a bin [ms]."""
        return self.bin_seconds * 1000.0

    def bin_start(self, t: int) -> datetime | None:
        """Return the UTC time at which bin ``t`` begins (``t = bins`` is the end), or None without a start."""
        if self.start is None:
            return None
        return self.start.astimezone(UTC) + timedelta(seconds=t * self.bin_seconds)
