"""Constraints, retries and edges by hand (SEMANTICS 4.7 to 4.9)."""

from __future__ import annotations

import math

import pytest

from flowtime_core.records.diagnostic import Location
from flowtime_core.records.model import BufferNode, ConstNode, Model, Route, RouterNode
from flowtime_core.records.policy import DispatchSchedule
from flowtime_core.records.topology import Constraint, FileBinding, TopologyNode
from tests.support.build import edge, error_of, errors_of, model, place, series, shared, told, values
from tests.support.classed_models import classed
from tests.support.tables import run

NAN = math.nan


# --- constraints ---------------------------------------------------------------------------------


def limited(*places: TopologyNode, capacity: float | str, **given: str | float | list[float]) -> Model:
    """Nodes that share the constraint ``db``."""
    bins = max((len(value) for value in given.values() if isinstance(value, list)), default=1)
    return model(bins, series(**given), places, constraints=[shared("db", capacity)])


def test_a_capacity_is_shared_in_proportion_to_the_demands() -> None:
    """4.7 Demands 8 and 30 on 19 get 4 and 15: each 19 x d/38; the remainder stays in the queues."""
    table = run(
        limited(
            place("One", "queue", constraints=("db",), arrivals=10, capacity=8),
            place("Two", "queue", constraints=("db",), arrivals=30, capacity=40),
            capacity=19,
        )
    )
    assert [values(table, f"served@{name}") for name in ("One", "Two")] == [[4.0], [15.0]]
    assert [values(table, f"queueDepth@{name}") for name in ("One", "Two")] == [[6.0], [15.0]]
    published = ("demand", "allocated", "shortfall", "limited")
    assert [values(table, f"{measure}@db")[0] for measure in published] == [38.0, 19.0, 19.0, 1.0]


def test_a_capacity_that_is_no_amount() -> None:
    """4.7 A capacity of NaN is no limit, a negative one is 0, and one without a capacity never limits."""
    places = [place("Q", "queue", constraints=("db",), arrivals=5, capacity=9)]
    table = run(model(3, [ConstNode(id="c", values=(NAN, -1.0, 3.0))], places, constraints=[shared("db", "c")]))
    assert values(table, "served@Q") == [5.0, 0.0, 3.0]
    free = run(model(1, [], places, constraints=[Constraint(id="db")]))
    assert (values(free, "served@Q"), values(free, "limited@db")) == ([5.0], [0.0])


def test_a_mapped_served_series_is_capped_for_everyone() -> None:
    """4.7 Stored series and everything downstream see the capped series; what was cut is ``unserved``."""
    table = run(
        limited(
            place("S", constraints=("db",), arrivals="a", served="s"), capacity=6, a=[4, 10], s=[4, 9], after="s * 2"
        )
    )
    assert (values(table, "s"), values(table, "unserved@S")) == ([4.0, 6.0], [0.0, 3.0])
    assert values(table, "after") == [8.0, 12.0]


def test_a_capped_expression_and_a_capped_target_of_a_router() -> None:
    """4.7 The served series may be an expression or what routers send."""
    router = RouterNode(id="r", input="a", routes=(Route(target="part"),))
    places = [
        place("E", constraints=("db",), arrivals="a", served="s"),
        place("R", constraints=("db",), arrivals="a", served="part"),
    ]
    table = run(model(1, [*series(a=8, s="a - 1"), router], places, constraints=[shared("db", 4)]))
    assert (values(table, "s"), values(table, "part")) == ([2.0], [2.0])


def test_an_authored_queue_keeps_what_it_is_not_allowed_to_release() -> None:
    """4.7 Demand of an authored queue is its arrivals; the capped served leaves 10 - 4 = 6 in the queue."""
    table = run(limited(place("Q", "queue", constraints=("db",), arrivals="a", served="s"), capacity=4, a=10, s=8))
    assert (values(table, "s"), values(table, "queueDepth@Q")) == ([4.0], [6.0])


