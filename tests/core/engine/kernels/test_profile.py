"""The vectors of the reference for its named profiles (SEMANTICS 2.4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowtime_core.engine.kernels.profile import HOURLY_WEIGHTS, clock, normalise, stretch
from flowtime_core.records.grid import Grid
from tests.support.build import hours

VECTORS = [
    (
        "weekday-office",
        24,
        [0.271449142558, 0.242544835711, 0.227464327792, 0.226207618798, 0.289043068464, 0.420997512763],
    ),
    ("three-shift", 24, [0.904869959853, 0.904869959853, 0.904869959853, 0.922464653517]),
    (
        "hub-rush-hour",
        6,
        [0.256501603135, 0.250089063057, 1.710010687567, 1.058069112932, 1.517634485216, 1.207695048094],
    ),
]


@pytest.mark.parametrize(("name", "bins", "first"), VECTORS)
def test_stretched_weights_match_the_reference(name: str, bins: int, first: list[float]) -> None:
    """2.4 Hours repeated to 288 slots, divided by their mean, resampled at i/N x 287, divided by the mean again."""
    assert stretch(HOURLY_WEIGHTS[name], bins)[: len(first)] == pytest.approx(first, abs=1e-12)


@pytest.mark.parametrize("name", HOURLY_WEIGHTS)
@pytest.mark.parametrize("bins", [1, 7, 24, 96, 288, 500])
def test_stretched_weights_have_mean_1(name: str, bins: int) -> None:
    """2.4 Whatever the grid, the weights have mean 1."""
    weights = stretch(HOURLY_WEIGHTS[name], bins)
    assert len(weights) == bins
    assert sum(weights) / bins == pytest.approx(1.0, abs=1e-12)


def test_288_bins_take_the_slots_unchanged() -> None:
    """2.4 For N = 288 there is no resampling: every hour is twelve equal bins."""
    weights = stretch(HOURLY_WEIGHTS["three-shift"], 288)
    assert [len(set(weights[12 * hour : 12 * hour + 12])) for hour in range(24)] == [1] * 24


def test_weights_are_divided_by_their_mean() -> None:
    """2.4 Weights 1 and 3 become .5 and 1.5."""
    assert normalise([1.0, 3.0]) == (0.5, 1.5)


def test_clock_weights_are_those_of_the_hour() -> None:
    """2.4 Half-hour bins from 23:30 take hour 23, then twice hour 0, over the mean of the 24 weights."""
    grid = Grid(bins=3, bin_size=30, bin_unit="minutes", start=datetime(2025, 6, 1, 23, 30, tzinfo=UTC))
    hourly = HOURLY_WEIGHTS["hub-rush-hour"]
    mean = sum(hourly) / 24
    assert clock(hourly, grid) == pytest.approx([0.22 / mean, 0.2 / mean, 0.2 / mean])


def test_a_grid_without_a_start_has_no_clock() -> None:
    """2.4 Without a start no bin has an hour: the caller refuses such a profile."""
    assert clock(HOURLY_WEIGHTS["three-shift"], hours(2)) == ()
