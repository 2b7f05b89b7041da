"""Parts of a total (SEMANTICS 4.10)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowtime_core.engine.kernels.mix import rescale, shares

INF, NAN = math.inf, math.nan


def scaled(parts: list[float], total: float) -> list[float]:
    """The parts of one bin scaled to a total."""
    with np.errstate(invalid="ignore"):  # as the engine runs
        found = rescale([np.array([[part]]) for part in parts], np.array([[total]]))
    assert all(part.shape == (1, 1) for part in found)
    return [part.item() for part in found]


def test_parts_are_scaled_to_the_total() -> None:
    """4.10 1 and 3 of 8 are 2 and 6; of -2, -0.5 and -1.5; of 0, 0 and 0."""
    assert scaled([1.0, 3.0], 8.0) == [2.0, 6.0]
    assert scaled([1.0, 3.0], -2.0) == [-0.5, -1.5]
    assert scaled([1.0, 3.0], 0.0) == [0.0, 0.0]
    assert scaled([-1.0, 3.0], 4.0) == [-2.0, 6.0]


def test_parts_that_sum_to_the_total_keep_their_bits() -> None:
    """4.10 Ten parts of 0.1 sum to 0.9999999999999999 and are left alone; what is off by more is scaled."""
    assert scaled([0.1] * 10, 1.0) == [0.1] * 10
    off = 1.0 + 3e-12
    assert scaled([0.25, 0.75], off) == [0.25 * off, 0.75 * off]
    assert scaled([0.25, 0.75], 1.0 + 0.5e-12) == [0.25, 0.75]
    assert scaled([-1.0, 1.0], 1e-12) == [-1.0, 1.0]


def test_equal_shares_where_parts_sum_to_nothing_and_the_total_does_not() -> None:
    """4.10 Of 6, three classes of 0 get 2 each; so do parts that cancel."""
    assert scaled([0.0, 0.0, 0.0], 6.0) == [2.0, 2.0, 2.0]
    assert scaled([5.0, -5.0], 6.0) == [3.0, 3.0]
    assert scaled([5.0, -5.0], 0.0) == [5.0, -5.0]


@pytest.mark.parametrize("part", [NAN, INF, -INF])
def test_parts_that_are_no_numbers_are_no_mix(part: float) -> None:
    """4.10 A total that is a number has parts that are numbers: equal ones where nothing else is known."""
    assert scaled([part, 1.0], 6.0) == [3.0, 3.0]
    assert scaled([part, 1.0], 0.0) == [0.0, 0.0]


def test_a_total_that_is_no_number_has_no_parts() -> None:
    """3.3 NaN has parts of NaN; infinity is made of infinite parts."""
    assert all(math.isnan(part) for part in scaled([1.0, 3.0], NAN))
    assert scaled([INF, INF], INF) == [INF, INF]


def test_scenarios_are_scaled_one_by_one() -> None:
    """4.10 Each bin and scenario has a mix of its own."""
    parts = [np.array([[1.0, 0.0], [2.0, 1.0]]), np.array([[3.0, 0.0], [2.0, 0.0]])]
    found = rescale(parts, np.array([[8.0, 4.0], [4.0, 5.0]]))
    assert [part.tolist() for part in found] == [[[2.0, 2.0], [2.0, 5.0]], [[6.0, 2.0], [2.0, 0.0]]]


def test_rates_become_shares_of_their_sum() -> None:
    """4.10 Rates 1, 3 and 4 are an eighth, three eighths and a half; without any, shares are equal."""
    assert shares([1.0, 3.0, 4.0]) == [0.125, 0.375, 0.5]
    assert shares([0.0, 0.0]) == [0.5, 0.5]
    assert shares([0.0, 2.0]) == [0.0, 1.0]