def test_several_constraints_grant_the_minimum() -> None:
    """4.7 Of 7 and 5 the smaller caps; each publishes its own allocation before the minimum."""
    places = [place("Q", "queue", constraints=("x", "y"), arrivals=9, capacity=9)]
    table = run(model(1, [], places, constraints=[shared("x", 7), shared("y", 5)]))
    assert (values(table, "served@Q"), values(table, "allocated@x"), values(table, "allocated@y")) == (
        [5.0],
        [7.0],
        [5.0],
    )


def test_a_constraint_may_name_the_arrivals_it_watches() -> None:
    """4.7 ``arrivals`` of a constraint must exist, and changes no number; one that no node uses publishes nothing."""
    places = [place("Q", "queue", constraints=("db",), arrivals="a", capacity=9)]
    watched = Constraint(id="db", arrivals=shared("", "a").served, served=shared("", 3).served)
    table = run(model(1, series(a=9), places, constraints=[watched, shared("idle", 1)]))
    assert values(table, "served@Q") == [3.0]
    assert "demand@idle" not in table.arrays


def test_a_constrained_node_without_arrivals_or_served_asks_for_nothing() -> None:
    """4.7 A node that serves nothing has nothing to cap."""
    table = run(limited(place("S", constraints=("db",)), capacity=3))
    assert values(table, "demand@db") == [0.0]


def test_the_capacity_of_a_constraint_is_a_series_or_a_number() -> None:
    """4.7 A file has no one to read it: refused with the way out, not ignored as no limit."""
    places = [place("Q", "queue", constraints=("db",), arrivals=9, capacity=9)]
    faulty = model(1, [], places, constraints=[Constraint(id="db", served=FileBinding(uri="file:c.csv"))])
    finding = error_of(faulty)
    assert (finding.code, finding.location) == (
        "invalid_topology",
        Location(pointer="/topology/constraints/0/semantics/served"),
    )
    assert finding.hint == "give a const node that source, and name the node"


def test_a_constraint_caps_a_sink() -> None:
    """4.7 Of 5 that come 1 fails; of the 4 that a sink would take in it gets 3, and 1 is unserved."""
    table = run(limited(place("End", "sink", arrivals=5, errors=1, constraints=("db",)), capacity=3))
    assert (values(table, "served@End"), values(table, "unserved@End")) == ([3.0], [1.0])


def test_a_router_overrides_in_place() -> None:
    """3.4 A cycle is told from its first member in declaration order, also where a router overrides that member."""
    router = RouterNode(id="R", input="b", routes=(Route(target="p"),))
    finding = error_of(model(1, [*series(p=1, b="p + 1"), router]))
    assert finding.message.endswith("p -> R -> b -> p")


def test_an_edge_out_of_a_router_that_takes_its_time_carries_its_route() -> None:
    """4.9 Of 8 a quarter goes to A a bin later, the rest to B: 2 and 6, not shares of all edges."""
    router = RouterNode(id="R", input="a", routes=(Route(target="t1"), Route(target="t2", weight=3.0)))
    places = [
        place("R", "router", arrivals="a", served="R"),
        place("A", arrivals="later", served="later"),
        place("B", arrivals="t2", served="t2"),
    ]
    edges = [edge("slow", "R", "A", lag=1), edge("fast", "R", "B")]
    table = run(model(3, [*series(a=8, later="SHIFT(t1, 1)"), router], places, edges=edges))
    assert (values(table, "flowVolume@slow"), values(table, "flowVolume@fast")) == ([0, 2, 2], [6, 6, 6])
    assert values(table, "inTransit@slow") == [2, 2, 2]


def test_only_a_router_shares_by_its_routes() -> None:
    """4.9 An authored queue that releases what a router series says passes all of it over its only edge."""
    router = RouterNode(id="R", input="a", routes=(Route(target="t1"), Route(target="t2", weight=3.0)))
    places = [place("Q", "queue", arrivals="a", served="R"), place("A", arrivals="t1")]
    table = run(model(1, [*series(a=8), router], places, edges=[edge("e", "Q", "A")]))
    assert values(table, "flowVolume@e") == [8.0]


