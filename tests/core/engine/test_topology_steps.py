"""Queues by hand: every rule of SEMANTICS 4.3 to 4.5, and authored queues among the series (2.5)."""

from __future__ import annotations

import math

import pytest

from flowtime_core.records.model import BufferNode, ConstNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import TopologyNode
from tests.support.build import model, place, series, told, values
from tests.support.tables import run

NAN, INF = math.nan, math.inf


def depth_and_served(
    *places: TopologyNode, **given: str | float | list[float]
) -> tuple[list[float], list[float], list[tuple[str, str | None, str]]]:
    """Depth and released flow of the last place, and what was noticed."""
    bins = max((len(value) for value in given.values() if isinstance(value, list)), default=1)
    table = run(model(bins, series(**given), places))
    name = places[-1].id
    served = f"served@{name}" if f"served@{name}" in table.arrays else f"released@{name}"
    return values(table, f"queueDepth@{name}"), values(table, served), told(table)


@pytest.mark.parametrize("kind", ["serviceWithBuffer", "queue", "dlq"])
def test_a_derived_server_serves_what_is_there_up_to_its_capacity(kind: str) -> None:
    """4.3a Capacity 5 and arrivals 3, 9, 0: serves 3, 5, 4; what is left waits."""
    depth, served, noticed = depth_and_served(place("Q", kind, arrivals="a", capacity=5), a=[3, 9, 0])
    assert (depth, served, noticed) == ([0.0, 4.0, 0.0], [3.0, 5.0, 4.0], [])


def test_a_derived_server_serves_at_most_what_is_there_after_the_loss() -> None:
    """4.3a Of 10 in the queue 4 are lost, so that capacity 8 serves 6."""
    depth, served, _ = depth_and_served(place("Q", "queue", arrivals="a", capacity=8, errors=4), a=[10])
    assert (depth, served) == ([0.0], [6.0])


def test_a_loss_takes_at_most_what_is_there() -> None:
    """4.3a Of a loss of 9 from 2 + 3 only 5 are lost; the cut of 4 is told."""
    table = run(model(1, series(a=3), [place("Q", "queue", initial=2.0, arrivals="a", capacity=8, errors=9)]))
    assert (values(table, "queueDepth@Q"), values(table, "served@Q")) == ([0.0], [0.0])
    (finding,) = table.diagnostics()
    assert (finding.code, finding.value, finding.total) == ("outflow_exceeds_queue", 4.0, 4.0)


def test_work_waits_from_bin_to_bin() -> None:
    """4.3a Q[t] = Q[t-1] + in - served: 7 + 4 - 5 = 6, 6 + 4 - 5 = 5, 5 + 0 - 5 = 0."""
    depth, _, _ = depth_and_served(place("Q", "queue", initial=7.0, arrivals="a", capacity=5), a=[4, 4, 0])
    assert depth == [6.0, 5.0, 0.0]


def test_an_explicit_loss_stands_before_errors() -> None:
    """4.3 loss = errors for a queue, or an explicit ``loss``: 10 - 1, not 10 - 3."""
    depth, _, _ = depth_and_served(place("Q", "queue", arrivals="a", loss=1, errors=3), a=[10])
    assert depth == [9.0]


def test_capacity_counts_once_per_server() -> None:
    """4.3 C = capacity x parallelism: 2 x 3 serves 6 of 10."""
    _, served, _ = depth_and_served(place("Q", "queue", arrivals="a", capacity=2, parallelism=3), a=[10])
    assert served == [6.0]


@pytest.mark.parametrize("servers", [NAN, INF, -INF, 0.0, -2.0])
def test_parallelism_that_is_no_number_of_servers_counts_one(servers: float) -> None:
    """4.3 Parallelism that is not finite or <= 0 counts 1, without a finding."""
    table = run(
        model(1, [ConstNode(id="p", values=servers)], [place("Q", "queue", arrivals=9, capacity=2, parallelism="p")])
    )
    assert (values(table, "served@Q"), told(table)) == ([2.0], [])


