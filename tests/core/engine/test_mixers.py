"""Classes of flow through sources, queues, routers, retries, constraints and edges (SEMANTICS 4.6 to 4.11)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from attrs import evolve

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.simulate import SeriesTable, evaluate_batch, simulate
from flowtime_core.records.distribution import Distribution
from flowtime_core.records.model import ConstNode, FlowClass, Model, PmfNode, Route, RouterNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import TopologyNode
from tests.support.build import edge, model, place, series, shared, told, values
from tests.support.classed_models import classed, parts
from tests.support.tables import bin_by_bin, column_bits, differing, run

NAN, INF = math.nan, math.inf


def line(*places: TopologyNode, red: list[float], blue: list[float], **more: str | float | list[float]) -> SeriesTable:
    """A run in which ``a`` is so much red and so much blue."""
    given = series(red=red, blue=blue, a="red + blue", **more)
    made = model(len(red), given, places)
    return run(classed(made, red={"red": 1}, blue={"blue": 1}))


# --- sources -------------------------------------------------------------------------------------


def test_a_source_is_split_in_proportion_to_the_rates() -> None:
    """4.10 8 at rates 1 and 3 are 2 and 6; without rates shares are equal; the total is untouched."""
    pmf = PmfNode(id="p", distribution=Distribution(values=(4.0, 8.0), probabilities=(0.5, 0.5)))
    made = model(2, [*series(a=[8, 0], b=9), pmf])
    table = run(
        classed(
            made,
            a={"red": 1, "blue": 3},
            b={"red": None, "blue": None, "green": None},
            p={"red": 5, "blue": None},
        )
    )
    assert parts(table, "a") == {"red": [2, 0], "blue": [6, 0]}
    assert parts(table, "b") == {"red": [3, 3], "blue": [3, 3], "green": [3, 3]}
    assert parts(table, "p") == {"red": [6, 6], "blue": [0, 0]}
    assert values(table, "a") == [8.0, 0.0]


def test_a_source_that_is_not_defined_has_parts_that_are_not() -> None:
    """4.10 NaN is split into NaN, infinity into infinite parts."""
    table = run(classed(model(3, series(a=[NAN, INF, 4])), a={"red": 1, "blue": 1}))
    for values_of_class in parts(table, "a").values():
        assert math.isnan(values_of_class[0])
        assert values_of_class[1:] == [INF, 2.0]


# --- queues --------------------------------------------------------------------------------------


def test_a_queue_serves_its_classes_first_in_first_out() -> None:
    """4.10 4 red, then 8 blue at capacity 3: 3 red, then 1 red and 2 blue, then blue."""
    table = line(place("Q", "queue", arrivals="a", capacity=3), red=[4, 0, 0], blue=[0, 8, 0])
    assert parts(table, "served@Q") == {"red": [3, 1, 0], "blue": [0, 2, 3]}
    assert parts(table, "queueDepth@Q") == {"red": [1, 0, 0], "blue": [0, 6, 3]}


def test_inside_a_bin_classes_are_mixed_evenly() -> None:
    """4.10 Linear inside bins: of 2 red and 6 blue 4 are served as 1 and 3; the 4 left stand before the next 4 red."""
    table = line(place("Q", "queue", arrivals="a", capacity=4), red=[2, 4, 0], blue=[6, 0, 0])
    assert parts(table, "served@Q") == {"red": [1, 1, 4], "blue": [3, 3, 0]}
    assert parts(table, "queueDepth@Q") == {"red": [1, 4, 0], "blue": [3, 0, 0]}


def test_initial_content_takes_the_mix_of_the_first_inflow() -> None:
    """4.10 6 that were there are 1.5 red and 4.5 blue as the 1 and 3 of bin 0; without inflow, 3 and 3."""
    queue = place("Q", "queue", arrivals="a", capacity=4, initial=6.0)
    table = line(queue, red=[1, 0, 0], blue=[3, 0, 0])
    assert parts(table, "served@Q") == {"red": [1, 1, 0.5], "blue": [3, 3, 1.5]}
    table = line(queue, red=[0, 0], blue=[0, 4])
    assert parts(table, "served@Q") == {"red": [2, 1], "blue": [2, 3]}
    assert parts(table, "queueDepth@Q") == {"red": [1, 0], "blue": [1, 2]}


def test_everything_that_leaves_in_a_bin_has_its_mix() -> None:
    """4.10 Of 2 red and 6 blue 2 are lost, 2 served, 3 turned away: each 1 : 3, and so is the 1 that stays."""
    table = line(
        place("Q", "queue", arrivals="a", capacity=2, errors=2, wip=WipLimit(limit=1.0)), red=[2, 8], blue=[6, 0]
    )
    assert parts(table, "served@Q") == {"red": [0.5, 1.8125], "blue": [1.5, 0.1875]}
    assert parts(table, "overflow@Q") == {"red": [0.75, 3.625], "blue": [2.25, 0.375]}
    assert parts(table, "queueDepth@Q") == {"red": [0.25, 1], "blue": [0.75, 0]}
    assert values(table, "overflow@Q") == [3.0, 4.0]


def test_overflow_joins_the_target_with_its_classes() -> None:
    """4.5, 4.10 3 red overflow into a queue with 1 blue of its own: its inflow is 3 red and 1 blue."""
    table = line(
        place("First", "queue", arrivals="red", capacity=0, wip=WipLimit(limit=1.0, overflow="Second")),
        place("Second", "queue", arrivals="blue", capacity=2),
        red=[4, 0],
        blue=[1, 0],
    )
    assert parts(table, "served@Second") == {"red": [1.5, 1.5], "blue": [0.5, 0.5]}


def test_classed_and_class_less_inflow_combine_like_a_sum() -> None:
    """4.10 2 red and 4 blue with 6 of no class are 4 and 8; where only the class-less arrive, shares are equal."""
    table = line(
        place("First", "queue", arrivals="n", capacity=0, wip=WipLimit(limit=0.0, overflow="Second")),
        place("Second", "queue", arrivals="a", capacity=99),
        red=[2, 0],
        blue=[4, 0],
        n=6,
    )
    assert parts(table, "served@Second") == {"red": [4, 3], "blue": [8, 3]}
    assert parts(table, "overflow@First") == {}


def test_an_authored_queue_serves_first_in_first_out_too() -> None:
    """4.3b, 4.10 The released flow has the mix of what left; the mapped series keeps classes of its own."""
    table = line(place("Q", "queue", arrivals="a", served="s"), red=[4, 0, 0], blue=[0, 8, 0], s="red * 0 + 3")
    assert parts(table, "released@Q") == {"red": [3, 1, 0], "blue": [0, 2, 3]}
    assert parts(table, "s") == {"red": [3, 3, 3]}


def test_more_than_there_is_leaves_as_what_there_is() -> None:
    """4.3b, 4.10 5 are to leave where 1 red and 3 blue are: the released 5 have their mix, 1.25 and 3.75."""
    table = line(place("Q", "queue", arrivals="a", served="s"), red=[1, 0], blue=[3, 0], s=[5, 2])
    assert parts(table, "released@Q") == {"red": [1.25, 1], "blue": [3.75, 1]}
    assert parts(table, "queueDepth@Q") == {"red": [0, 0], "blue": [0, 0]}


@pytest.mark.parametrize("bad", [NAN, INF, -INF, -9.0])
def test_arrivals_that_count_as_0_bring_no_classes(bad: float) -> None:
    """4.3, 4.10 A bin of arrivals that counts 0 leaves the mix of the queue, and of the overflow into it, alone."""
    made = model(
        3,
        series(a=[4, bad, 4], c=[4, 4, 0]),
        [
            place("First", "queue", arrivals="c", capacity=0, wip=WipLimit(limit=0.0, overflow="Q")),
            place("Q", "queue", arrivals="a", capacity=6),
        ],
    )
    table = run(classed(made, a={"red": 1, "blue": 3}, c={"green": 1}))
    assert values(table, "queueDepth@Q") == [2.0, 0.0, 0.0]
    assert parts(table, "queueDepth@Q") == {"red": [0.25, 0, 0], "blue": [0.75, 0, 0], "green": [1, 0, 0]}
    assert parts(table, "served@Q") == {"red": [0.75, 0.25, 1], "blue": [2.25, 0.75, 3], "green": [3, 5, 0]}


def test_dispatch_holds_the_line_and_keeps_its_order() -> None:
    """4.4, 4.10 What waited for the dispatch of bin 2 leaves in the order in which it came: 4 red, then 1 blue."""
    queue = place("Q", "queue", arrivals="a", capacity=5, dispatch=DispatchSchedule(period_bins=3, phase_offset=2))
    table = line(queue, red=[4, 0, 0, 0], blue=[0, 4, 0, 0])
    assert parts(table, "served@Q") == {"red": [0, 0, 4, 0], "blue": [0, 0, 1, 0]}


# --- routers -------------------------------------------------------------------------------------


def routed(*routes: Route, red: list[float], blue: list[float], **more: float) -> SeriesTable:
    """What a router makes of so much red and so much blue."""
    nodes = [*series(red=red, blue=blue, a="red + blue", **more), RouterNode(id="r", input="a", routes=routes)]
    made = classed(model(len(red), nodes), red={"red": 1}, blue={"blue": 1})
    return run(evolve(made, classes=(*made.classes, FlowClass(id="gold"))))


def test_class_routes_take_their_classes_and_weights_the_rest() -> None:
    """4.6 Of 2 red and 8 blue, red goes its way; 8 blue are split 1 : 3; the router's own series is its input."""
    table = routed(
        Route(target="hot", classes=("red",)),
        Route(target="left"),
        Route(target="right", weight=3.0),
        Route(target="never", classes=("gold",)),
        red=[2, 0],
        blue=[8, 4],
        left=7.0,
    )
    assert [values(table, key) for key in ("hot", "left", "right")] == [[2, 0], [2, 1], [6, 3]]
    assert parts(table, "hot") == {"red": [2, 0]}
    assert (values(table, "never"), parts(table, "never")) == ([0, 0], {})
    assert parts(table, "left") == {"blue": [2, 1]}
    assert parts(table, "right") == {"blue": [6, 3]}
    assert (values(table, "r"), parts(table, "r")) == ([10, 4], {"red": [2, 0], "blue": [8, 4]})
    assert told(table) == []


