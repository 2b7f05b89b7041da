"""Signals of a window: growth, overload, age, drift (SEMANTICS 6.1)."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from flowtime_core.analysis.signals import SIGNAL_ROLES, longest_streak, signals
from flowtime_core.records.codes import CODES
from flowtime_core.records.diagnostic import BinRange, Diagnostic
from flowtime_core.records.topology import Semantics, TopologyNode

HOUR = 3_600_000.0
NAN, INF = float("nan"), float("inf")
QUEUE = TopologyNode(id="Desk", kind="queue", semantics=Semantics(sla_minutes=60.0))


def found(node: TopologyNode = QUEUE, *, first: int = 0, **roles: list[float]) -> dict[str, Diagnostic]:
    """The signals of a node by code; served is 1 in every bin, and a role without values is not mapped."""
    depth = roles["queueDepth"]
    arrays = {"served": np.ones(len(depth))} | {role: np.array(values) for role, values in roles.items() if values}
    result = signals(node, arrays, bin_ms=HOUR, first=first)
    assert [finding.node_id for finding in result] == [node.id] * len(result)
    return {finding.code: finding for finding in result}


def test_every_signal_is_in_the_table_of_codes() -> None:
    """Each code of a signal has a severity and a meaning."""
    assert all(CODES[code].severity == "warning" for code in SIGNAL_ROLES)


@pytest.mark.parametrize(
    ("holds", "streak"),
    [([], (0, 0)), ([0, 0], (0, 0)), ([1, 1, 0, 1, 1], (0, 2)), ([0, 1, 0, 1, 1, 1], (3, 3)), ([1], (0, 1))],
)
def test_the_longest_streak_is_the_first_of_equals(holds: list[int], streak: tuple[int, int]) -> None:
    """Position and length."""
    assert longest_streak(np.array(holds, dtype=np.bool_)) == streak


def test_growth_is_three_rises_on_end_from_the_bin_before_the_first() -> None:
    """6.1: 0, 1, 3, 6 rises by 1, 2 and 3; the grid's bins are those of the window and its first bin."""
    finding = found(queueDepth=[5, 0, 1, 3, 6, 6], first=10)["backlog_growth_streak"]
    assert (finding.bins, finding.value, finding.total) == ((BinRange(11, 14),), 3.0, 6.0)


@pytest.mark.parametrize("depth", [[0, 1, 2, 2, 3, 4.0], [0, 1, 2, 2 + 9e-7], [0, 1, NAN, 3, 4]])
def test_growth_needs_three_rises_above_the_tolerance(depth: list[float]) -> None:
    """6.1: two rises, a third within 1e-6, or an undefined depth between are no growth."""
    assert "backlog_growth_streak" not in found(queueDepth=depth)


def test_overload_is_arrivals_above_effective_capacity_in_three_bins() -> None:
    """6.1: 2 servers of 5 against 15, 12, 11: the worst ratio is 1.5."""
    finding = found(queueDepth=[1] * 5, arrivals=[10, 15, 12, 11, 9], capacity=[5] * 5, parallelism=[2, 2, 2, 2, 2])[
        "backlog_overload_ratio"
    ]
    assert (finding.bins, finding.value, finding.total) == ((BinRange(1, 3),), 1.5, None)


@pytest.mark.parametrize(
    "roles",
    [
        {"arrivals": [11, 11, 10 + 9e-7], "capacity": [10] * 3},
        {"arrivals": [11, 11, 11], "capacity": [0] * 3},
        {"arrivals": [INF, INF, INF], "capacity": [INF] * 3},
        {"arrivals": [11, 11, 11]},
        {"capacity": [10] * 3},
    ],
)
def test_overload_needs_three_bins_above_a_capacity_above_zero(roles: dict[str, list[float]]) -> None:
    """6.1: within the tolerance, without capacity or without arrivals nothing is overloaded."""
    assert "backlog_overload_ratio" not in found(
        queueDepth=[1] * 3, arrivals=roles.get("arrivals", []), capacity=roles.get("capacity", [])
    )


def test_age_is_latency_above_the_sla_in_three_bins() -> None:
    """6.1: depth 2, 3, 2 at 1 served per hour is 120, 180, 120 minutes against 60."""
    finding = found(queueDepth=[0, 2, 3, 2])["backlog_age_risk"]
    assert (finding.bins, finding.value, finding.total) == ((BinRange(1, 3),), 180.0, None)


@pytest.mark.parametrize("sla", [None, 0.0, 120.0])
def test_age_needs_an_sla_below_the_latency(sla: float | None) -> None:
    """6.1: no slaMin, one of 0, and one that is just met."""
    node = evolve(QUEUE, semantics=Semantics(sla_minutes=sla))
    assert "backlog_age_risk" not in found(node, queueDepth=[2, 2, 2])


def test_arrivals_drift_when_the_halves_average_apart() -> None:
    """6.1: 10 and 15 differ by a third of the larger."""
    finding = found(queueDepth=[1] * 4, arrivals=[10, 10, 15, 15], first=2)["littles-law-non-stationary"]
    assert (finding.bins, finding.value) == ((BinRange(2, 5),), pytest.approx(1 / 3))


@pytest.mark.parametrize(
    "arrivals",
    [[75, 75, 100, 100], [75 - 1e-7, 75, 100, 100], [0, 0, 0, 0], [-4, -4, -8, -8], [NAN, NAN, 1, 1], [1, 1, NAN, NAN]],
)
def test_arrivals_within_a_quarter_are_steady(arrivals: list[float]) -> None:
    """6.1: 75 against 100 is the limit; halves without flow or without values say nothing."""
    assert "littles-law-non-stationary" not in found(queueDepth=[1] * 4, arrivals=arrivals)


def test_one_bin_has_no_halves() -> None:
    """6.1: a window of one bin gives no signal at all."""
    assert found(queueDepth=[9], arrivals=[5], capacity=[1]) == {}


@pytest.mark.parametrize(
    ("node", "roles"),
    [
        (evolve(QUEUE, kind="service"), {"queueDepth": [1, 2, 3, 4.0], "served": [1] * 4}),
        (QUEUE, {"served": [1] * 4}),
        (QUEUE, {"queueDepth": [1, 2, 3, 4.0]}),
        (QUEUE, {"queueDepth": [1, 2, 3, 4.0], "served": [0] * 4}),
    ],
)
def test_signals_need_a_queue_time(node: TopologyNode, roles: dict[str, list[float]]) -> None:
    """6.1: no queue, no depth, no served, or none served in the whole window: no signal."""
    arrays = {role: np.array(values, dtype=np.float64) for role, values in roles.items()}
    assert signals(node, arrays, bin_ms=HOUR) == ()
