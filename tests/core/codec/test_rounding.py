"""SEMANTICS 5.7: answers round to six decimals, half away from zero, at the boundary only."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.codec.rounding import answer_number


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        (0.8571428571428571, 0.857143),
        (8.333333333333334, 8.333333),
        (0.0000005, 0.000001),
        (-0.0000005, -0.000001),
        (0.00000049999, 0),
        (1.0000005, 1.000001),
        (2.0000015, 2.000002),
        (-2.0000025, -2.000003),
        (0.9999999, 1),
        (1e-9, 0),
        (-1e-12, 0),
        (-0.0, 0),
        (123456789.1234565, 123456789.123457),
        (999999999999999.9, 999999999999999.9),
        (5.0, 5),
        (1e15, 1e15),
        (1e15 + 0.125, 1e15 + 0.125),
        (-1e300, -1e300),
    ],
)
def test_six_decimals_half_away_from_zero(x: float, shown: float) -> None:
    """SEMANTICS 5.7: the shortest decimal of the number is rounded, ties away from zero, tiny values to 0."""
    assert answer_number(x) == shown
    assert math.copysign(1, answer_number(x) or 0) == (1 if shown == 0 else math.copysign(1, shown))


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_null(x: float) -> None:
    """SEMANTICS 7.2: NaN and infinities are null in JSON."""
    assert answer_number(x) is None


@pytest.mark.parametrize("x", [0.0, 5.0, 4.9999999999, 1e14])
def test_integral_results_are_integers(x: float) -> None:
    """An integral result below 1e15 is an int, so that JSON shows no `.0`."""
    assert isinstance(answer_number(x), int)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_moves_at_most_half_a_step_and_happens_once(x: float) -> None:
    """Law: the result is within half a millionth of the shortest decimal, and rounding it again changes nothing."""
    shown = answer_number(x)
    assert shown is not None
    assert abs(Fraction(repr(float(shown))) - Fraction(repr(x))) <= Fraction(1, 2_000_000)
    assert answer_number(shown) == shown


@given(st.one_of(st.floats(-1e15, 1e15), st.integers(-(10**13), 10**13).map(lambda n: n / 1e7)))
def test_a_number_is_rounded_as_its_shortest_decimal_is(x: float) -> None:
    """5.7 What is rounded is the shortest decimal, half away from zero, ties and all."""
    shortest = Decimal(repr(x)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    assert answer_number(x) == float(shortest)
