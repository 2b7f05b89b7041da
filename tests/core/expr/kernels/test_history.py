"""Functions that look back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowtime_core.expr import compile_expression, evaluate, parse

NAN, INF = math.nan, math.inf


def values(expression: str, x: list[float]) -> list[float]:
    """The values of an expression over one series, which bin by bin must give too."""
    whole = evaluate(expression, {"x": x}, bins=len(x))
    evaluation = compile_expression(parse(expression), bins=len(x)).start([np.array(x, float)[:, np.newaxis]])
    for t in range(len(x)):
        evaluation.run(t, t + 1)
    np.testing.assert_array_equal(evaluation.output[:, 0], whole)
    return list(whole.tolist())


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("SHIFT(x, 0)", [7, -7, 8, -8]),
        ("SHIFT(x, 1)", [0, 7, -7, 8]),
        ("SHIFT(x, 2)", [0, 0, 7, -7]),
        ("SHIFT(x, 9)", [0, 0, 0, 0]),
        ("SHIFT(x, 1e300)", [0, 0, 0, 0]),
        ("SHIFT(x, 1, 5)", [5, 7, -7, 8]),
        ("SHIFT(x, 2, -0.5)", [-0.5, -0.5, 7, -7]),
        ("SHIFT(x, 1, +2)", [2, 7, -7, 8]),
        ("SHIFT(x * 2 + 1, 2)", [0, 0, 15, -13]),
        ("SHIFT(SHIFT(x, 1), 1)", [0, 0, 7, -7]),
        ("x - SHIFT(x, 1)", [7, -14, 15, -16]),
    ],
)
def test_shift(expression: str, expected: list[float]) -> None:
    """3.3 SHIFT(x, k, initial) is x of k bins ago, and the initial value (default 0) before that."""
    assert values(expression, [7, -7, 8, -8]) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("CONV(x, [0.5, 0.25])", [3.5, -1.75, 1.75, -1.75]),
        ("CONV(x, [0, 1])", [0, 7, -7, 7]),
        ("CONV(x, [-1])", [-7, 7, -7, 7]),
        ("CONV(x, [0])", [0, 0, 0, 0]),
        ("CONV(x + 1, [1, 1, 1, 1, 1, 1])", [8, 2, 10, 4]),
    ],
)
def test_conv(expression: str, expected: list[float]) -> None:
    """3.3 CONV is the sum of x[t-j] * k[j] over j <= t."""
    assert values(expression, [7, -7, 7, -7]) == expected


def test_conv_counts_non_finite_samples_as_zero() -> None:
    """3.3 CONV counts NaN and infinite samples as 0."""
    assert values("CONV(x, [1, 0.5])", [NAN, 2, INF, 4, -INF]) == [0, 2, 1, 4, 2]


def test_conv_adds_in_increasing_lag() -> None:
    """3.3 CONV adds in increasing j: rounding shows the order."""
    assert values("CONV(x, [1, 1, 1])", [1, -1e16, 1e16]) == [1, -1e16 + 1, (1e16 - 1e16) + 1]
    assert values("CONV(x, [1, 1, 1])", [1e16, -1e16, 1])[2] == (1 - 1e16) + 1e16


def test_ema() -> None:
    """3.3 EMA starts at x[0] and then moves by alpha towards x[t]."""
    assert values("EMA(x, 0.5)", [8, 4, 0, 2]) == [8, 6, 3, 2.5]
    assert values("EMA(x, 1)", [8, 4]) == [8, 4]
    assert values("EMA(x, 0.5)", [8]) == [8]


def test_ema_of_scenarios_runs_side_by_side() -> None:
    """3.3 EMA treats each column of a batch alone."""
    x = np.array([[8.0, 1.0], [4.0, 3.0], [0.0, NAN]])
    np.testing.assert_array_equal(evaluate("EMA(x, 0.5)", {"x": x}, bins=3), [[8, 1], [6, 2], [3, NAN]])


def test_ema_stays_nan_after_a_nan() -> None:
    """3.3 NaN propagates through EMA."""
    np.testing.assert_array_equal(values("EMA(x, 0.5)", [8, NAN, 2]), [8, NAN, NAN])


def test_cumsum() -> None:
    """3.3 CUMSUM is the sum up to and including the bin, added in bin order."""
    assert values("CUMSUM(x)", [1, 2, -4, 0.5]) == [1, 3, -1, -0.5]
    assert values("CUMSUM(x)", [1e16, 1, 1, -1e16])[3] == ((1e16 + 1) + 1) - 1e16


def test_diff() -> None:
    """3.3 DIFF is the change since the bin before, and DIFF[0] is x[0]."""
    assert values("DIFF(x)", [3, 5, 4]) == [3, 2, -1]
    assert values("DIFF(x)", [3]) == [3]


def test_rolling_windows_are_shorter_at_the_start() -> None:
    """3.3 ROLLING_SUM and ROLLING_MEAN use the last w bins, fewer at the start."""
    assert values("ROLLING_SUM(x, 2)", [1, 2, 4, 8]) == [1, 3, 6, 12]
    assert values("ROLLING_MEAN(x, 2)", [1, 2, 4, 8]) == [1, 1.5, 3, 6]
    assert values("ROLLING_SUM(x, 9)", [1, 2, 4, 8]) == [1, 3, 7, 15]
    assert values("ROLLING_MEAN(x, 1e300)", [1, 2, 6]) == [1, 1.5, 3]
    assert values("ROLLING_SUM(x, 1)", [1, 2]) == [1, 2]


def test_a_nan_leaves_a_rolling_window_again() -> None:
    """3.3 NaN propagates through ROLLING_SUM as long as it is in the window."""
    np.testing.assert_array_equal(values("ROLLING_SUM(x, 2)", [NAN, 1, 2]), [NAN, NAN, 3])
