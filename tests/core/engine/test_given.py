"""Distributions, their moments and profiles (SEMANTICS 2.3 and 2.4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowtime_core.engine.given import column, moments, profile_weights
from flowtime_core.records.distribution import BuiltinProfile, Distribution, InlineProfile
from flowtime_core.records.grid import Grid
from tests.support.build import hours


def test_moments_of_a_distribution() -> None:
    """2.3 Values 10 and 30 with .75 and .25: mean 15, variance 25 x .75 + 225 x .25 = 75."""
    found = moments(Distribution(values=(10.0, 30.0), probabilities=(0.75, 0.25)))
    assert (found.mean, found.variance, found.probability_sum, found.renormalised) == (15.0, 75.0, 1.0, False)


@pytest.mark.parametrize(("off", "renormalised"), [(5e-7, False), (2e-6, True), (-2e-6, True)])
def test_probabilities_within_a_millionth_of_1_are_taken_as_they_are(off: float, *, renormalised: bool) -> None:
    """2.3 Only when |sum - 1| > 1e-6 are probabilities divided by their sum."""
    found = moments(Distribution(values=(1.0, 2.0), probabilities=(0.5, 0.5 + off)))
    assert found.renormalised is renormalised
    expected = 1.5 + 2 * off if not renormalised else (0.5 + 2 * (0.5 + off)) / (1 + off)
    assert found.mean == pytest.approx(expected, rel=1e-15)


def test_the_mean_is_summed_in_declaration_order() -> None:
    """2.3 1e16 + 1 - 1e16 keeps what rounding in that order keeps: 0, times a quarter each."""
    found = moments(Distribution(values=(1e16, 1.0, -1e16, 0.0), probabilities=(0.25,) * 4))
    assert found.mean == (1e16 * 0.25 + 1.0 * 0.25) + -1e16 * 0.25


def test_one_number_fills_a_column() -> None:
    """A series is an array [bin, scenario] of one column."""
    assert column(3.0, 2).tolist() == [[3.0], [3.0]]
    assert column([1.0, 2.0], 2).tolist() == [[1.0], [2.0]]


def test_inline_weights_are_divided_by_their_mean() -> None:
    """2.4 Weights 1, 2, 3 become .5, 1, 1.5."""
    assert profile_weights(InlineProfile(weights=(1.0, 2.0, 3.0)), hours(3)) == (0.5, 1.0, 1.5)


def test_a_named_profile_is_stretched_over_the_grid() -> None:
    """2.4 ``stretch`` is the default and has mean 1."""
    weights = profile_weights(BuiltinProfile(name="hub-rush-hour"), hours(6))
    assert sum(weights) / 6 == pytest.approx(1.0)


def test_a_clock_profile_without_a_start_is_refused() -> None:
    """2.4 ``clock`` needs ``grid.start``."""
    with pytest.raises(ValueError, match=r"alignment 'clock' needs grid.start"):
        profile_weights(BuiltinProfile(name="three-shift", alignment="clock"), hours(2))


def test_a_clock_profile_follows_the_hours_of_the_day() -> None:
    """2.4 Bins take the weight of the UTC hour in which they start, and the next day repeats."""
    grid = Grid(bins=3, bin_size=12, bin_unit="hours", start=datetime(2025, 1, 1, 8, tzinfo=UTC))
    first, second, third = profile_weights(BuiltinProfile(name="weekday-office", alignment="clock"), grid)
    assert first / second == pytest.approx(0.95 / 0.38)
    assert third == first
