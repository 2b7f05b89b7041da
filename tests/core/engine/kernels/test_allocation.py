"""A shared capacity (SEMANTICS 4.7)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowtime_core.engine.kernels.allocation import allocate
from flowtime_core.records.series import FloatArray

INF, NAN = math.inf, math.nan


def row(*values: float) -> FloatArray:
    """One bin, one scenario per value."""
    return np.array([values], dtype=np.float64)


@pytest.mark.parametrize(
    ("capacity", "grants", "allocated"),
    [
        (19.0, (4.0, 15.0), 19.0),
        (38.0, (INF, INF), 38.0),
        (37.5, (8 * 37.5 / 38, 30 * 37.5 / 38), 37.5),
        (40.0, (INF, INF), 38.0),
        (0.0, (0.0, 0.0), 0.0),
        (0.5, (8 * 0.5 / 38, 30 * 0.5 / 38), 0.5),
        (-3.0, (0.0, 0.0), 0.0),
        (NAN, (INF, INF), 38.0),
        (INF, (INF, INF), 38.0),
    ],
)
def test_a_capacity_binds_only_below_the_demand(capacity: float, grants: tuple[float, float], allocated: float) -> None:
    """4.7 Demands 8 and 30: capacity x d/38 each below 38, else everything; NaN is no limit, negative is 0."""
    found = allocate([row(8.0), row(30.0)], row(capacity))
    assert tuple(grant.item() for grant in found.grants) == grants
    assert (found.demand.item(), found.allocated.item()) == (38.0, allocated)
    assert found.limited.item() is (grants != (INF, INF))


def test_nothing_asked_for_is_nothing_limited() -> None:
    """4.7 Nothing changes in a bin where total demand <= capacity, 0 included; nobody asking is a demand of 0."""
    found = allocate([row(0.0)], row(0.0))
    assert (found.limited.item(), found.grants[0].item(), found.demand.item()) == (False, INF, 0.0)
    none = allocate([], row(5.0))
    assert (none.grants, none.demand.item(), none.allocated.item(), none.limited.item()) == ((), 0.0, 0.0, False)


def test_scenarios_are_allocated_one_by_one() -> None:
    """4.7 The same capacity binds in one scenario and not in another."""
    found = allocate([row(2.0, 6.0), row(2.0, 2.0)], row(4.0, 4.0))
    assert [grant.tolist() for grant in found.grants] == [[[INF, 3.0]], [[INF, 1.0]]]
    assert found.limited.tolist() == [[False, True]]