def test_a_target_may_be_reached_by_class_and_by_weight() -> None:
    """4.6 All of 2 red and half of 8 blue go to one target, the other half to the other."""
    table = routed(Route(target="one", classes=("red",)), Route(target="one"), Route(target="other"), red=[2], blue=[8])
    assert (parts(table, "one"), parts(table, "other")) == ({"red": [2], "blue": [4]}, {"blue": [4]})
    assert (values(table, "one"), values(table, "other")) == ([6], [4])


def test_classes_without_a_route_are_missed() -> None:
    """4.6 With class routes alone, the 3 blue of bin 1 have nowhere to go: ``router_missing_class_route``."""
    table = routed(Route(target="hot", classes=("red",)), red=[2, 2], blue=[0, 3])
    assert told(table) == [("router_missing_class_route", "r", "1")]
    assert table.diagnostics()[0].is_error
    assert values(table, "hot") == [2.0, 2.0]
    both = routed(Route(target="hot", classes=("blue", "red", "gold")), red=[2, 2], blue=[0, 3])
    assert (told(both), values(both, "hot")) == ([], [2.0, 5.0])


def test_a_class_less_input_is_all_remainder() -> None:
    """4.6 The input may be any series: without classes everything is split by weight, or missed."""
    router = RouterNode(id="r", input="a", routes=(Route(target="hot", classes=("red",)), Route(target="rest")))
    table = run(model(1, [*series(a=4), router]))
    assert (values(table, "hot"), values(table, "rest"), told(table)) == ([0.0], [4.0], [])
    router = evolve(router, routes=router.routes[:1])
    missed = run(model(1, [*series(a=4), router]))
    assert told(missed) == [("router_missing_class_route", "r", "0")]


