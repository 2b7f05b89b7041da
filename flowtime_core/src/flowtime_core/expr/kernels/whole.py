"""Kernels that read the whole series at once and give one number for all bins (SEMANTICS 3.3)."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowtime_core.expr.kernels import Kernel
    from flowtime_core.records.series import FloatArray

_Inputs = tuple["FloatArray", ...]
_Literals = tuple[float, ...]


def whole(statistic: Callable[..., float]) -> Kernel:
    """Return the kernel of ``statistic(values, *literals)``, per scenario and in every bin; runs once."""

    def kernel(out: FloatArray, inputs: _Inputs, _lo: int, _hi: int, literals: _Literals) -> None:
        out[...] = [statistic(column, *literals) for column in inputs[0].T.tolist()]

    return kernel


def exact_sum(values: list[float]) -> float:
    """Return the correctly rounded sum (``math.fsum``); NaN and infinities as IEEE addition has them."""
    special = [value for value in values if not math.isfinite(value)]
    try:
        return math.fsum(special or values)
    except ValueError:
        return math.nan
    except OverflowError:
        return _exact(values)


def _exact(values: list[float]) -> float:
    exact = sum(map(Fraction, values), Fraction())
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def mean(values: list[float]) -> float:
    """Return the sum divided by the number of bins."""
    return exact_sum(values) / len(values)


def percentile(values: list[float], percent: float) -> float:
    """Return the value at rank ``percent / 100 * (N - 1)`` of the sorted series, linear between ranks."""
    if any(map(math.isnan, values)):
        return math.nan
    ordered = sorted(values)
    rank = percent / 100.0 * (len(ordered) - 1)
    below = math.floor(rank)
    low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    share = rank - below
    return low if share == 0.0 or low == high else low + (high - low) * share
