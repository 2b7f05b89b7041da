"""Mixes of classes: parts of a total (SEMANTICS 4.10). Parts are arrays [bin, scenario] in order of class id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_core.records.series import FloatArray

CLOSE: Final = 1e-12
"""Parts that sum to the total up to this share of their magnitude are left alone."""


def rescale(parts: Sequence[FloatArray], total: FloatArray) -> list[FloatArray]:
    """Scale parts so that they sum to the total; equal shares where they sum to 0 and the total does not.

    Parts that are not finite say nothing about the mix, as parts of 0 do.
    """
    found = np.zeros_like(total)
    size = np.zeros_like(total)
    for part in parts:
        found = found + part
        size = size + np.abs(part)
    known = np.isfinite(found)
    close = known & (np.abs(found - total) <= CLOSE * size)
    empty = (found == 0.0) | ~known
    divisor = np.where(empty, 1.0, found)
    equal = total / len(parts)
    return [np.where(close, part, np.where(empty, equal, part / divisor * total)) for part in parts]


def shares(rates: Sequence[float]) -> list[float]:
    """Return rates as shares of their sum, equal ones where that is 0 (SEMANTICS 4.10)."""
    total = 0.0
    for rate in rates:
        total += rate
    return [1.0 / len(rates) if total == 0.0 else rate / total for rate in rates]
