"""Retry kernels, and failures by number of attempt (SEMANTICS 4.8)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowtime_core.engine.kernels.retry import apply_policy, split_by_attempt


@pytest.mark.parametrize("kernel", [None, ()])
def test_the_default_kernel(kernel: tuple[float, ...] | None) -> None:
    """4.8 Without a kernel it is 0, .6, .3, .1, and nothing was corrected."""
    assert apply_policy(kernel) == ((0.0, 0.6, 0.3, 0.1), ())


def test_a_good_kernel_is_used_as_it_is() -> None:
    """4.8 A sum of 1, or less, and 32 taps are within the policy."""
    assert apply_policy((0.0, 0.5, 0.5)) == ((0.0, 0.5, 0.5), ())
    assert apply_policy((0.25,)) == ((0.25,), ())
    longest = (0.0, *[1 / 32] * 31)
    assert apply_policy(longest) == (longest, ())


def test_more_than_32_taps_are_cut() -> None:
    """4.8 The 33rd tap is dropped, and that is told."""
    assert apply_policy((0.0,) * 32 + (0.5,)) == ((0.0,) * 32, ("33 taps were cut to 32",))


@pytest.mark.parametrize("tap", [-0.5, math.nan, math.inf, -math.inf])
def test_bad_taps_count_as_0(tap: float) -> None:
    """4.8 Negative and non-finite taps become 0, and that is told."""
    assert apply_policy((0.0, tap, 0.5)) == ((0.0, 0.0, 0.5), ("negative or non-finite taps count as 0",))


def test_a_sum_above_1_is_scaled() -> None:
    """4.8 0, 1.5 and 0.5 become 0, 0.75 and 0.25; every correction is told, in order."""
    assert apply_policy((0.0, 1.5, 0.5)) == ((0.0, 0.75, 0.25), ("taps sum to 2 and were divided by it",))
    _, told = apply_policy((2.0, -1.0, *[0.0] * 31))
    assert told == (
        "33 taps were cut to 32",
        "negative or non-finite taps count as 0",
        "taps sum to 2 and were divided by it",
    )
    assert apply_policy((2.0, 2.0, 2.0))[1] == ("taps sum to 6 and were divided by it",)


def failed(
    failures: list[float], attempts: list[float], kernel: tuple[float, ...], most: int, *, by_bin: bool = False
) -> list[list[float]]:
    """The failures of each attempt, bin by bin."""
    bins = len(failures)
    found = np.zeros((most, bins, 1))
    columns = [np.array(values, dtype=np.float64)[:, np.newaxis] for values in (failures, attempts)]
    for lo, hi in [(t, t + 1) for t in range(bins)] if by_bin else [(0, bins)]:
        split_by_attempt(columns[0], columns[1], found, kernel, lo, hi)
    return [level[:, 0].tolist() for level in found]


@pytest.mark.parametrize("by_bin", [False, True])
def test_failures_are_told_apart_by_the_number_of_their_attempt(*, by_bin: bool) -> None:
    """4.8 4 of 8 fail and all come back: of 12 tries in bin 1, 4 are second ones, so 6 failures are 4 first, 2 second.

    In bin 2 the 4 failed first tries come back as second, the 2 failed second ones as third: of 12 tries 6 are first.
    """
    found = failed([4, 6, 6], [8, 12, 12], (0.0, 1.0), 3, by_bin=by_bin)
    assert found == [[4, 4, 3], [0, 2, 2], [0, 0, 1]]


def test_returns_may_take_several_bins() -> None:
    """4.8 Of 8 failures half come back after one bin, a quarter after two: 4 and 2 of 8 tries are second ones."""
    assert failed([8, 8, 8], [8, 8, 8], (0.0, 0.5, 0.25), 2) == [[8, 4, 4], [0, 4, 4]]


def test_more_returns_than_attempts_leave_no_first_ones() -> None:
    """4.8 a_1 = max(0, attempts - later ones): 8 come back, 2 are tried, so all are second tries."""
    assert failed([8, 2], [8, 2], (0.0, 1.0), 2) == [[8, 0], [0, 2]]


def test_half_a_first_try_is_one() -> None:
    """4.8 8 come back and half a one is new: of 17 failures in 8.5 tries 1 is first, 16 are second."""
    assert failed([8, 17], [8, 8.5], (0.0, 1.0), 2) == [[8, 1], [0, 16]]


def test_where_nobody_tries_all_failures_are_first_ones() -> None:
    """4.8 Where the sum of attempts is 0 all of f counts as f_1."""
    assert failed([3, 0], [0, 0], (0.0, 0.0), 2) == [[3, 0], [0, 0]]


def test_where_all_attempts_have_one_number_so_have_all_failures() -> None:
    """4.8 f x a / a is f: 0.1 x 0.1 / 0.1 rounds up, and a later bin would retry less than nothing."""
    assert 0.1 * 0.1 / 0.1 > 0.1
    assert failed([0.1], [0.1], (0.0, 1.0), 1) == [[0.1]]
    assert failed([0.1, 0.1], [0.1, 0.1], (0.0, 1.0), 2) == [[0.1, 0.0], [0.0, 0.1]]


def test_a_single_attempt_has_no_later_ones() -> None:
    """4.8 With one attempt every failure is of the first and last."""
    assert failed([3, 2], [4, 4], (0.0, 1.0), 1) == [[3, 2]]


def test_k0_does_not_count() -> None:
    """4.8 Returns are summed over j >= 1."""
    assert failed([4, 4], [8, 8], (0.5, 0.5), 2) == [[4, 3], [0, 1]]
