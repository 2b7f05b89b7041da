"""Functions that read the whole series."""

from __future__ import annotations

import math

import pytest

from flowtime_core.expr import evaluate

NAN, INF = math.nan, math.inf


def value(expression: str, x: list[float]) -> float:
    """The one value that a whole-series function has in every bin."""
    first, *others = evaluate(expression, {"x": x}, bins=len(x)).tolist()
    assert all(other == first or math.isnan(first) for other in others)
    return float(first)


def test_sum_mean_and_avg() -> None:
    """3.3 SUM and MEAN (alias AVG) run over the whole series and are broadcast."""
    assert value("SUM(x)", [1, 2, 6]) == 9
    assert value("MEAN(x)", [1, 2, 6]) == 3
    assert value("avg(x)", [1, 2, 6]) == 3
    assert evaluate("x / SUM(x)", {"x": [1, 3]}, bins=2).tolist() == [0.25, 0.75]


def test_sum_is_correctly_rounded() -> None:
    """7.1 Whole-series sums use exact summation, also where the running total would overflow."""
    assert value("SUM(x)", [1e16, 1, -1e16]) == 1
    assert value("SUM(x)", [1.5e308, 1.5e308, -1.5e308, -1.5e308, 2.5]) == 2.5
    assert value("SUM(x)", [1.5e308, 1.5e308]) == INF
    assert value("SUM(x)", [-1.5e308, -1.5e308]) == -INF


def test_sum_of_non_finite_values_follows_ieee() -> None:
    """3.3 NaN and infinities go through SUM as through additions."""
    assert value("SUM(x)", [INF, 1]) == INF
    assert math.isnan(value("SUM(x)", [INF, -INF]))
    assert math.isnan(value("SUM(x)", [NAN, 1]))
    assert value("SUM(x)", [1.5e308, 1.5e308, -INF]) == -INF
    assert math.isnan(value("SUM(x)", [1.5e308, 1.5e308, NAN]))


@pytest.mark.parametrize(("p", "expected"), [("0", 1), ("25", 2), ("50", 3), ("60", 4), ("62.5", 4.25), ("100", 9)])
def test_percentile_interpolates_linearly(p: str, expected: float) -> None:
    """3.3 PERCENTILE(x, p) lies at rank p / 100 * (N - 1) of the sorted series, linear between ranks."""
    assert value(f"PERCENTILE(x, {p})", [9, 3, 1, 2, 5.5]) == pytest.approx(expected, abs=1e-12)


def test_percentile_at_its_edges() -> None:
    """3.3 PERCENTILE of one bin is that bin, NaN propagates, and equal neighbours need no arithmetic."""
    assert value("PERCENTILE(x, 95)", [4]) == 4
    assert math.isnan(value("PERCENTILE(x, 50)", [1, NAN, 3]))
    assert value("PERCENTILE(x, 30)", [INF, INF]) == INF
    assert value("PERCENTILE(x, 50)", [0.1, 0.1]) == 0.1
