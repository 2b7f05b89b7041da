"""Edges carry what their source passes on, and bring what arrives (SEMANTICS 4.9, 6.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from attrs import evolve

from flowtime_core.analysis.edges import check_edges
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.model import Route, RouterNode
from flowtime_core.records.policy import DispatchSchedule
from flowtime_core.records.topology import Edge, TopologyNode
from tests.support.evidence import edge, evidence, place, told

A, B, C = place("A"), place("B"), place("C")
AB, AC = edge("A", "B"), edge("A", "C")


def check(edges: Sequence[Edge], flows: Mapping[str, Sequence[float]], *nodes: TopologyNode) -> tuple[Diagnostic, ...]:
    """Check edges among A, B and C, or the nodes given."""
    return check_edges(evidence(*(nodes or (A, B, C)), flows=flows, edges=edges))


# --- out of a node --------------------------------------------------------------------------------------------------


def test_edges_share_what_their_source_passes_on() -> None:
    """6.1: 6 and 4 of 10 are all, 6 and 3 leave out 1, 6 and 6 carry 2 too many."""
    flows = {"A.served": [10, 10, 10], "flowVolume@A->B": [6, 6, 6], "flowVolume@A->C": [4, 3, 6]}
    found = check([AB, AC], flows)
    assert told(found) == [("edge_flow_mismatch_outgoing", "A", "1-2", -2.0, -1.0)]
    assert found[0].edge_ids == ("A->B", "A->C")


@pytest.mark.parametrize(("flow", "count"), [(10 + 0.9e-6, 0), (10 + 1.1e-6, 1)])
def test_a_flow_within_the_tolerance_is_all(flow: float, count: int) -> None:
    """6.1: a millionth of an entity is let pass."""
    assert len(check([AB], {"A.served": [10], "flowVolume@A->B": [flow]})) == count


def test_a_lag_is_what_is_in_transit() -> None:
    """4.9: 5, 7 and 9 leave; two bins later 5 arrives, and 5, 12, 16 are under way. 18 under way are 2 too many."""
    lagged = [evolve(AB, lag=2)]
    flows = {"A.served": [5, 7, 9], "flowVolume@A->B": [0, 0, 5], "inTransit@A->B": [5, 12, 16]}
    assert check(lagged, flows) == ()
    found = check(lagged, flows | {"inTransit@A->B": [5, 12, 18]})
    assert told(found) == [("edge_flow_mismatch_outgoing", "A", "2", -2.0, -2.0)]


def test_each_type_of_edge_shares_the_whole() -> None:
    """4.9: effort edges carry the flow again, times their multiplier; both types are told apart."""
    edges = [AB, evolve(AC, type="effort", multiplier=3.0)]
    flows = {"A.served": [10], "flowVolume@A->B": [10], "flowVolume@A->C": [30]}
    assert check(edges, flows) == ()
    found = check(edges, flows | {"flowVolume@A->C": [27]})
    assert [(f.code, f.edge_ids, f.value) for f in found] == [("edge_flow_mismatch_outgoing", ("A->C",), 1.0)]


@pytest.mark.parametrize(
    ("changes", "flows"),
    [
        ({}, {"A.served": [10]}),
        ({}, {"flowVolume@A->B": [10]}),
        ({"lag": 1}, {"A.served": [10], "flowVolume@A->B": [3]}),
        ({"type": "effort", "multiplier": 0.0}, {"A.served": [10], "flowVolume@A->B": [0]}),
        ({"measure": "errors"}, {"A.served": [10], "flowVolume@A->B": [3]}),
    ],
)
def test_what_is_not_at_hand_is_not_judged(changes: dict[str, object], flows: dict[str, list[float]]) -> None:
    """6.1: no flow, nothing served, no level in transit, a multiplier that hides the flow, another measure."""
    assert check([evolve(AB, **changes)], flows) == ()  # type: ignore[arg-type]


def test_an_unknown_bin_is_not_judged() -> None:
    """6.1: NaN on either side."""
    nan = float("nan")
    assert check([AB], {"A.served": [nan, 10], "flowVolume@A->B": [10, nan]}) == ()


QUEUE = evolve(place("A", "queue"), dispatch=DispatchSchedule(period_bins=2))


def test_a_queue_passes_on_what_it_released() -> None:
    """4.3b: behind a gate of every second bin 10 authored per bin are 10, 0, 10."""
    flows = {"A.served": [10] * 3, "A.queueDepth": [9] * 3, "flowVolume@A->B": [10, 0, 10]}
    stored = evidence(QUEUE, B, flows=flows, edges=[AB], roles={("A", "served"): "out"}, computed=["queueDepth@A"])
    stored = evolve(stored, flows={**stored.flows, "out": stored.flows["served@A"]})
    assert check_edges(stored) == ()
    fresh = evolve(stored, flows={**stored.flows, "released@A": stored.flows["flowVolume@A->B"]})
    assert check_edges(fresh) == ()
    measured = evolve(stored, computed=frozenset())
    assert told(check_edges(measured)) == [("edge_flow_mismatch_outgoing", "A", "1", 10.0, 10.0)]


def test_a_derived_server_passes_on_what_it_served() -> None:
    """4.3a: its served series is the released flow."""
    flows = {"A.served": [10, 0, 10], "A.queueDepth": [9] * 3, "flowVolume@A->B": [10, 0, 10]}
    assert check_edges(evidence(QUEUE, B, flows=flows, edges=[AB], computed=["queueDepth@A"])) == ()


def test_a_queue_whose_cap_is_lost_is_not_judged() -> None:
    """6.2: what it released cannot be told."""
    node = evolve(QUEUE, dispatch=DispatchSchedule(period_bins=2, capacity_series="gone"))
    flows = {"A.queueDepth": [9], "flowVolume@A->B": [1], "out": [10]}
    roles = {("A", "served"): "out"}
    assert check_edges(evidence(node, B, flows=flows, edges=[AB], roles=roles, computed=["queueDepth@A"])) == ()


@pytest.mark.parametrize(("second", "count"), [("z", 0), ("y", 1)])
def test_edges_of_a_router_need_not_follow_every_route(second: str, count: int) -> None:
    """4.9: 6 of 10 go to B; the rest is judged only where an edge follows every route."""
    router = RouterNode(id="r", input="in", routes=(Route(target="x"), Route(target=second)))
    flows = {"r": [10], "x": [6], "y": [3], "z": [4], "flowVolume@A->B": [6], "flowVolume@A->C": [3]}
    roles = {("A", "served"): "r", ("B", "arrivals"): "x", ("C", "arrivals"): "y"}
    found = check_edges(evidence(A, B, C, flows=flows, edges=[AB, AC], roles=roles, series=[router]))
    assert [f.code for f in found] == ["edge_flow_mismatch_outgoing"] * count


# --- into a node ----------------------------------------------------------------------------------------------------


def test_edges_bring_what_arrives() -> None:
    """6.1: 6 and 4 make 10; where 12 arrive, 2 came from nowhere."""
    edges = [edge("A", "C"), edge("B", "C")]
    flows = {"C.arrivals": [10, 12], "flowVolume@A->C": [6, 6], "flowVolume@B->C": [4, 4]}
    found = check(edges, flows)
    assert told(found) == [("edge_flow_mismatch_incoming", "C", "1", 2.0, 2.0)]
    assert found[0].edge_ids == ("A->C", "B->C")


@pytest.mark.parametrize(
    ("arrivals", "count"), [([6, 6], 0), ([7, 8], 0), ([9, 9], 0), ([10, 11], 0), ([6, 8], 1), ([7, 9], 1)]
)
def test_retries_and_outside_demand_may_come_on_top(arrivals: list[float], count: int) -> None:
    """6.1: 6 of the edge, 1 and 2 of the echo, 3 from outside: none, either or both in every bin, not by turns."""
    flows = {"B.arrivals": arrivals, "flowVolume@A->B": [6, 6], "B.retryEcho": [1, 2], "B.externalDemand": [3, 3]}
    assert len(check([AB], flows)) == count


@pytest.mark.parametrize(
    "flows", [{"B.arrivals": [9]}, {"flowVolume@A->B": [9]}, {"B.arrivals": [9], "flowVolume@A->C": [1]}]
)
def test_arrivals_are_not_judged_without_both_sides(flows: dict[str, list[float]]) -> None:
    """6.1: the run does not hold them."""
    assert check([AB], flows) == ()


def test_arrivals_are_not_judged_where_an_edge_carries_something_else() -> None:
    """6.1: failures come beside the flow."""
    edges = [AB, edge("C", "B", measure="failures")]
    assert check(edges, {"B.arrivals": [9], "flowVolume@A->B": [1]}) == ()


def test_arrivals_that_ignore_a_lag_are_told() -> None:
    """6.1: 5, 7 and 9 leave and arrive at once, though the edge takes a bin: 5, 2 and 2 are too early."""
    flows = {"B.arrivals": [5, 7, 9], "flowVolume@A->B": [0, 5, 7], "inTransit@A->B": [5, 7, 9]}
    found = check([evolve(AB, lag=1)], flows)
    assert told(found) == [("edge_behavior_violation_lag", "B", "0-2", 5.0, 9.0)]
    assert found[0].edge_ids == ("A->B",)
    effort = evolve(AB, lag=1, type="effort", multiplier=2.0)
    assert [f.code for f in check([effort], flows)] == ["edge_behavior_violation_lag"]


@pytest.mark.parametrize(
    ("arrivals", "transit", "codes"),
    [
        ([0, 5, 7], [5, 7, 9], []),
        ([1, 1, 1], [5, 7, 9], ["edge_flow_mismatch_incoming"]),
        ([1, 1, 1], None, ["edge_flow_mismatch_incoming"]),
    ],
)
def test_arrivals_after_a_lag_are_those_of_the_edge(
    arrivals: list[float], transit: list[float] | None, codes: list[str]
) -> None:
    """6.1: 0, 5 and 7 arrive; anything else that is not the flow at once is a mismatch."""
    flows = {"B.arrivals": arrivals, "flowVolume@A->B": [0, 5, 7]}
    if transit is not None:
        flows["inTransit@A->B"] = transit
    assert [f.code for f in check([evolve(AB, lag=1)], flows)] == codes


# --- classes --------------------------------------------------------------------------------------------------------

RED = {"A.served": [10, 10], "A.served#red": [4, 4], "A.served#blue": [6, 6]}


def test_edges_carry_the_classes_of_their_source() -> None:
    """6.1: 4 red and 6 blue; 5 red and 5 blue in bin 1 differ by 1."""
    good = {"flowVolume@A->B": [10, 10], "flowVolume@A->B#red": [4, 4], "flowVolume@A->B#blue": [6, 6]}
    assert check([AB], RED | good) == ()
    found = check([AB], RED | good | {"flowVolume@A->B#red": [4, 5], "flowVolume@A->B#blue": [6, 5]})
    assert told(found) == [("edge_class_mismatch", "A", "1", 1.0, 1.0)]
    assert found[0].edge_ids == ("A->B",)


def test_a_class_within_the_tolerance_agrees() -> None:
    """6.1: a millionth of an entity is let pass."""
    flows = {"flowVolume@A->B": [10, 10], "flowVolume@A->B#red": [4 + 0.9e-6, 4], "flowVolume@A->B#blue": [6, 6]}
    assert check([AB], RED | flows) == ()


@pytest.mark.parametrize("parts", [{"flowVolume@A->B#red": [10, 10]}, {}])
def test_a_class_on_no_edge_is_partial_coverage(parts: dict[str, list[float]]) -> None:
    """6.1: blue is on no edge, or the edge has no classes at all."""
    found = check([AB], RED | {"flowVolume@A->B": [10, 10]} | parts)
    assert told(found) == [("edge_class_partial_coverage", "A", "0-1", 6.0, 12.0)]


def test_a_flow_without_classes_beside_one_with_them_is_partial_coverage() -> None:
    """6.1: A brings 4 red and 6 blue, B brings 5 of nobody knows what."""
    flows = {"C.arrivals": [15], "C.arrivals#red": [6], "C.arrivals#blue": [9]}
    flows |= {"flowVolume@A->C": [10], "flowVolume@A->C#red": [4], "flowVolume@A->C#blue": [6], "flowVolume@B->C": [5]}
    found = check([edge("A", "C"), edge("B", "C")], flows)
    assert told(found) == [("edge_class_partial_coverage", "C", "0", 3.0, 3.0)]


def test_a_node_without_classes_has_none_to_compare() -> None:
    """6.1: the edge may know more than the node."""
    flows = {"A.served": [10], "flowVolume@A->B": [10], "flowVolume@A->B#red": [10]}
    assert check([AB], flows) == ()


def test_a_class_travels_with_its_lag() -> None:
    """4.9: 4 red leave, are under way, and arrive a bin later."""
    flows = {"flowVolume@A->B": [0, 10], "flowVolume@A->B#red": [0, 4], "flowVolume@A->B#blue": [0, 6]}
    flows |= {"inTransit@A->B": [10, 10], "inTransit@A->B#red": [4, 4], "inTransit@A->B#blue": [6, 6]}
    assert check([evolve(AB, lag=1)], RED | flows) == ()
    del flows["inTransit@A->B#blue"]
    found = check([evolve(AB, lag=1)], RED | flows)
    assert told(found) == [("edge_class_mismatch", "A", "0", 6.0, 6.0)]
