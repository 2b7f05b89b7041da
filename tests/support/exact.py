"""Exact numbers: a Fraction, or a float where the value is NaN or infinite. IEEE rules without rounding and -0."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Final

Exact = Fraction | float
NAN: Final[float] = math.nan
ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)
_MANTISSA_BITS: Final = 53
_SMALLEST: Final = 1074
_LARGEST: Final = 1024


def exact(value: float) -> Exact:
    """The number itself; NaN and infinities stay floats."""
    return Fraction(value) if math.isfinite(value) else float(value)


def is_nan(value: Exact) -> bool:
    """Whether the value is NaN."""
    return value != value  # noqa: PLR0124 - NaN alone differs from itself


def is_finite(value: Exact) -> bool:
    """Whether the value is neither NaN nor infinite."""
    return isinstance(value, Fraction)


def is_double(value: Exact) -> bool:
    """Whether float64 holds the value without rounding."""
    if not isinstance(value, Fraction) or value == 0:
        return True
    top, bottom = abs(value.numerator), value.denominator
    shift = (top & -top).bit_length() - 1
    power = bottom.bit_length() - 1
    is_dyadic = bottom == 1 << power and power <= _SMALLEST
    return is_dyadic and (top >> shift).bit_length() <= _MANTISSA_BITS and abs(value) < 1 << _LARGEST - 1


def _sign(value: Exact) -> float:
    return float((value > 0) - (value < 0)) if isinstance(value, Fraction) else value


def combine(left: Exact, right: Exact, exactly: Callable[[Fraction, Fraction], Fraction], ieee: str) -> Exact:
    """Apply an operation: exactly to two Fractions, else as IEEE does to their signs, infinities and NaN."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return exactly(left, right)
    a, b = _sign(left), _sign(right)
    match ieee:
        case "+":
            return exact(a + b)
        case "-":
            return exact(a - b)
        case "*":
            return exact(a * b)
        case _:
            return exact(a / b)


def smaller(left: Exact, right: Exact) -> Exact:
    """The smaller of two numbers; NaN when either is."""
    return NAN if is_nan(left) or is_nan(right) else min(left, right)


def larger(left: Exact, right: Exact) -> Exact:
    """The larger of two numbers; NaN when either is."""
    return NAN if is_nan(left) or is_nan(right) else max(left, right)


def floor(value: Exact) -> Exact:
    """The largest integer not above the value."""
    return Fraction(math.floor(value)) if isinstance(value, Fraction) else value


def half_away(value: Exact) -> Exact:
    """The nearest integer, halves away from zero."""
    if not isinstance(value, Fraction):
        return value
    magnitude = Fraction(math.floor(abs(value) + Fraction(1, 2)))
    return magnitude if value >= 0 else -magnitude


def modulo(left: Exact, right: Exact) -> Exact:
    """Floored modulo with the sign of the divisor; a zero divisor gives 0 unless the dividend is NaN."""
    if is_nan(left) or is_nan(right):
        return NAN
    if right == 0:
        return ZERO
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left - right * math.floor(left / right)
    if not isinstance(left, Fraction):
        return NAN
    return left if left == 0 or (left > 0) == (right > 0) else right
