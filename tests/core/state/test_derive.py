"""What a queue released: the served flow behind its gate and cap (SEMANTICS 4.3b, 4.4, last sentence of 5.1)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from attrs import evolve

from flowtime_core.errors import InvalidDataError
from flowtime_core.records.policy import DispatchSchedule
from flowtime_core.state.window import window
from tests.support.stored_runs import Node, stored_run, stored_series

QUEUE = Node(
    id="Bus",
    kind="queue",
    roles={"arrivals": [4, 4, 4, 4], "served": [6, 8, 3, 9], "queueDepth": [4, 8, 12, 6]},
)


def _served(node: Node, cap: list[float] | None = None, mode: str = "simulation") -> list[float]:
    run = stored_run(node, mode="telemetry" if mode == "telemetry" else "simulation")
    if cap is not None:
        run = evolve(run, series={**run.series, **stored_series("seats", cap)})
    return window(run, 0, 3).nodes[0].metrics["served"].tolist()


def test_without_a_schedule_released_is_served() -> None:
    """SEMANTICS 4.3b: with the gate always open and no cap, what is served is released."""
    assert _served(QUEUE) == [6, 8, 3, 9]


def test_a_closed_gate_releases_nothing() -> None:
    """SEMANTICS 4.4: period 2 with offset -1 opens bins 1 and 3; in the others nothing leaves."""
    node = evolve(QUEUE, dispatch=DispatchSchedule(period_bins=2, phase_offset=-1))
    assert _served(node) == [0, 8, 0, 9]


def test_the_cap_bounds_a_dispatch() -> None:
    """SEMANTICS 4.4: the capacity series caps the dispatch; NaN is no cap, a negative cap counts 0."""
    node = evolve(QUEUE, dispatch=DispatchSchedule(period_bins=1, capacity_series="seats"))
    assert _served(node, cap=[5, math.nan, -1, 100]) == [5, 8, 0, 9]


def test_metrics_use_the_released_flow() -> None:
    """SEMANTICS 5.1: utilization, latency and throughput of an authored queue read what was released."""
    roles = {**QUEUE.roles, "capacity": 16.0}
    node = evolve(QUEUE, roles=roles, dispatch=DispatchSchedule(period_bins=2, phase_offset=1))
    derived = window(stored_run(node), 0, 3).nodes[0].derived
    np.testing.assert_array_equal(derived["utilization"], [0, 0.5, 0, 9 / 16])
    np.testing.assert_array_equal(derived["latencyMinutes"], [math.nan, 5, math.nan, 10 / 3])
    np.testing.assert_array_equal(derived["throughputRatio"], [0, 1, 0, 1])


def test_negative_served_counts_0_at_a_queue_only() -> None:
    """SEMANTICS 4.3: a queue releases nothing where served is negative; a service shows what is stored."""
    roles = {**QUEUE.roles, "served": [-2, 8, 3, 9]}
    assert _served(evolve(QUEUE, roles=roles)) == [0, 8, 3, 9]
    assert _served(evolve(QUEUE, roles=roles, kind="service")) == [-2, 8, 3, 9]


def test_what_was_not_measured_stays_undefined_behind_a_closed_gate() -> None:
    """CONTRACT 5: a missing telemetry bin is null, never 0, whatever the schedule says."""
    roles = {**QUEUE.roles, "served": [math.nan, math.nan, 3, 9]}
    node = evolve(QUEUE, roles=roles, dispatch=DispatchSchedule(period_bins=2))
    np.testing.assert_array_equal(_served(node, mode="telemetry"), [math.nan, math.nan, 3, 0])


def test_a_queue_without_served_has_no_released_flow() -> None:
    """SEMANTICS 4.3: with neither served nor capacity nothing leaves, and no flow is shown."""
    node = Node(id="Pit", kind="dlq", roles={"arrivals": [1.0] * 4, "queueDepth": [1, 2, 3, 4]})
    assert "served" not in window(stored_run(node), 0, 3).nodes[0].metrics


def test_a_run_without_its_dispatch_capacity_is_refused() -> None:
    """A schedule whose capacity series is not stored cannot be answered with numbers that ignore it."""
    node = evolve(QUEUE, dispatch=DispatchSchedule(period_bins=1, capacity_series="seats"))
    with pytest.raises(InvalidDataError, match=r"'Bus'.*'seats'") as caught:
        window(stored_run(node), 0, 3)
    assert caught.value.code == "missing_node_data"
