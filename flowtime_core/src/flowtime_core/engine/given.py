"""Values known before anything runs: constants, distributions with profiles, telemetry sources (SEMANTICS 2)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from flowtime_core.engine.kernels.profile import HOURLY_WEIGHTS, clock, normalise, stretch
from flowtime_core.expr.kernels.whole import exact_sum
from flowtime_core.records.distribution import BuiltinProfile, InlineProfile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_core.records.distribution import Distribution, Profile
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.series import FloatArray

SUM_TOLERANCE = 1e-6


@frozen
class Moments:
    """Mean and variance of a distribution, and the sum its probabilities had."""

    mean: float
    variance: float
    probability_sum: float

    @property
    def renormalised(self) -> bool:
        """Whether the probabilities were divided by their sum (SEMANTICS 2.3)."""
        return abs(self.probability_sum - 1.0) > SUM_TOLERANCE


def moments(distribution: Distribution) -> Moments:
    """Return ``sum(v p)`` in declaration order and the variance, with p / sum where the sum is off (SEMANTICS 2.3)."""
    total = math.fsum(distribution.probabilities)
    off = abs(total - 1.0) > SUM_TOLERANCE
    weights = [p / total for p in distribution.probabilities] if off else list(distribution.probabilities)
    mean = 0.0
    for value, weight in zip(distribution.values, weights, strict=True):
        mean += value * weight
    deviations = [value - mean for value in distribution.values]
    variance = exact_sum([p * (x * x) for x, p in zip(deviations, weights, strict=True)])
    return Moments(mean, variance, total)


def profile_weights(profile: Profile, grid: Grid) -> tuple[float, ...]:
    """Return one weight per bin with mean 1 (SEMANTICS 2.4).

    Raises
    ------
    ValueError
        When a clock profile meets a grid without a start.
    """
    match profile:
        case InlineProfile(weights=weights):
            return normalise(weights)
        case BuiltinProfile(name=name, alignment="clock"):
            if grid.start is None:
                message = "alignment 'clock' needs grid.start"
                raise ValueError(message)
            return clock(HOURLY_WEIGHTS[name], grid)
        case BuiltinProfile(name=name):
            return stretch(HOURLY_WEIGHTS[name], grid.bins)


def column(values: Sequence[float] | float, bins: int) -> FloatArray:
    """Return values as an array [bin, 1]; one number fills every bin."""
    filled = np.empty((bins, 1), dtype=np.float64)
    filled[:, 0] = values
    return filled
