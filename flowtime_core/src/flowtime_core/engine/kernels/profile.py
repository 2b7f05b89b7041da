"""Time-of-day shapes with mean 1 (SEMANTICS 2.4)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_core.records.grid import Grid

SLOTS_PER_HOUR: Final = 12

# fmt: off
HOURLY_WEIGHTS: Final[dict[str, tuple[float, ...]]] = {
    "weekday-office": (0.18, 0.16, 0.15, 0.15, 0.2, 0.3, 0.45, 0.7, 0.95, 1.15, 1.25, 1.3,
                       1.25, 1.15, 1.05, 1, 0.95, 0.85, 0.65, 0.5, 0.38, 0.3, 0.25, 0.2),
    "three-shift": (0.9, 0.9, 0.9, 0.92, 0.95, 0.98, 1, 1.03, 1.06, 1.1, 1.12, 1.15,
                    1.12, 1.08, 1.05, 1.02, 1, 0.98, 0.96, 0.94, 0.92, 0.9, 0.9, 0.9),
    "hub-rush-hour": (0.2, 0.18, 0.17, 0.17, 0.2, 0.35, 0.7, 1.2, 1.4, 1.25, 1, 0.85,
                      0.8, 0.85, 0.95, 1.1, 1.35, 1.5, 1.35, 1, 0.65, 0.4, 0.3, 0.22),
}
# fmt: on


def normalise(weights: Sequence[float]) -> tuple[float, ...]:
    """Divide weights by their mean, which must be positive."""
    mean = math.fsum(weights) / len(weights)
    return tuple(weight / mean for weight in weights)


def stretch(hourly: Sequence[float], bins: int) -> tuple[float, ...]:
    """Lay the day over the whole grid: slots of five minutes, resampled linearly at ``i / bins x (slots - 1)``."""
    slots = normalise([weight for weight in hourly for _ in range(SLOTS_PER_HOUR)])
    if bins == len(slots):
        return normalise(slots)
    last = len(slots) - 1
    resampled: list[float] = []
    for i in range(bins):
        position = i / bins * last
        low = math.floor(position)
        high = min(low + 1, last)
        resampled.append(slots[low] + (slots[high] - slots[low]) * (position - low))
    return normalise(resampled)


def clock(hourly: Sequence[float], grid: Grid) -> tuple[float, ...]:
    """Give each bin the weight of the UTC hour in which it starts; the grid must have a start."""
    by_hour = normalise(hourly)
    starts = (grid.bin_start(t) for t in range(grid.bins))
    return tuple(by_hour[start.hour] for start in starts if start is not None)
