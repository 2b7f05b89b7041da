"""Profile weights (2.4) and retry kernels (4.8), exactly."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

from flowtime_core.records.distribution import BuiltinProfile, InlineProfile, Profile
from flowtime_core.records.grid import Grid
from tests.support.exact import ONE, ZERO

HOURLY: Final = {
    "weekday-office": ".18 .16 .15 .15 .2 .3 .45 .7 .95 1.15 1.25 1.3 1.25 1.15 1.05 1 .95 .85 .65 .5 .38 .3 .25 .2",
    "three-shift": (".9 .9 .9 .92 .95 .98 1 1.03 1.06 1.1 1.12 1.15 1.12 1.08 1.05 1.02 1 .98 .96 .94 .92 .9 .9 .9"),
    "hub-rush-hour": ".2 .18 .17 .17 .2 .35 .7 1.2 1.4 1.25 1 .85 .8 .85 .95 1.1 1.35 1.5 1.35 1 .65 .4 .3 .22",
}
DEFAULT_TAPS: Final = (0.0, 0.6, 0.3, 0.1)
MOST_TAPS: Final = 32
SLOTS: Final = 288


def _by_mean(weights: list[Fraction]) -> list[Fraction]:
    mean = sum(weights, ZERO) / len(weights)
    return [weight / mean for weight in weights]


def pmf_weights(profile: Profile | None, grid: Grid) -> list[Fraction]:
    """The factor of every bin, with mean 1 (a clock profile: mean 1 over a day)."""
    match profile:
        case None:
            return [ONE] * grid.bins
        case InlineProfile(weights=weights):
            return _by_mean([Fraction(weight) for weight in weights])
        case BuiltinProfile(name=name, alignment="clock"):
            hours = _by_mean([Fraction(text) for text in HOURLY[name].split()])
            starts = [grid.bin_start(t) for t in range(grid.bins)]
            return [hours[start.hour] for start in starts if start is not None]
        case BuiltinProfile(name=name):
            return _stretched([Fraction(text) for text in HOURLY[name].split()], grid.bins)


def _stretched(hours: list[Fraction], bins: int) -> list[Fraction]:
    slots = _by_mean([hours[i * 24 // SLOTS] for i in range(SLOTS)])
    if bins == SLOTS:
        return _by_mean(slots)
    samples: list[Fraction] = []
    for i in range(bins):
        position = Fraction(i, bins) * (SLOTS - 1)
        low = int(position)
        high = min(low + 1, SLOTS - 1)
        samples.append(slots[low] + (slots[high] - slots[low]) * (position - low))
    return _by_mean(samples)


def retry_taps(kernel: tuple[float, ...] | None) -> list[Fraction]:
    """The kernel after its policy."""
    chosen = DEFAULT_TAPS if not kernel else kernel[:MOST_TAPS]
    taps = [Fraction(tap) if math.isfinite(tap) and tap > 0 else ZERO for tap in chosen]
    total = sum(taps, ZERO)
    return [tap / total for tap in taps] if total > 1 else taps