def test_routes_name_declared_classes_and_weights_that_can_be_summed() -> None:
    """4.6 A class that nobody declares, a target that is a function, weights beyond any number: told, not ignored."""
    routes = (
        Route(target="z", classes=("ZZ",)),
        Route(target="MIN", weight=1e308),
        Route(target="w", weight=1e308),
    )
    faulty = classed(model(1, [*series(a=1), RouterNode(id="r", input="a", routes=routes)]), a={"red": 1})
    assert [finding.code for finding in errors_of(faulty)] == ["invalid_topology", "unknown_class", "reserved_id"]


def test_classes_that_are_all_of_a_flow_leave_no_residue() -> None:
    """4.6, 6.1 .1 + .7 of a and .3 + .3 of b less their own nine tenths: the rest is 0, not a little less."""
    router = RouterNode(id="r", input="z", routes=(Route(target="w", classes=("a", "b")), Route(target="rest")))
    nodes = [*series(x=[0.1, 0.3], y=[0.7, 0.3], z="(x + y) * 0.9 - y * 0.9"), router]
    made = classed(model(2, nodes, [place("Q", "queue", arrivals="rest", capacity=1)]), x={"a": 1}, y={"b": 1})
    table = run(made)
    assert (values(table, "rest"), told(table)) == ([0.0, 0.0], [])


def test_sums_beyond_any_number_are_told_as_infinite() -> None:
    """4.3, 4.8 What was negative twice over the largest number, and a kernel of two such taps, are no crash."""
    table = run(model(4, series(a=[-1e308, -1e308, 1, 1]), [place("Q", "queue", arrivals="a", capacity=4)]))
    (finding,) = table.diagnostics()
    assert (finding.code, finding.total) == ("negative_input", -math.inf)
    table = run(
        model(3, series(a=8, f=[4, 0, 0]), [place("S", arrivals="a", failures="f", retry_kernel=(0, 1e308, 1e308))])
    )
    assert values(table, "retryEcho@S") == [0.0, 2.0, 2.0]


def test_what_rounding_leaves_below_0_is_no_mistake() -> None:
    """4.3, 6.1 Arrivals of -1e-18 count 0 and are not told; of -0.001 they are."""
    places = [place("Q", "queue", arrivals="a", capacity=4)]
    assert told(run(model(2, series(a=[-1e-18, 1]), places))) == []
    assert told(run(model(2, series(a=[-1e-3, 1]), places))) == [("negative_input", "Q", "0")]


# --- retries -------------------------------------------------------------------------------------


def test_the_default_kernel_brings_failures_back_over_three_bins() -> None:
    """4.8 10 failures a bin come back as 0, 6, 9, 10: the kernel is 0, .6, .3, .1, and failures win over errors."""
    table = run(model(4, series(f=10, e=99), [place("S", failures="f", errors="e", retryEcho="echo")]))
    assert values(table, "retryEcho@S") == pytest.approx([0.0, 6.0, 9.0, 10.0])


def test_the_kernel_policy_corrects_and_tells() -> None:
    """4.8 Negative and non-finite taps become 0, a sum above 1 is scaled to 1, at most 32 taps stay; each is told."""
    wild = (0.0, 1.5, 1.5, -0.5, NAN, *([0.0] * 30))
    table = run(model(3, series(e=[10, 0, 0]), [place("S", errors="e", retry_kernel=wild)]))
    assert values(table, "retryEcho@S") == [0.0, 5.0, 5.0]
    assert [finding.message for finding in table.diagnostics()] == [
        "retry kernel of 'S': 35 taps were cut to 32",
        "retry kernel of 'S': negative or non-finite taps count as 0",
        "retry kernel of 'S': taps sum to 3 and were divided by it",
    ]


