"""Classes sum to their totals and reach what leaves a node (SEMANTICS 4.10, 6.1)."""

from __future__ import annotations

import pytest
from attrs import evolve

from flowtime_core.analysis.classes import check_class_series, check_class_totals
from flowtime_core.records.model import BufferNode
from tests.support.evidence import evidence, place, told


@pytest.mark.parametrize("role", ["arrivals", "served", "errors"])
def test_classes_sum_to_the_total(role: str) -> None:
    """6.1: 4 + 6 = 10; 4 + 3 lack 3, 4 + 8 are 2 too many."""
    flows = {f"Desk.{role}": [10] * 4, f"Desk.{role}#red": [4] * 4, f"Desk.{role}#blue": [6, 3, 8, 6 + 0.9e-6]}
    found = check_class_totals(evidence(place(), flows=flows))
    assert told(found) == [("class_totals_mismatch", "Desk", "1-2", 3.0, 1.0)]


def test_a_series_without_classes_has_nothing_to_sum() -> None:
    """6.1: no class, no sum."""
    assert check_class_totals(evidence(place(), flows={"Desk.arrivals": [10]})) == ()


RED = {"Desk.arrivals": [10, 10], "Desk.arrivals#red": [4, 4], "Desk.arrivals#blue": [6, 6]}


@pytest.mark.parametrize("role", ["served", "errors"])
def test_a_flow_out_of_a_node_keeps_the_classes_that_come_in(role: str) -> None:
    """6.1: none of them, or not all."""
    none = check_class_series(evidence(place(), flows=RED | {f"Desk.{role}": [1, 1]}))
    assert told(none) == [(f"class_series_missing_{role}", "Desk", "", None, None)]
    some = check_class_series(evidence(place(), flows=RED | {f"Desk.{role}": [1, 1], f"Desk.{role}#red": [1, 1]}))
    assert told(some) == [(f"class_series_partial_{role}", "Desk", "", None, None)]
    assert "'blue'" in some[0].message
    both = {f"Desk.{role}": [1, 1], f"Desk.{role}#red": [1, 1], f"Desk.{role}#blue": [0, 0]}
    assert check_class_series(evidence(place(), flows=RED | both)) == ()


def test_what_is_nothing_needs_no_classes() -> None:
    """6.1: an outflow of at most a millionth, and a class that never comes."""
    assert check_class_series(evidence(place(), flows=RED | {"Desk.served": [1e-6, 0]})) == ()
    flows = RED | {"Desk.arrivals#blue": [0, 0], "Desk.served": [1, 1], "Desk.served#red": [1, 1]}
    assert check_class_series(evidence(place(), flows=flows)) == ()


def test_a_queue_gives_its_classes_to_all_that_leaves_it() -> None:
    """4.10: first in, first out: the depth carries the classes, so served and errors do."""
    depth = {"Desk.queueDepth": [1, 1], "Desk.queueDepth#red": [1, 1], "Desk.queueDepth#blue": [0, 0]}
    flows = RED | depth | {"Desk.served": [1, 1], "Desk.errors": [1, 1]}
    assert check_class_series(evidence(place(kind="queue"), flows=flows)) == ()


@pytest.mark.parametrize(("role", "name"), [("outflow", "out"), ("loss", "lost")])
def test_an_authored_queue_is_held_to_the_same(role: str, name: str) -> None:
    """6.1: inflow of two classes, and a depth that carries none or one of them."""
    store = evolve(BufferNode(id="store", inflow="in"), **{role: name})
    flows = {"in": [10], "in#red": [4], "in#blue": [6], name: [1], "store": [9]}
    found = check_class_series(evidence(series=[store], flows=flows))
    assert told(found) == [(f"class_series_missing_{role}", "store", "", None, None)]
    part = check_class_series(evidence(series=[store], flows=flows | {"store#red": [9]}))
    assert told(part) == [(f"class_series_partial_{role}", "store", "", None, None)]
    assert check_class_series(evidence(series=[store], flows=flows | {"store#red": [4], "store#blue": [5]})) == ()