def test_two_routers_to_one_target_add_per_class() -> None:
    """4.6, 4.10 1 red and 2 blue from one router and 3 red from another are 4 red and 2 blue."""
    nodes = [
        *series(a=1, b=2, c=3, ab="a + b"),
        RouterNode(id="r1", input="ab", routes=(Route(target="t"),)),
        RouterNode(id="r2", input="c", routes=(Route(target="t"),)),
    ]
    table = run(classed(model(1, nodes), a={"red": 1}, b={"blue": 1}, c={"red": 1}))
    assert (values(table, "t"), parts(table, "t")) == ([6.0], {"red": [4], "blue": [2]})


def test_chained_routers_pass_classes_on() -> None:
    """4.6 Half of 2 red and 4 blue goes to a second router, which tells the classes apart."""
    nodes = [
        *series(red=2, blue=4, a="red + blue"),
        RouterNode(id="r1", input="a", routes=(Route(target="x"), Route(target="y"))),
        RouterNode(id="r2", input="x", routes=(Route(target="hot", classes=("red",)), Route(target="cold"))),
    ]
    table = run(classed(model(1, nodes), red={"red": 1}, blue={"blue": 1}))
    assert (parts(table, "hot"), parts(table, "cold")) == ({"red": [1]}, {"blue": [2]})