def test_capacity_that_is_no_amount() -> None:
    """4.3 Capacity NaN or negative counts 0 and +Infinity is no limit; what is no capacity at all is told."""
    _, served, noticed = depth_and_served(place("Q", "queue", arrivals=4, capacity="c"), c=[NAN, -3, INF, -INF])
    assert served == [0.0, 0.0, 12.0, 0.0]
    assert noticed == [("non_finite_input", "Q", "0,3")]


def test_inputs_that_are_not_finite_count_0() -> None:
    """4.3 Arrivals, served and loss that are NaN or infinite count 0 and are told."""
    depth, served, noticed = depth_and_served(
        place("Q", "queue", initial=5.0, arrivals="a", served="s", errors="e"),
        a=[NAN, 4, 4],
        s=[1, INF, 1],
        e=[1, 1, -INF],
    )
    assert (depth, served) == ([3.0, 6.0, 9.0], [1.0, 0.0, 1.0])
    assert noticed == [("non_finite_input", "Q", bins) for bins in ("0", "2", "1")]


def test_inputs_that_are_negative_count_0() -> None:
    """4.3 Negative arrivals, served and loss count 0 and are told with their worst and total."""
    table = run(
        model(
            2,
            series(a=[-1, -3], s=[-1, 1], e=[-2, 0]),
            [place("Q", "queue", initial=5.0, arrivals="a", served="s", errors="e")],
        )
    )
    assert values(table, "queueDepth@Q") == [5.0, 4.0]
    assert [(finding.message, finding.value, finding.total) for finding in table.diagnostics()] == [
        ("arrivals of 'Q' is negative and counts as 0", -3.0, -4.0),
        ("loss of 'Q' is negative and counts as 0", -2.0, -2.0),
        ("served of 'Q' is negative and counts as 0", -1.0, -1.0),
    ]


def test_missing_arrivals_count_0_and_nothing_leaves_without_served_or_capacity() -> None:
    """4.3 A queue of nothing but its initial content keeps it."""
    assert depth_and_served(place("Q", "queue", initial=3.0)) == ([3.0], [0.0], [])
    assert depth_and_served(place("Q", "queue", arrivals="a"), a=[1, 2]) == ([1.0, 3.0], [0.0, 0.0], [])


def test_an_authored_queue_is_floored_at_0() -> None:
    """4.3b ((5 + 10) - 20) - 1 = -6 becomes 0, told once per node with its bins and total; the next bin starts at 0."""
    table = run(
        model(2, series(a=10, s=[20, 4]), [place("Q", "queue", initial=5.0, arrivals="a", served="s", errors=1)])
    )
    assert values(table, "queueDepth@Q") == [0.0, 5.0]
    assert values(table, "s") == [20.0, 4.0]
    (finding,) = table.diagnostics()
    assert (finding.code, finding.node_id, finding.value, finding.total) == ("outflow_exceeds_queue", "Q", 6.0, 6.0)


def test_the_released_flow_of_an_authored_queue_is_gated_and_capped() -> None:
    """4.3b released = g x min(served, cap); the mapped series is written unchanged."""
    schedule = DispatchSchedule(period_bins=2, phase_offset=1, capacity_series="cap")
    table = run(model(4, series(a=10, s=5, cap=3), [place("Q", "queue", dispatch=schedule, arrivals="a", served="s")]))
    assert values(table, "released@Q") == [0.0, 3.0, 0.0, 3.0]
    assert values(table, "queueDepth@Q") == [10.0, 17.0, 27.0, 34.0]
    assert values(table, "s") == [5.0] * 4


def test_a_dispatch_gates_a_derived_server() -> None:
    """4.3a served = g x min(C, cap, available): nothing between the dispatches, at most 15 on them."""
    schedule = DispatchSchedule(period_bins=3, phase_offset=-1, capacity_series="cap")
    depth, served, _ = depth_and_served(
        place("Q", "queue", dispatch=schedule, arrivals="a", capacity=100), a=[10.0] * 6, cap=[15.0] * 6
    )
    assert served == [0.0, 0.0, 15.0, 0.0, 0.0, 15.0]
    assert depth == [10.0, 20.0, 15.0, 25.0, 35.0, 30.0]


def test_a_dispatch_needs_no_cap() -> None:
    """4.4 Without a capacity series a dispatch takes whatever may be served: nothing, then both bins' arrivals."""
    depth, served, _ = depth_and_served(
        place("Q", "queue", dispatch=DispatchSchedule(period_bins=2, phase_offset=1), arrivals="a", capacity=9),
        a=[2, 2],
    )
    assert (depth, served) == ([2.0, 0.0], [0.0, 4.0])


