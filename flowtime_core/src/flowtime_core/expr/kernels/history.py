"""Kernels that look back: a bin depends on earlier bins of the argument or of the result (SEMANTICS 3.3)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from flowtime_core.records.series import FloatArray

_Inputs = tuple["FloatArray", ...]
_Literals = tuple[float, ...]
_Value = TypeVar("_Value", float, "FloatArray")


def shift(out: FloatArray, inputs: _Inputs, lo: int, hi: int, literals: _Literals) -> None:
    """SHIFT: ``out[t] = x[t-k]``, and the initial value for t < k."""
    lag, start = int(literals[0]), lo
    if lag > lo:
        start = min(lag, hi)
        out[lo:start] = literals[1]
    if start < hi:
        out[start:hi] = inputs[0][start - lag : hi - lag]


def convolve(out: FloatArray, inputs: _Inputs, lo: int, hi: int, literals: _Literals) -> None:
    """CONV: ``out[t] = sum of x[t-j] * k[j]`` over j <= t in increasing j; non-finite samples count 0.

    Zero taps are passed over: they change no bit, and a kernel with k0 = 0 never reads bin t itself.
    """
    x, rows = inputs[0], out[lo:hi]
    if rows.size == 1 and x.shape[1] == 1:
        rows[...] = _convolve_bin(x[max(0, hi - len(literals)) : hi, 0].tolist(), literals)
        return
    rows[...] = 0.0
    for j, tap in enumerate(literals[:hi]):
        if tap != 0.0:
            start = max(lo, j)
            sample = x[start - j : hi - j]
            rows[start - lo :] += np.where(np.isfinite(sample), sample, 0.0) * tap


def _convolve_bin(samples: list[float], taps: tuple[float, ...]) -> float:
    """Return one bin of a single run in plain floats: the same terms in the same order."""
    level = 0.0
    for sample, tap in zip(reversed(samples), taps, strict=False):
        if tap != 0.0 and math.isfinite(sample):
            level += sample * tap
    return level


def ema(out: FloatArray, inputs: _Inputs, lo: int, hi: int, literals: _Literals) -> None:
    """EMA: ``e[0] = x[0]``, ``e[t] = alpha * x[t] + (1 - alpha) * e[t-1]``."""
    x, alpha, start = inputs[0], literals[0], lo
    if lo == 0:
        out[0] = x[0]
        start = 1
    if start >= hi:
        return
    if out.shape[1] == 1:
        level = float(out[start - 1, 0])
        for t, sample in enumerate(x[start:hi, 0].tolist(), start):
            out[t, 0] = level = _smooth(sample, level, alpha)
    else:
        for t in range(start, hi):
            out[t] = _smooth(x[t], out[t - 1], alpha)


def _smooth(sample: _Value, level: _Value, alpha: float) -> _Value:
    return alpha * sample + (1.0 - alpha) * level


def cumsum(out: FloatArray, inputs: _Inputs, lo: int, hi: int, _literals: _Literals) -> None:
    """CUMSUM: ``s[0] = x[0]``, ``s[t] = s[t-1] + x[t]``."""
    rows = out[lo:hi]
    rows[...] = inputs[0][lo:hi]
    if lo > 0:
        rows[0] += out[lo - 1]
    np.add.accumulate(rows, axis=0, out=rows)


def diff(out: FloatArray, inputs: _Inputs, lo: int, hi: int, _literals: _Literals) -> None:
    """DIFF: ``d[0] = x[0]``, ``d[t] = x[t] - x[t-1]``."""
    x, start = inputs[0], max(lo, 1)
    if lo == 0:
        out[0] = x[0]
    np.subtract(x[start:hi], x[start - 1 : hi - 1], out=out[start:hi])


def rolling_sum(out: FloatArray, inputs: _Inputs, lo: int, hi: int, literals: _Literals) -> None:
    """ROLLING_SUM: ``out[t] = ((x[t] + x[t-1]) + ..) + x[t-w+1]``, shorter at the start."""
    x, rows, window = inputs[0], out[lo:hi], int(literals[0])
    if hi - lo == 1:
        recent = x[max(0, hi - window) : hi][::-1]
        rows[...] = np.add.accumulate(recent, axis=0)[-1]
        return
    rows[...] = x[lo:hi]
    for j in range(1, min(window, hi)):
        start = max(lo, j)
        rows[start - lo :] += x[start - j : hi - j]


def rolling_mean(out: FloatArray, inputs: _Inputs, lo: int, hi: int, literals: _Literals) -> None:
    """ROLLING_MEAN: the rolling sum divided by the bins in its window."""
    rolling_sum(out, inputs, lo, hi, literals)
    rows = out[lo:hi]
    rows /= np.minimum(np.arange(lo + 1, hi + 1), min(int(literals[0]), hi))[:, np.newaxis]
