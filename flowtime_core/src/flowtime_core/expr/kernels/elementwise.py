"""Kernels that look at one bin at a time (SEMANTICS 3.2, 3.3)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flowtime_core.expr.kernels import Kernel
    from flowtime_core.records.series import BoolArray, FloatArray

_Inputs = tuple["FloatArray", ...]
_Literals = tuple[float, ...]


def unary(function: np.ufunc) -> Kernel:
    """Return the kernel ``out = function(a)`` of a numpy function."""

    def kernel(out: FloatArray, inputs: _Inputs, lo: int, hi: int, _literals: _Literals) -> None:
        function(inputs[0][lo:hi], out=out[lo:hi])

    return kernel


def binary(function: np.ufunc) -> Kernel:
    """Return the kernel ``out = function(a, b)`` of a numpy function; comparisons give 1 or 0."""

    def kernel(out: FloatArray, inputs: _Inputs, lo: int, hi: int, _literals: _Literals) -> None:
        function(inputs[0][lo:hi], inputs[1][lo:hi], out=out[lo:hi])

    return kernel


def fold(function: np.ufunc) -> Kernel:
    """Return the kernel ``out = function(function(a, b), c) ...`` over two or more arguments."""

    def kernel(out: FloatArray, inputs: _Inputs, lo: int, hi: int, _literals: _Literals) -> None:
        rows = out[lo:hi]
        function(inputs[0][lo:hi], inputs[1][lo:hi], out=rows)
        for argument in inputs[2:]:
            function(rows, argument[lo:hi], out=rows)

    return kernel


def dividing(function: np.ufunc) -> Kernel:
    """Return the kernel ``out = function(a, b)``, and 0 where b is 0 and a is not NaN (3.2)."""

    def kernel(out: FloatArray, inputs: _Inputs, lo: int, hi: int, _literals: _Literals) -> None:
        dividend, divisor, rows = inputs[0][lo:hi], inputs[1][lo:hi], out[lo:hi]
        zero = divided_by_zero(dividend, divisor)
        function(dividend, divisor, out=rows)
        np.copyto(rows, 0.0, where=zero)

    return kernel


def divided_by_zero(dividend: FloatArray, divisor: FloatArray) -> BoolArray:
    """Tell where a division meets a zero divisor (either sign) and a dividend that is not NaN (3.2)."""
    zero: BoolArray = (divisor == 0.0) & ~np.isnan(dividend)
    return zero


def scalar(function: Callable[..., float]) -> Kernel:
    """Return the kernel that calls a function of Python numbers element by element (7.1)."""

    def kernel(out: FloatArray, inputs: _Inputs, lo: int, hi: int, _literals: _Literals) -> None:
        rows: Sequence[FloatArray] = [argument[lo:hi] for argument in inputs]
        if len(rows) > 1:
            rows = np.broadcast_arrays(*rows)
        values = map(function, *(row.ravel().tolist() for row in rows))
        out[lo:hi] = np.fromiter(values, np.float64, rows[0].size).reshape(rows[0].shape)

    return kernel


def exp(x: float) -> float:
    """Return e to the x; Infinity where that is too large."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def log(x: float) -> float:
    """Return the natural logarithm: -Infinity for 0 and NaN below."""
    if x > 0.0:
        return math.log(x)
    return -math.inf if x == 0.0 else math.nan


def power(x: float, y: float) -> float:
    """Return x to the y as IEEE ``pow`` does, except that NaN always propagates (3.3)."""
    if math.isnan(x) or math.isnan(y):
        return math.nan
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0.0 and _is_odd(y) else math.inf
    except ValueError:
        if x != 0.0:
            return math.nan
        return math.copysign(math.inf, x) if _is_odd(y) else math.inf


def _is_odd(y: float) -> bool:
    return math.fmod(y, 2.0) in {1.0, -1.0}


def clamp(out: FloatArray, inputs: _Inputs, lo: int, hi: int, _literals: _Literals) -> None:
    """CLAMP: ``max(low, min(high, x))``, so the lower bound wins."""
    rows = out[lo:hi]
    x, low, high = (argument[lo:hi] for argument in inputs)
    np.maximum(low, np.minimum(high, x), out=rows)


def round_half_away(out: FloatArray, inputs: _Inputs, lo: int, hi: int, _literals: _Literals) -> None:
    """ROUND: truncate, then step away from zero where the exact rest is a half or more."""
    x = inputs[0][lo:hi]
    whole = np.trunc(x)
    np.add(whole, np.where(np.abs(x - whole) >= 0.5, np.copysign(1.0, x), 0.0), out=out[lo:hi])  # noqa: PLR2004


def choose(out: FloatArray, inputs: _Inputs, lo: int, hi: int, _literals: _Literals) -> None:
    """IF: NaN where the condition is NaN, the second argument where it is not 0, else the third."""
    condition, taken, other = (argument[lo:hi] for argument in inputs)
    rows = out[lo:hi]
    rows[...] = np.where(condition != 0.0, taken, other)
    np.copyto(rows, np.nan, where=np.isnan(condition))


def pulse(out: FloatArray, inputs: _Inputs, lo: int, hi: int, literals: _Literals) -> None:
    """PULSE: the amplitude in bins ``phase + n * period``, else 0."""
    period, phase = int(literals[0]), int(literals[1])
    first = phase if lo <= phase else lo + (phase - lo) % period
    out[lo:hi] = 0.0
    if first < hi:
        out[first:hi:period] = inputs[0][first:hi:period]