def test_a_dispatch_cap_that_is_no_amount() -> None:
    """4.4 A cap of NaN is no cap, a negative one counts 0, an infinite one is none."""
    schedule = DispatchSchedule(period_bins=1, capacity_series="cap")
    _, served, noticed = depth_and_served(
        place("Q", "queue", dispatch=schedule, arrivals=2, capacity=100), cap=[NAN, -1, INF, 1]
    )
    assert (served, noticed) == ([2.0, 0.0, 4.0, 1.0], [])


def test_a_limit_turns_the_rest_away() -> None:
    """4.5 overflow = max(0, Q - limit), Q = min(Q, limit): 8, 16, 24 under 20 leaves 4 over, then 8."""
    table = run(model(4, series(a=10, s=2), [place("Q", "queue", wip=WipLimit(limit=20), arrivals="a", served="s")]))
    assert values(table, "queueDepth@Q") == [8.0, 16.0, 20.0, 20.0]
    assert values(table, "overflow@Q") == [0.0, 0.0, 4.0, 8.0]


def test_a_limit_may_be_a_series() -> None:
    """4.5 A limit of NaN is none, one of 0 is a limit; a negative one is an error with its bins."""
    wip = WipLimit(limit="w")
    table = run(model(4, series(a=5, w=[NAN, 3, 0, -2]), [place("Q", "queue", wip=wip, arrivals="a")]))
    assert values(table, "queueDepth@Q") == [5.0, 3.0, 0.0, 0.0]
    assert values(table, "overflow@Q") == [0.0, 7.0, 8.0, 5.0]
    (finding,) = table.diagnostics()
    assert (finding.code, finding.severity, finding.value) == ("negative_wip_limit", "error", -2.0)
    assert told(table) == [("negative_wip_limit", "Q", "3")]


def test_overflow_joins_another_queue_in_the_same_bin() -> None:
    """4.5 A's overflow of 5 is part of B's in[t], not of its arrivals series; B's limit cascades to C."""
    places = [
        place("C", "queue"),
        place("A", "queue", wip=WipLimit(limit=5.0, overflow="B"), arrivals="a"),
        place("B", "queue", wip=WipLimit(limit=3.0, overflow="C"), arrivals="b", capacity=1),
    ]
    table = run(model(1, series(a=10, b=1), places))
    assert values(table, "overflow@A") == [5.0]
    assert (values(table, "served@B"), values(table, "queueDepth@B"), values(table, "overflow@B")) == (
        [1.0],
        [3.0],
        [2.0],
    )
    assert values(table, "queueDepth@C") == [2.0]
    assert values(table, "b") == [1.0]


def test_an_authored_queue_among_the_series() -> None:
    """2.5 ``serviceWithBuffer`` in nodes[] is an authored queue, its series its depth: 2 + 5 - 3 - 1 = 3, then 4."""
    buffer = BufferNode(
        id="q", inflow="a", outflow="s", loss="e", initial_depth=2.0, wip=WipLimit(limit=3.5, overflow="Next")
    )
    table = run(model(2, [*series(a=5, s=3, e=1), buffer], [place("Next", "queue")]))
    assert values(table, "q") == [3.0, 3.5]
    assert values(table, "overflow@q") == [0.0, 0.5]
    assert values(table, "queueDepth@Next") == [0.0, 0.5]


def test_a_buffer_takes_its_initial_depth_from_its_reader() -> None:
    """2.5 Without one of its own, the initial depth is that of the topology node whose queueDepth names it."""
    nodes = [*series(a=1), BufferNode(id="q", inflow="a"), BufferNode(id="own", inflow="a", initial_depth=9.0)]
    places = [
        place("P", "queue", queueDepth="q"),
        place("Q", initial=4.0, queueDepth="q"),
        place("R", initial=4.0, queueDepth="q"),
        place("S", initial=4.0, queueDepth="own"),
    ]
    table = run(model(1, nodes, places))
    assert (values(table, "q"), values(table, "own")) == ([5.0], [10.0])