def test_a_retry_loop_is_evaluated() -> None:
    """4.8 The echo of a kernel with k0 = 0 is lagged, so arrivals may read it; half fails: 8, 8 + 4/2, 8 + 5/2."""
    nodes = series(new=8, load="new + S.retryEcho", bad="load / 2")
    table = run(model(3, nodes, [place("S", arrivals="load", errors="bad", retry_kernel=(0.0, 0.5))]))
    assert values(table, "load") == [8.0, 10.0, 10.5]


def test_attempts_are_counted_and_the_last_failures_are_exhausted() -> None:
    """4.8 K = 2, half of 8 fail: a2[1] = 4, a1[1] = 4 of 8, so f2 = 2 are exhausted and only f1 = 2 come back."""
    table = run(
        model(3, series(a=8, f=4), [place("S", attempts="a", failures="f", retry_kernel=(0.0, 1.0), max_attempts=2)])
    )
    assert values(table, "exhaustedFailures@S") == [0.0, 2.0, 1.0]
    assert values(table, "retryEcho@S") == [0.0, 4.0, 2.0]


def test_failures_without_attempts_count_as_first_ones() -> None:
    """4.8 Where the sum of attempts is 0 all of f counts as f_1: nothing is exhausted before it came back."""
    table = run(model(2, series(a=0, f=[4, 0]), [place("S", arrivals="a", failures="f", max_attempts=3)]))
    assert values(table, "exhaustedFailures@S") == [0.0, 0.0]
    assert values(table, "retryEcho@S")[1] == pytest.approx(2.4)


def test_there_are_no_more_attempts_than_bins() -> None:
    """4.8 Each attempt is a bin later than the one before: a million million of them take no more than the grid."""
    table = run(model(3, series(a=8, f=[4, 4, 4]), [place("S", arrivals="a", failures="f", max_attempts=10**12)]))
    assert values(table, "exhaustedFailures@S") == [0.0, 0.0, 0.0]


def test_a_single_attempt_exhausts_every_failure() -> None:
    """4.8 maxAttempts 1 means no retry: all failures are exhausted and nothing comes back."""
    table = run(model(2, series(a=8, f=3), [place("S", arrivals="a", failures="f", max_attempts=1)]))
    assert (values(table, "exhaustedFailures@S"), values(table, "retryEcho@S")) == ([3.0, 3.0], [0.0, 0.0])


def test_mapped_roles_of_retries_are_left_alone() -> None:
    """4.8 A mapped echo is not generated; mapped exhausted failures are not computed."""
    places = [
        place("S", errors="e", retryEcho="own", retry_kernel=(0.0, 1.0)),
        place("T", arrivals="e", errors="e", exhaustedFailures="own", max_attempts=2),
    ]
    table = run(model(1, series(e=1, own=7), places))
    assert {"retryEcho@S", "exhaustedFailures@T"}.isdisjoint(table.arrays)
    assert "retryEcho@T" in table.arrays


# --- edges ---------------------------------------------------------------------------------------


def test_flow_is_split_by_weight_over_the_edges_of_a_type() -> None:
    """4.9 60 over weights 3 and 1 is 45 and 15; effort edges have a split and a multiplier of their own."""
    places = [place("A", served="s"), place("B")]
    edges = [
        edge("big", "A", "B", weight=3.0, multiplier=9.0),
        edge("small", "A:out", "B:in", measure="served"),
        edge("work", "A", "B", type="effort", multiplier=0.5),
        edge("end", "B", "A"),
    ]
    table = run(model(1, series(s=60), places, edges=edges))
    assert [values(table, f"flowVolume@{name}") for name in ("big", "small", "work")] == [[45.0], [15.0], [30.0]]
    assert "flowVolume@end" not in table.arrays


