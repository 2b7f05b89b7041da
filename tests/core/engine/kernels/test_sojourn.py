"""SEMANTICS 5.5 and 5.6: who leaves a queue when, and how long that took, by hand-checked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowtime_core.engine.kernels.sojourn import (
    Departures,
    departures,
    mean_wait,
    oldest_age,
    passage,
    wait_quantiles,
)
from flowtime_core.records.series import FloatArray

NAN = math.nan


def _row(*values: float) -> FloatArray:
    return np.array(values, dtype=float)


def _left(inflow: FloatArray, depth: FloatArray, initial: float = 0.0) -> Departures:
    return departures(passage(inflow, depth, initial))


def test_what_left_is_what_came_less_what_is_there() -> None:
    """SEMANTICS 5.6: 4 at the start and 10, 0, 6 arriving with 9, 5, 0 left behind: 5, 9 and 20 have gone."""
    flow = passage(_row(10, 0, 6), _row(9, 5, 0), 4.0)
    assert flow.arrived.tolist() == [4, 14, 14, 20]
    assert flow.left.tolist() == [0, 5, 9, 20]


def test_work_of_one_bin_served_over_two_waits_as_the_lines_say() -> None:
    """SEMANTICS 5.6: 10 come in bin 0, 4 leave in it and 6 in bin 1: entity n comes at n/10, leaves at n/4, later
    at 1 + (n - 4)/6. Waits run from 0 to 0.6 bins, then from 0.6 to 1: means 0.3 and 0.8.
    """
    left = _left(_row(10, 0), _row(6, 0))
    assert left.bins.tolist() == [0, 1]
    assert left.mass.tolist() == [4, 6]
    np.testing.assert_allclose(left.first, [0, 0.6], atol=1e-15)
    np.testing.assert_allclose(left.last, [0.6, 1], rtol=1e-15)
    assert mean_wait(left.between(0, 1)) == pytest.approx(0.3)
    assert mean_wait(left.between(1, 2)) == pytest.approx(0.8)
    assert mean_wait(left) == pytest.approx(0.6)


def test_initial_content_came_at_time_0() -> None:
    """SEMANTICS 5.6: 6 that were there leave evenly over bin 1: they waited 1 to 2 bins."""
    left = _left(_row(0, 0), _row(6, 0), initial=6.0)
    assert (left.bins.tolist(), left.first.tolist(), left.last.tolist()) == ([1], [1.0], [2.0])
    assert wait_quantiles(left, (0.5, 0.95)) == pytest.approx([1.5, 1.95])


def test_a_dispatch_every_second_bin_shows_both_stretches() -> None:
    """SEMANTICS 5.6: 4 come in bin 0 and 4 in bin 1, all 8 leave in bin 1: n/4 to 1 + n/8 gives waits from 1 to 0.5,
    then 0.5 to 0, and their median is 0.5.
    """
    left = _left(_row(4, 4), _row(4, 0))
    assert left.bins.tolist() == [1, 1]
    assert (left.first.tolist(), left.last.tolist()) == ([1.0, 0.5], [0.5, 0.0])
    assert mean_wait(left) == 0.5
    assert wait_quantiles(left, (0.5, 0.85, 1.0)) == pytest.approx([0.5, 0.85, 1.0])


def test_equal_waits_are_one_step_of_the_distribution() -> None:
    """SEMANTICS 5.6: a steady queue of one bin's work: everyone waits exactly 1 bin, at every quantile."""
    left = _left(_row(5, 5, 5), _row(5, 5, 5)).between(1, 3)
    assert wait_quantiles(left, (0.01, 0.5, 0.99)) == [1.0, 1.0, 1.0]


def test_a_quantile_is_the_first_wait_that_reaches_the_share() -> None:
    """SEMANTICS 5.6: half waits 1, half evenly 2 to 4: F(1) = 0.5, so p50 is 1, p75 is 3 and p51 just above 2."""
    mixed = Departures(bins=np.array([0, 0]), mass=_row(5, 5), first=_row(1, 4), last=_row(1, 2))
    assert wait_quantiles(mixed, (0.5, 0.51, 0.75)) == pytest.approx([1.0, 2.04, 3.0])


def test_equal_waits_inside_a_range_are_a_step_in_it() -> None:
    """SEMANTICS 5.6: 2 evenly over 0 to 2 and 6 at exactly 1: below 1 there is 1 of 8, at 1 there are 7 of 8."""
    mixed = Departures(bins=np.array([0, 0]), mass=_row(2, 6), first=_row(0, 1), last=_row(2, 1))
    assert wait_quantiles(mixed, (0.0625, 0.5, 0.9375)) == pytest.approx([0.5, 1.0, 1.5])


def test_where_nothing_left_nothing_is_defined() -> None:
    """SEMANTICS 5: null, never 0, for the mean and every quantile."""
    left = _left(_row(3, 0), _row(3, 3))
    assert math.isnan(mean_wait(left))
    assert np.isnan(wait_quantiles(left, (0.5, 0.95))).all()


def test_age_is_that_of_the_next_to_leave() -> None:
    """SEMANTICS 5.5: 10 in bin 0, 4 gone by its end: number 4 came at 0.4 and is 0.6 old; one idle bin later 1.6;
    null once the queue is empty.
    """
    flow = passage(_row(10, 0, 0), _row(6, 6, 0), 0.0)
    np.testing.assert_allclose(oldest_age(flow, _row(6, 6, 0)), [0.6, 1.6, NAN])


def test_initial_content_is_as_old_as_the_run() -> None:
    """SEMANTICS 5.5: what was there at time 0 is t + 1 bins old at the end of bin t."""
    flow = passage(_row(1, 1), _row(5, 4), 5.0)
    assert oldest_age(flow, _row(5, 4)).tolist() == [1.0, 2.0]


def test_a_depth_that_no_arrival_explains_has_no_age() -> None:
    """A measured queue may rise without arrivals: everything known has left, so there is no oldest work."""
    flow = passage(_row(3, 0), _row(0, 2), 0.0)
    assert np.isnan(oldest_age(flow, _row(0, 2))).all()


def test_after_a_bin_that_was_not_measured_nothing_is_known() -> None:
    """CONTRACT 5: a missing value is not 0: ages and departures end where it stands."""
    depth = _row(1, 2, NAN, 0)
    flow = passage(_row(2, 2, 2, 2), depth, 0.0)
    assert flow.known == 2
    np.testing.assert_array_equal(np.isnan(oldest_age(flow, depth)), [False, False, True, True])
    assert departures(flow).bins.tolist() == [0, 1]


def test_rounding_is_no_departure() -> None:
    """A sum of tenths that differs from the depth in its last bits lets nobody leave."""
    inflow = np.full(10, 0.1)
    depth = np.array([sum([0.1] * n) for n in range(1, 11)]) * (1 - 1e-15)
    assert len(_left(inflow, depth).mass) == 0