# --- sinks, retries and edges --------------------------------------------------------------------


def test_a_sink_takes_arrivals_less_errors_per_class() -> None:
    """4.3, 4.10 6 red and 2 blue less 1 blue are 6 red and 1 blue; more errors than arrivals leave nothing."""
    table = line(place("End", "sink", arrivals="a", errors="e"), red=[6, 0], blue=[2, 2], e="blue * 0.5 + SHIFT(a, 1)")
    assert parts(table, "served@End") == {"red": [6, 0], "blue": [1, 0]}
    alone = line(place("End", "sink", arrivals="a"), red=[6], blue=[2])
    assert parts(alone, "served@End") == {"red": [6], "blue": [2]}


def test_failures_come_back_as_what_they_were() -> None:
    """4.8, 4.10 Red fails in bin 0, blue in bin 1: each comes back one and two bins later, half and a quarter."""
    table = line(
        place("S", arrivals="a", errors="a", retry_kernel=(0.0, 0.5, 0.25)), red=[4, 0, 0, 0], blue=[0, 8, 0, 0]
    )
    assert parts(table, "retryEcho@S") == {"red": [0, 2, 1, 0], "blue": [0, 0, 4, 2]}
    assert values(table, "retryEcho@S") == [0.0, 2.0, 5.0, 2.0]


def test_exhausted_failures_have_the_mix_of_the_failures() -> None:
    """4.8, 4.10 In bin 1 half of 8 tries are second ones, so 1 of 2 failures is final: 1/4 red and 3/4 blue."""
    table = line(
        place("S", attempts=8, failures="f", retry_kernel=(0.0, 1.0), max_attempts=2),
        red=[1, 0.5],
        blue=[3, 1.5],
        f="red + blue",
    )
    assert parts(table, "exhaustedFailures@S") == {"red": [0, 0.25], "blue": [0, 0.75]}
    assert parts(table, "retryEcho@S") == {"red": [0, 1], "blue": [0, 3]}


def test_a_retry_loop_keeps_the_classes_of_what_entered_it() -> None:
    """4.8, 4.10 Half of all tries fail and come back in the next bin: red 4, 2, 1 and blue 0, 8, 4."""
    table = line(
        place("S", arrivals="tries", errors="bad", retry_kernel=(0.0, 1.0)),
        red=[4, 0, 0],
        blue=[0, 8, 0],
        tries="a + S.retryEcho",
        bad="tries * 0.5",
    )
    assert parts(table, "tries") == {"red": [4, 2, 1], "blue": [0, 8, 4]}


def test_an_edge_carries_its_share_of_every_class_late() -> None:
    """4.9, 4.10 A quarter of the flow, doubled, arrives 1 bin later; what has left and not arrived is in transit."""
    places = [place("S", arrivals="a", served="a"), place("End", "sink", arrivals="a")]
    edges = [edge("e", "S", "End", lag=1, multiplier=2.0, measure="served"), edge("f", "S", "End:attempts")]
    nodes = series(red=[4, 0], blue=[0, 8], a="red + blue")
    made = model(2, nodes, places, edges=[edge("x", "S", "End", weight=3.0), edge("y", "S", "End", lag=1), *edges[2:]])
    table = run(classed(made, red={"red": 1}, blue={"blue": 1}))
    assert parts(table, "flowVolume@x") == {"red": [3, 0], "blue": [0, 6]}
    assert parts(table, "flowVolume@y") == {"red": [0, 1], "blue": [0, 0]}
    assert parts(table, "inTransit@y") == {"red": [1, 0], "blue": [0, 2]}


def test_an_effort_edge_multiplies_every_class() -> None:
    """4.9, 4.10 Three tries for each of 1 red and 2 blue."""
    places = [place("S", arrivals="a", served="a", attempts="a"), place("Db", "dependency", arrivals="a")]
    made = model(
        1,
        series(red=1, blue=2, a="red + blue"),
        places,
        edges=[edge("e", "S", "Db", type="effort", measure="attempts", multiplier=3.0)],
    )
    table = run(classed(made, red={"red": 1}, blue={"blue": 1}))
    assert parts(table, "attemptsVolume@e") == {"red": [3], "blue": [6]}