def test_ports_and_measures_name_what_an_edge_carries() -> None:
    """4.9 attempts and load give attemptsVolume; errors, failures and exhaustedFailures give failuresVolume."""
    places = [place("A", served="s", attempts="t", errors="e", failures="f"), place("B")]
    edges = [
        edge("t", "A:attempts", "B"),
        edge("l", "A", "B", measure="load", multiplier=0.5),
        edge("e", "A:errors", "B", type="terminal"),
        edge("f", "A", "B", measure="failures", multiplier=2.0),
        edge("x", "A", "B", measure="exhaustedFailures"),
    ]
    table = run(model(1, series(s=9, t=8, e=2, f=3), places, edges=edges))
    assert [values(table, key)[0] for key in ("attemptsVolume@t", "attemptsVolume@l")] == [8.0, 4.0]
    assert [values(table, key)[0] for key in ("failuresVolume@e", "failuresVolume@f")] == [2.0, 6.0]
    assert not any(key.endswith("@x") for key in table.arrays)


def test_a_lag_delays_and_keeps_what_is_under_way() -> None:
    """4.9 The series is what arrives; in transit is what has left and not arrived: 3, 3 + 5, 5 + 7."""
    table = run(model(3, series(s=[3, 5, 7]), [place("A", served="s"), place("B")], edges=[edge("e", "A", "B", lag=2)]))
    assert values(table, "flowVolume@e") == [0.0, 0.0, 3.0]
    assert values(table, "inTransit@e") == [3.0, 8.0, 12.0]


def test_a_queue_passes_on_what_it_released() -> None:
    """4.9 The flow of an authored queue is its released flow, that of a derived server what it serves."""
    places = [place("A", "queue", arrivals=9, served="s"), place("B", "queue", arrivals=9, capacity=2)]
    table = run(model(1, series(s=4), places, edges=[edge("a", "A", "B"), edge("b", "B", "A")]))
    assert (values(table, "flowVolume@a"), values(table, "flowVolume@b")) == ([4.0], [2.0])


def test_the_edges_of_a_router_use_its_routes() -> None:
    """4.9 The edge from a router to the node whose arrivals it feeds carries that route: 8 x 3/4."""
    router = RouterNode(id="r", input="a", routes=(Route(target="left", weight=3.0), Route(target="right")))
    places = [
        place("r", "router", arrivals="a", served="r"),
        place("L", arrivals="left"),
        place("R", arrivals="right"),
        place("X"),
    ]
    edges = [edge("l", "r", "L"), edge("x", "r", "R")]
    table = run(model(1, [*series(a=8), router], places, edges=edges))
    assert (values(table, "flowVolume@l"), values(table, "flowVolume@x")) == ([6.0], [2.0])


def test_an_echo_comes_back_over_the_edges_that_brought_the_flow() -> None:
    """4.9 An echo of 4 over flows 3 and 1 is 3 and 1; where nothing arrives it is split equally."""
    places = [place("A", served="a"), place("B", served="b"), place("C", retryEcho="echo"), place("D")]
    edges = [edge("a", "A", "C"), edge("b", "B", "C"), edge("d", "A", "D", type="terminal")]
    table = run(model(2, series(a=[3, 0], b=[1, 0], echo=4), places, edges=edges))
    assert values(table, "retryVolume@a") == [3.0, 2.0]
    assert values(table, "retryVolume@b") == [1.0, 2.0]
    assert told(table) == []


def test_edges_of_no_weight_carry_nothing() -> None:
    """4.9 Where the weights sum to 0 no edge carries anything."""
    table = run(model(1, series(s=5), [place("A", served="s"), place("B")], edges=[edge("e", "A", "B", weight=0.0)]))
    assert values(table, "flowVolume@e") == [0.0]


def test_a_buffer_of_another_name_is_its_reader_s_released_flow() -> None:
    """4.9 A node whose depth is an authored queue passes on what that queue releases, gate and all."""
    dispatch = DispatchSchedule(period_bins=2, phase_offset=1)
    nodes = [*series(a=5, s=2), BufferNode(id="q", inflow="a", outflow="s", dispatch=dispatch)]
    places = [place("A", "queue", arrivals="a", served="s", queueDepth="q"), place("B")]
    table = run(model(2, nodes, places, edges=[edge("e", "A", "B")]))
    assert values(table, "flowVolume@e") == [0.0, 2.0]
