"""Routers pass on all they take in (SEMANTICS 4.6, 6.1)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from attrs import evolve

from flowtime_core.analysis.routers import check_routers
from flowtime_core.records.model import Route, RouterNode
from tests.support.evidence import evidence, place, told

SPLIT = RouterNode(id="split", input="in", routes=(Route(target="x"), Route(target="y", weight=3.0)))
SORT = RouterNode(id="sort", input="in", routes=(Route(target="x", classes=("red",)), Route(target="y", weight=1.0)))
STRICT = RouterNode(
    id="strict", input="in", routes=(Route(target="x", classes=("red",)), Route(target="y", classes=("blue",)))
)


def test_a_router_sends_out_what_comes_in() -> None:
    """6.1: 2 and 6 of 8; in bin 1 one is lost, in bin 2 two are too many."""
    flows = {"in": [8, 8, 8], "x": [2, 2, 4], "y": [6, 5, 6]}
    found = check_routers(evidence(series=[SPLIT], flows=flows))
    assert told(found) == [("router_class_leakage", "split", "1-2", 2.0, 3.0)]


@pytest.mark.parametrize(("part", "count"), [(6 + 0.9e-6, 0), (6 - 1.1e-6, 1)])
def test_a_router_is_right_within_the_tolerance(part: float, count: int) -> None:
    """6.1: a millionth of an entity is let pass."""
    assert len(check_routers(evidence(series=[SPLIT], flows={"in": [8], "x": [2], "y": [part]}))) == count


def test_a_class_may_leak_though_the_total_does_not() -> None:
    """6.1: 3 red and 5 blue come in, 2 red and 6 blue go out."""
    flows = {"in": [8], "in#red": [3], "in#blue": [5]}
    flows |= {"x": [3], "x#red": [2], "x#blue": [1], "y": [5], "y#blue": [5]}
    assert told(check_routers(evidence(series=[SORT], flows=flows))) == [
        ("router_class_leakage", "sort", "0", 1.0, 1.0)
    ]
    good = flows | {"x#red": [3], "x#blue": [0]}
    assert check_routers(evidence(series=[SORT], flows=good)) == ()


def test_routers_that_share_a_target_are_judged_together() -> None:
    """4.6: 8 and 3 come in, 2 + 9 go out; a third router that ties both joins them."""
    other = RouterNode(id="other", input="more", routes=(Route(target="z"),))
    tie = RouterNode(id="tie", input="third", routes=(Route(target="y"), Route(target="z")))
    flows = {"in": [8], "more": [3], "third": [4], "x": [2], "y": [9], "z": [4]}
    assert check_routers(evidence(series=[SPLIT, other, tie], flows=flows)) == ()
    found = check_routers(evidence(series=[SPLIT, other, tie], flows=flows | {"z": [3]}))
    assert told(found) == [("router_class_leakage", "split", "0", 1.0, 1.0)]
    assert "'split', 'other', 'tie'" in found[0].message


@pytest.mark.parametrize("missing", ["in", "x"])
def test_a_router_is_not_judged_without_all_its_series(missing: str) -> None:
    """6.1: the run does not hold one of them."""
    flows = {"in": [8.0], "x": [2.0], "y": [1.0]}
    del flows[missing]
    assert check_routers(evidence(series=[SPLIT], flows=flows)) == ()


def test_a_capped_target_holds_less_than_it_was_sent() -> None:
    """4.7: where a constraint caps it the router is not judged."""
    node = evolve(place(), constraints=("pool",))
    flows: dict[str, Sequence[float]] = {"in": [8], "x": [2], "y": [1]}
    found = evidence(node, series=[SPLIT], flows=flows, roles={("Desk", "served"): "y"})
    assert check_routers(found) == ()


def test_classes_without_a_route_are_told() -> None:
    """4.6: red and blue have routes and green has none: 2 of 10 go nowhere, and leak."""
    flows = {"in": [10, 8], "in#red": [3, 3], "in#blue": [5, 5], "in#green": [2, 0]}
    flows |= {"x": [3, 3], "x#red": [3, 3], "y": [5, 5], "y#blue": [5, 5]}
    found = check_routers(evidence(series=[STRICT], flows=flows))
    assert told(found) == [
        ("router_missing_class_route", "strict", "0", 2.0, 2.0),
        ("router_class_leakage", "strict", "0", 2.0, 2.0),
    ]
    lost = check_routers(evidence(series=[STRICT], flows={"x": [3], "y": [5]}))
    assert lost == ()