def test_retry_volume_has_the_mix_of_the_echo() -> None:
    """4.9, 4.10 2 red and 6 blue come back over edges that brought 1 and 3: 0.5 and 1.5 there, 1.5 and 4.5 here."""
    places = [
        place("A", arrivals="m", served="m"),
        place("B", arrivals="n", served="n"),
        place("S", arrivals="a", failures="a", retry_kernel=(1.0,)),
    ]
    made = model(
        1,
        series(red=2, blue=6, a="red + blue", m=1, n=3),
        places,
        edges=[edge("e", "A", "S"), edge("f", "B", "S")],
    )
    table = run(classed(made, red={"red": 1}, blue={"blue": 1}))
    assert parts(table, "retryVolume@e") == {"red": [0.5], "blue": [1.5]}
    assert parts(table, "retryVolume@f") == {"red": [1.5], "blue": [4.5]}


# --- constraints and batches ---------------------------------------------------------------------


def test_what_a_constraint_holds_back_keeps_its_place_in_the_line() -> None:
    """4.7, 4.10 4 red, then 4 blue; 2 may leave per bin, though 9 could: red leaves first, in every pass over a bin."""
    queue = place("Q", "queue", constraints=("db",), arrivals="a", capacity=9)
    made = model(3, series(red=[4, 0, 0], blue=[0, 4, 0], a="red + blue"), [queue], constraints=[shared("db", 2)])
    table = run(classed(made, red={"red": 1}, blue={"blue": 1}))
    assert parts(table, "served@Q") == {"red": [2, 2, 0], "blue": [0, 0, 2]}
    assert parts(table, "queueDepth@Q") == {"red": [2, 0, 0], "blue": [0, 4, 2]}


def test_a_capped_series_and_what_it_leaves_keep_their_mix() -> None:
    """4.7, 4.10 2 red and 6 blue under a capacity of 2 are 0.5 and 1.5; 1.5 and 4.5 are ``unserved``."""
    service = place("S", constraints=("db",), arrivals="s", served="s")
    made = classed(model(1, series(s=8), [service], constraints=[shared("db", 2)]), s={"red": 1, "blue": 3})
    table = run(made)
    assert parts(table, "s") == {"red": [0.5], "blue": [1.5]}
    assert parts(table, "unserved@S") == {"red": [1.5], "blue": [4.5]}


def test_a_batch_has_the_parts_of_its_scenarios() -> None:
    """4.10 A source that is overridden keeps its rates, and each scenario has a line of its own."""
    queue = place("Q", "queue", arrivals="s", capacity=3, wip=WipLimit(limit=4.0))
    made = classed(model(2, series(a=[4, 0], b=[0, 8], s="a + b"), [queue]), a={"red": 1}, b={"blue": 1})
    table = evaluate_batch(compile_model(made), {"a": np.array([4.0, 2.0])})
    # Scenario 0, bin 1: 9 of 13 leave, 1 old red and 8 of 4 red and 8 blue; scenario 1: 6 of 2 red and 8 blue.
    assert parts(table, "served@Q", 0)["red"] == pytest.approx([3, 11 / 9], rel=1e-15)
    assert parts(table, "served@Q", 0)["blue"] == pytest.approx([0, 16 / 9], rel=1e-15)
    assert parts(table, "served@Q", 1) == {"red": [2, 0.6], "blue": [0, 2.4]}
    for scenario, rate in enumerate((4.0, 2.0)):
        alone = classed(
            model(2, [ConstNode(id="a", values=rate), *series(b=[0, 8], s="a + b")], [queue]),
            a={"red": 1},
            b={"blue": 1},
        )
        assert differing(column_bits(table, scenario), column_bits(run(alone))) == []


def test_parts_that_cancel_have_the_same_bits_bin_by_bin() -> None:
    """3.4, 4.10 A function that looks back at its own result sees each class unscaled, however it is evaluated."""
    a, b = [0.3, 7 / 3, 0.1, 1e12, 0.3, 1e12], [0.0, 0.1, 0.1, 0.0, 0.1, 0.1]
    for text in ("CUMSUM(DIFF(a * 3) - b)", "EMA(DIFF(a * 3) - b, 0.3)"):
        made: Model = classed(
            model(6, series(a=a, b=b, s=text)), a={"red": 1, "blue": 2, "green": 4}, b={"red": 3, "blue": 2, "green": 1}
        )
        plan = compile_model(made)
        assert differing(column_bits(simulate(plan)), column_bits(simulate(bin_by_bin(plan)))) == []
