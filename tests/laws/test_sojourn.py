"""Laws of first in, first out: Little's law exactly, order kept, ages and quantiles in their bounds (SEMANTICS 5.6)."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.engine.kernels.sojourn import departures, mean_wait, oldest_age, passage, wait_quantiles
from tests.support.examples import examples

FLOW = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=30)


def _queue(flow: list[tuple[int, int]], initial: int) -> tuple[list[int], list[int]]:
    """Inflow and depth of a server with these capacities; at the end it serves everything."""
    inflow, depth, waiting = [], [], initial
    for arriving, capacity in flow:
        waiting += arriving
        waiting -= min(waiting, capacity)
        inflow.append(arriving)
        depth.append(waiting)
    return [*inflow, 0], [*depth, 0]


def _area(depth: list[int], initial: int) -> Fraction:
    """The integral of the queue over the run [entity bins]; its content is linear inside bins."""
    before = [initial, *depth][: len(depth)]
    return sum((Fraction(a + b, 2) for a, b in zip(before, depth, strict=True)), Fraction(0))


@examples(400)
@given(flow=FLOW, initial=st.integers(0, 30))
def test_littles_law_holds_exactly_over_a_run_that_ends_empty(flow: list[tuple[int, int]], initial: int) -> None:
    """SEMANTICS 5.6: the waits of all that left sum to the area under the queue: L = lambda W without an error term."""
    inflow, depth = _queue(flow, initial)
    left = departures(passage(np.array(inflow, float), np.array(depth, float), float(initial)))
    total = initial + sum(inflow)
    assert math.fsum(left.mass.tolist()) == total
    if total:
        assert mean_wait(left) * total == pytest.approx(float(_area(depth, initial)), rel=1e-12, abs=1e-12)


@examples(400)
@given(flow=FLOW, initial=st.integers(0, 30), data=st.data())
def test_littles_law_holds_between_any_two_moments_of_an_empty_queue(
    flow: list[tuple[int, int]], initial: int, data: st.DataObject
) -> None:
    """SEMANTICS 5.6: any window that starts and ends empty balances on its own."""
    inflow, depth = _queue(flow, initial)
    empty = [t + 1 for t, waiting in enumerate(depth) if waiting == 0]
    start, end = sorted(data.draw(st.tuples(st.sampled_from(empty), st.sampled_from(empty)), label="window"))
    left = departures(passage(np.array(inflow, float), np.array(depth, float), float(initial))).between(start, end)
    total = sum(inflow[start:end])
    area = float(_area(depth[start:end], 0))
    assert float(left.mass.sum()) == pytest.approx(total)
    if total:
        assert mean_wait(left) * total == pytest.approx(area, rel=1e-12, abs=1e-12)


@examples(200)
@given(flow=FLOW, initial=st.integers(0, 30))
def test_waits_of_the_parts_make_the_wait_of_the_whole(flow: list[tuple[int, int]], initial: int) -> None:
    """SEMANTICS 5.6: per bin of departure the mass is what left in the bin, and quantiles lie between the extremes."""
    inflow, depth = _queue(flow, initial)
    way = passage(np.array(inflow, float), np.array(depth, float), float(initial))
    left = departures(way)
    for t in range(len(depth)):
        part = left.between(t, t + 1)
        assert float(part.mass.sum()) == pytest.approx(way.left[t + 1] - way.left[t])
        if len(part.mass):
            extremes = np.concatenate([part.first, part.last])
            p50, p85, p95 = wait_quantiles(part, (0.5, 0.85, 0.95))
            assert extremes.min() - 1e-12 <= p50 <= p85 <= p95 <= extremes.max() + 1e-12
            assert extremes.min() - 1e-12 <= mean_wait(part) <= extremes.max() + 1e-12


@examples(200)
@given(flow=FLOW, initial=st.integers(0, 30))
def test_ages_are_first_in_first_out(flow: list[tuple[int, int]], initial: int) -> None:
    """SEMANTICS 5.5: the oldest work is there exactly where the queue is not empty, and who came first goes first."""
    inflow, depth = _queue(flow, initial)
    waiting = np.array(depth, float)
    ages = oldest_age(passage(np.array(inflow, float), waiting, float(initial)), waiting)
    np.testing.assert_array_equal(np.isnan(ages), waiting == 0)
    came = (np.arange(1, len(depth) + 1) - ages)[waiting > 0]
    assert (np.diff(came) >= -1e-9).all()
    assert (came >= -1e-9).all()
