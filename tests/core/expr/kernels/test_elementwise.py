"""Functions and operators that look at one bin at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from flowtime_core.expr import compile_expression, evaluate, parse

NAN, INF = math.nan, math.inf


def values(expression: str, **series: Sequence[float]) -> list[float]:
    """The values of an expression over series of equal length."""
    bins = max((len(column) for column in series.values()), default=1)
    return list(evaluate(expression, series, bins=bins).tolist())


def same(found: list[float], expected: list[float]) -> bool:
    """Whether two lists are equal where NaN equals NaN."""
    return len(found) == len(expected) and all(
        a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("10 - 4 - 3", 3),
        ("100 / 10 / 5", 2),
        ("-2 * 3", -6),
        ("2 * -3", -6),
        ("2 - -3", 5),
        ("+-+3", -3),
        ("(1 + 2) * 3 - -7", 16),
        ("1 + 1 < 3", 1),
        ("3 > 2 > 1", 0),
        ("0 - 2 < -1 == 1", 1),
    ],
)
def test_precedence_and_associativity(expression: str, expected: float) -> None:
    """3.1 Comparison binds loosest, then sums, then products, then signs; each from the left."""
    assert values(expression) == [expected]


def test_division_by_zero_is_zero() -> None:
    """3.2 x / 0 is 0 for both zero signs and any x that is not NaN; NaN / 0 is NaN."""
    found = values("a / b", a=[7, 0, INF, -INF, 7, NAN, 7, 1], b=[0, 0, 0, 0, -0.0, 0, NAN, 1e-300])
    assert same(found, [0, 0, 0, 0, 0, NAN, NAN, 1 / 1e-300])


def test_arithmetic_is_ieee() -> None:
    """3.2 Sums, differences, products and quotients overflow and meet infinities as IEEE says."""
    assert same(values("a * b", a=[1e308, 0], b=[10, INF]), [INF, NAN])
    assert same(values("a - b", a=[INF, 0.3], b=[INF, 0.1]), [NAN, 0.3 - 0.1])
    assert values("a / b", a=[1, -1], b=[INF, 3]) == [0, -1 / 3]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("<", [1, 0, 0, 0]),
        ("<=", [1, 1, 0, 0]),
        (">", [0, 0, 1, 0]),
        (">=", [0, 1, 1, 0]),
        ("==", [0, 1, 0, 0]),
        ("!=", [1, 0, 1, 1]),
    ],
)
def test_comparisons(operator: str, expected: list[float]) -> None:
    """3.2 Comparisons give 1 or 0; NaN compares false, and true for `!=`."""
    assert values(f"a {operator} b", a=[1, 2, 3, NAN], b=[2, 2, 2, 2]) == expected


def test_min_and_max_take_two_or_more_arguments() -> None:
    """3.3 MIN and MAX take the extreme of all arguments, and NaN propagates."""
    assert same(values("MIN(a, 5, b)", a=[1, 9, NAN, 7], b=[2, 8, 0, NAN]), [1, 5, NAN, NAN])
    assert same(values("MAX(a, 5, b)", a=[1, 9, NAN, 7], b=[2, 8, 0, NAN]), [5, 9, NAN, NAN])


def test_clamp_lets_the_lower_bound_win() -> None:
    """3.3 CLAMP(x, lo, hi) is max(lo, min(hi, x))."""
    assert values("CLAMP(x, 0, 10)", x=[-1, 5, 11]) == [0, 5, 10]
    assert values("CLAMP(5, 10, 0)") == [10]
    assert same(values("CLAMP(x, lo, hi)", x=[NAN, 1, 1], lo=[0, NAN, 0], hi=[1, 1, NAN]), [NAN] * 3)


def test_mod_is_floored() -> None:
    """3.3 MOD has the sign of the divisor and MOD(x, 0) is 0; NaN propagates and MOD(Infinity, b) is NaN."""
    found = values("MOD(a, b)", a=[7, -7, 7, -7, 5, -6.5, NAN, INF], b=[3, 3, -3, -3, 0, 2, 0, 3])
    assert same(found, [1, 2, -2, -1, 0, 1.5, NAN, NAN])


def test_round_is_half_away_from_zero_and_exact() -> None:
    """3.3 ROUND is half away from zero and exact."""
    x = [2.5, -2.5, 0.49999999999999994, -0.5, 1.5, -0.2, 4503599627370497, 4503599627370495.5, INF, -INF, NAN]
    assert same(values("ROUND(x)", x=x), [3, -3, 0, -1, 2, 0, 4503599627370497, 4503599627370496, INF, -INF, NAN])


def test_floor_ceil_abs() -> None:
    """3.3 FLOOR goes down, CEIL goes up, ABS drops the sign."""
    assert values("FLOOR(x)", x=[2.5, -2.5, 3]) == [2, -3, 3]
    assert values("CEIL(x)", x=[2.5, -2.5, 3]) == [3, -2, 3]
    assert values("ABS(x)", x=[2.5, -2.5, -INF]) == [2.5, 2.5, INF]


def test_sqrt_of_a_negative_is_nan() -> None:
    """3.3 SQRT follows IEEE: SQRT(-1) is NaN."""
    assert same(values("SQRT(x)", x=[4, 2.25, -1, INF, 0]), [2, 1.5, NAN, INF, 0])


def test_exp_overflows_to_infinity() -> None:
    """3.3 EXP follows IEEE and never raises."""
    assert same(values("EXP(x)", x=[0, 1, 1000, -1000, INF, -INF, NAN]), [1, math.e, INF, 0, INF, 0, NAN])


def test_log_follows_ieee() -> None:
    """3.3 LOG(0) is -Infinity and LOG(-1) is NaN."""
    assert same(values("LOG(x)", x=[1, 0, -0.0, -1, INF, NAN]), [0, -INF, -INF, NAN, INF, NAN])


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (2, 10, 1024),
        (-8, 1 / 3, NAN),
        (0, -1, INF),
        (-0.0, -1, -INF),
        (-0.0, -2, INF),
        (0, -INF, INF),
        (1e300, 2, INF),
        (-1e300, 2, INF),
        (-1e300, 3, -INF),
        (2, -2000, 0),
        (0, 0, 1),
        (NAN, 0, NAN),
        (1, NAN, NAN),
        (-1, INF, 1),
    ],
)
def test_pow_follows_ieee_except_that_nan_propagates(x: float, y: float, expected: float) -> None:
    """3.3 POW follows IEEE at its edges, but POW(NaN, 0) and POW(1, NaN) are NaN."""
    assert same(values("POW(x, y)", x=[x], y=[y]), [expected])


def test_step() -> None:
    """3.3 STEP(x, th) is 1 where x >= th, else 0, also for NaN."""
    assert values("STEP(x, 2)", x=[1, 2, 3, NAN]) == [0, 1, 1, 0]


def test_pulse() -> None:
    """3.3 PULSE is the amplitude at the phase and every period after it, else 0."""
    ones = [1.0] * 7
    assert values("PULSE(3) * x", x=ones) == [1, 0, 0, 1, 0, 0, 1]
    assert values("PULSE(2, 3) * x", x=ones) == [0, 0, 0, 1, 0, 1, 0]
    assert values("PULSE(3, 1, x)", x=[1, 2, 3, 4, 5, NAN, 7]) == [0, 2, 0, 0, 5, 0, 0]
    assert values("PULSE(1e300, 2) * x", x=ones) == [0, 0, 1, 0, 0, 0, 0]
    assert values("PULSE(1, 9) * x", x=ones) == [0] * 7


def test_if() -> None:
    """3.3 IF is NaN where the condition is NaN, a where it is not 0, else b; the other branch does not matter."""
    found = values("IF(c, a, b)", c=[1, 0, -0.5, NAN, -0.0, INF], a=[1, NAN, 3, 4, 5, 6], b=[NAN, 8, 9, 9, 9, 9])
    assert same(found, [1, 8, 3, NAN, 9, 6])


@pytest.mark.parametrize(
    "call",
    [
        *(f"{name}(x)" for name in ("ABS", "FLOOR", "CEIL", "ROUND", "SQRT", "EXP", "LOG", "CUMSUM", "DIFF")),
        *(f"{name}(x)" for name in ("SUM", "MEAN", "AVG")),
        *(f"{name}(x, 1)" for name in ("MIN", "MAX", "MOD", "POW", "ROLLING_SUM", "ROLLING_MEAN", "EMA")),
        "PERCENTILE(x, 50)",
        "SHIFT(x, 0)",
        "PULSE(1, 0, x)",
        "CLAMP(x, 0, 1)",
        "IF(x, 1, 2)",
        "-x",
        "x + 1",
    ],
)
def test_nan_propagates(call: str) -> None:
    """3.3 NaN propagates through every function except CONV, STEP and comparisons."""
    assert math.isnan(values(call, x=[NAN])[0])


def test_divisions_by_zero_are_recorded_with_their_bins() -> None:
    """3.2 Each bin in which `/` or MOD met a zero divisor is recorded, unless the dividend is NaN."""
    assert zeros("a / b + MOD(a, c)", a=[1, 0, NAN, 1], b=[0, -0.0, 0, 1], c=[1, 1, 0, 0]) == [0, 1, 3]


def test_a_branch_that_if_does_not_take_records_nothing() -> None:
    """3.2 A division in a branch that IF does not take is not recorded."""
    c, z = [1, 0, NAN, 1], [0, 0, 0, 5]
    assert zeros("IF(c, 1 / z, 0)", c=c, z=z) == [0]
    assert zeros("IF(c, 0, 1 / z)", c=c, z=z) == [1]
    assert zeros("IF(1 / z, 1, 2)", z=z) == [0, 1, 2]
    assert zeros("IF(c, IF(z, 1, 1 / z), 0)", c=c, z=z) == [0]


def test_below_a_history_function_a_taken_branch_counts_in_every_bin() -> None:
    """3.2 Below SHIFT in a branch, a division counts in its own bin if the branch is taken in any bin."""
    assert zeros("IF(c, SHIFT(1 / z, 1), 0)", c=[0, 0, 1], z=[0, 1, 0]) == [0, 2]
    assert zeros("IF(c, SHIFT(1 / z, 1), 0)", c=[0, 0, 0], z=[0, 1, 0]) == []
    assert zeros("IF(c, SHIFT(IF(z, 9, 1 / z), 1), 0)", c=[0, 0, 1], z=[0, 1, 0]) == [0, 2]
    assert zeros("IF(c, SUM(1 / z), 0)", c=[0, 1, 0], z=[0, 1, 0]) == [0, 2]


def zeros(expression: str, **series: Sequence[float]) -> list[int]:
    """The bins in which an expression divides by zero; whole series and bin by bin must agree."""
    bins = max(map(len, series.values()))
    program = compile_expression(parse(expression), bins=bins)
    found: list[list[int]] = []
    for step in (bins, 1):
        evaluation = program.start([np.array(series[r.name], float)[:, np.newaxis] for r in program.inputs])
        for lo in range(0, bins, step):
            evaluation.run(lo, lo + step)
        found.append([t for t, hit in enumerate(evaluation.divisions_by_zero()[:, 0].tolist()) if hit])
    assert found[0] == found[1]
    return found[0]
