"""Remarks about what is not mapped, and edges that say two things (SEMANTICS 6.1)."""

from __future__ import annotations

import pytest

from flowtime_core.analysis.topology import check_capacity, check_dead_letters, check_dependencies, check_presence
from flowtime_core.records.topology import SeriesBinding
from tests.support.evidence import edge, evidence, place

ALL = {"Desk.served": [1.0], "Desk.capacity": [1.0], "Desk.processingTimeMsSum": [1.0], "Desk.servedCount": [1.0]}
DEPENDENCY = place(kind="dependency")


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("served", "missing_served_series"),
        ("capacity", "missing_capacity_series"),
        ("processingTimeMsSum", "missing_processing_time_series"),
        ("servedCount", "missing_served_count_series"),
    ],
)
@pytest.mark.parametrize("kind", ["service", "serviceWithBuffer", "router", "external"])
def test_a_node_that_serves_is_expected_to_say_how(role: str, code: str, kind: str) -> None:
    """6.1: a remark per role that is not at hand."""
    flows = {name: values for name, values in ALL.items() if name != f"Desk.{role}"}
    [finding] = check_presence(evidence(place(kind=kind), flows=flows))
    assert (finding.code, finding.severity, finding.node_id) == (code, "info", "Desk")


@pytest.mark.parametrize("kind", ["queue", "dlq", "sink"])
def test_other_nodes_only_owe_what_they_name(kind: str) -> None:
    """6.1: a queue needs no capacity, but one that is named must be at hand."""
    assert check_presence(evidence(place(kind=kind), flows={"Desk.served": [1]})) == ()
    named = place(kind=kind, capacity=SeriesBinding(name="gone"))
    found = check_presence(evidence(named, flows={"Desk.served": [1]}))
    assert [finding.code for finding in found] == ["missing_capacity_series"]


def test_a_dependency_needs_arrivals_and_served() -> None:
    """6.1: under names of their own."""
    found = check_presence(evidence(DEPENDENCY, flows={}))
    assert [(f.code, f.severity) for f in found] == [
        ("missing_dependency_arrivals", "info"),
        ("missing_dependency_served", "info"),
    ]
    assert check_presence(evidence(DEPENDENCY, flows={"Desk.arrivals": [1], "Desk.served": [1]})) == ()


@pytest.mark.parametrize(
    ("capacity", "count"), [([0, 1e-6], 1), ([0, 1.1e-6], 0), ([-3, 0], 1), ([0, float("nan")], 0)]
)
def test_a_capacity_of_nothing_is_told(capacity: list[float], count: int) -> None:
    """6.1: at most a millionth in every bin; a bin that is not known may have some."""
    found = check_capacity(evidence(place(), place("Door"), flows={"Desk.capacity": capacity}))
    assert [finding.code for finding in found] == ["capacity_all_zero"] * count


@pytest.mark.parametrize(("kind", "codes"), [("throughput", ["dependency_missing_effort_edges"]), ("effort", [])])
def test_a_dependency_is_called_over_effort_edges(kind: str, codes: list[str]) -> None:
    """6.1: an edge of another type is no call."""
    edges = [edge("A", "Desk", type=kind), edge("Desk", "A", type="effort")]
    found = check_dependencies(evidence(DEPENDENCY, place("A"), flows={}, edges=edges))
    assert [finding.code for finding in found] == codes


@pytest.mark.parametrize(
    ("flows", "count"),
    [
        ({"Desk.errors": [0.0, 1.0]}, 1),
        ({"Desk.errors": [0.0, 1e-6]}, 0),
        ({}, 0),
        ({"Desk.errors": [0.0, 1.0], "B.attempts": [1.0, 1.0]}, 0),
    ],
)
def test_somebody_should_count_the_attempts_at_what_fails(flows: dict[str, list[float]], count: int) -> None:
    """6.1: A and B call it; that one of them counts attempts is enough."""
    edges = [edge("A", "Desk", type="effort"), edge("B", "Desk", type="effort")]
    found = check_dependencies(evidence(DEPENDENCY, flows=flows, edges=edges))
    assert [(f.code, f.edge_ids) for f in found] == [
        ("dependency_retry_pressure_missing", ("A->Desk", "B->Desk"))
    ] * count


def test_edges_of_a_dead_letter_queue_are_terminal() -> None:
    """6.1: each direction has a code; terminal edges and other nodes have none."""
    edges = [edge("A", "Desk"), edge("B", "Desk", type="terminal"), edge("Desk", "C"), edge("C", "D")]
    found = check_dead_letters(evidence(place(kind="dlq"), place("C"), flows={}, edges=edges))
    assert [(f.code, f.node_id, f.edge_ids) for f in found] == [
        ("dlq_non_terminal_inbound", "Desk", ("A->Desk",)),
        ("dlq_non_terminal_outbound", "Desk", ("Desk->C",)),
    ]
    assert check_dead_letters(evidence(place(kind="dlq"), flows={}, edges=edges[1:2])) == ()
