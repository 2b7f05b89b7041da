"""Retries: the kernel that spreads failures over later bins, and failures by number of attempt (SEMANTICS 4.8)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from flowtime_core.expr.kernels.whole import exact_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_core.records.series import FloatArray

DEFAULT_KERNEL: Final = (0.0, 0.6, 0.3, 0.1)
MAX_TAPS: Final = 32


def apply_policy(kernel: Sequence[float] | None) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return the kernel that is used, and what had to be corrected: taps, bad values, the sum."""
    if not kernel:
        return DEFAULT_KERNEL, ()
    corrections: list[str] = []
    taps = list(kernel[:MAX_TAPS])
    if len(kernel) > MAX_TAPS:
        corrections.append(f"{len(kernel)} taps were cut to {MAX_TAPS}")
    good = [tap if math.isfinite(tap) and tap > 0.0 else 0.0 for tap in taps]
    if good != taps:
        corrections.append("negative or non-finite taps count as 0")
    total = exact_sum(good)
    if math.isinf(total):
        good = [tap / max(good) for tap in good]
        total = exact_sum(good)
    if total > 1.0:
        corrections.append(f"taps sum to {total:.10g} and were divided by it")
        good = [tap / total for tap in good]
    return tuple(good), tuple(corrections)


def split_by_attempt(
    failures: FloatArray, attempts: FloatArray, failed: FloatArray, kernel: Sequence[float], lo: int, hi: int
) -> None:
    """Fill ``failed`` [attempt, bin, scenario], the failures of each attempt, for bins ``lo`` to ``hi - 1``.

    ``a[n+1][t] = sum over j >= 1 of f[n][t-j] k[j]``, ``a[1] = max(0, attempts - a[2] - .. - a[K])``,
    ``f[n] = f a[n] / sum a``; where nobody attempts, all failures count as first ones. Where all attempts have one
    number, so have all failures: ``f a / a`` may differ from ``f`` in the last bit.
    """
    count = failed.shape[0]
    for t in range(lo, hi):
        tries = np.zeros((count, failed.shape[2]))
        for j, tap in enumerate(kernel[1 : t + 1], 1):
            tries[1:] += failed[:-1, t - j] * tap
        first = attempts[t]
        for later in tries[1:]:
            first = first - later
        tries[0] = np.where(first > 0.0, first, 0.0)
        total = np.zeros(failed.shape[2])
        for level in tries:
            total = total + level
        nobody = total == 0.0
        failed[:, t] = np.where(tries == total, failures[t], failures[t] * tries / np.where(nobody, 1.0, total))
        failed[1:, t] = np.where(nobody, 0.0, failed[1:, t])
