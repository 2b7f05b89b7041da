"""Variation of series and what it does to waiting (SEMANTICS 5.3)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_core.records.distribution import Distribution
    from flowtime_core.records.series import FloatArray


def distribution_cv(distribution: Distribution) -> float:
    """Return sigma/|mu| of a distribution [1]; NaN when mu = 0."""
    return _cv(distribution.values, distribution.probabilities)


def observed_cv(values: FloatArray) -> float:
    """Return the population sigma/|mu| over the defined bins of a series of shape (bins,) [1]; NaN when mu = 0."""
    defined: list[float] = values[np.isfinite(values)].tolist()
    return _cv(defined, [1.0] * len(defined)) if defined else math.nan


def _cv(values: Sequence[float], weights: Sequence[float]) -> float:
    total = math.fsum(weights)
    anchor = values[0]
    mean = anchor + math.fsum((x - anchor) * weight for x, weight in zip(values, weights, strict=True)) / total
    if mean == 0.0:
        return math.nan
    offsets = [x - mean for x in values]
    variance = math.fsum(d * d * weight for d, weight in zip(offsets, weights, strict=True)) / total
    return math.sqrt(variance) / abs(mean)


def kingman_wait_ms(rho: FloatArray, service_time: FloatArray, ca: FloatArray, cs: FloatArray) -> FloatArray:
    """Return rho/(1-rho) x (ca^2+cs^2)/2 x serviceTime [ms]: null unless 0 < rho < 1 (SEMANTICS 5.3).

    ``rho`` [1] and ``service_time`` [ms] have one value per bin, ``ca`` and ``cs`` [1] one for the run.
    """
    stable = (rho > 0.0) & (rho < 1.0)
    inside = np.where(stable, rho, 0.5)
    wait = inside / (1.0 - inside) * ((ca * ca + cs * cs) / 2.0) * service_time
    return np.where(stable & np.isfinite(wait), wait, np.nan)
