"""Amounts that must not be negative or pass what bounds them (SEMANTICS 6.1)."""

from __future__ import annotations

import pytest

from flowtime_core.analysis.conservation import NEGATIVE, check_bounds, check_negatives
from tests.support.evidence import evidence, place, told

NAN = float("nan")


@pytest.mark.parametrize(("role", "code"), NEGATIVE.items())
def test_a_negative_amount_is_told_with_all_its_bins(role: str, code: str) -> None:
    """6.1: -2, -3 and -1 in bins 1, 2 and 4; the worst is -3, the total -6, none for a level."""
    found = check_negatives(evidence(place(), flows={f"Desk.{role}": [1, -2, -3, NAN, -1]}))
    total = None if role in {"queueDepth", "retryBudgetRemaining"} else -6.0
    assert told(found) == [(code, "Desk", "1-2, 4", -3.0, total)]


@pytest.mark.parametrize("role", NEGATIVE)
def test_a_negative_amount_within_the_tolerance_is_none(role: str) -> None:
    """6.1: -1e-6 is let pass, -1.1e-6 is not."""
    assert check_negatives(evidence(place(), flows={f"Desk.{role}": [-1e-6, 0, 5]})) == ()
    assert len(check_negatives(evidence(place(), flows={f"Desk.{role}": [-1.1e-6, 0, 5]}))) == 1


BOUNDS = [
    ("service", "served_exceeds_arrivals", "served", "arrivals"),
    ("sink", "served_exceeds_arrivals", "served", "arrivals"),
    ("service", "served_exceeds_capacity", "served", "capacity"),
    ("serviceWithBuffer", "served_exceeds_capacity", "served", "capacity"),
    ("router", "served_exceeds_capacity", "served", "capacity"),
    ("service", "errors_exceed_arrivals", "errors", "arrivals"),
    ("dependency", "errors_exceed_arrivals", "errors", "arrivals"),
    ("service", "attempts_below_arrivals", "arrivals", "attempts"),
    ("service", "failures_exceed_attempts", "failures", "attempts"),
    ("queue", "failures_exceed_attempts", "failures", "attempts"),
    ("service", "exhausted_exceeds_failures", "exhaustedFailures", "failures"),
    ("service", "exhausted_exceeds_errors", "exhaustedFailures", "errors"),
]


@pytest.mark.parametrize(("kind", "code", "role", "most"), BOUNDS)
def test_an_amount_passes_its_bound(kind: str, code: str, role: str, most: str) -> None:
    """6.1: 12 and 15 against 10 pass it by 2 and 5: the worst is 5, the total 7; NaN is not judged."""
    flows = {f"Desk.{role}": [12, 10, 15, NAN, 99], f"Desk.{most}": [10, 10, 10, 10, NAN]}
    assert told(check_bounds(evidence(place(kind=kind), flows=flows))) == [(code, "Desk", "0, 2", 5.0, 7.0)]


@pytest.mark.parametrize(("kind", "code", "role", "most"), BOUNDS)
@pytest.mark.parametrize(("amount", "bound"), [(10 + 0.9e-6, 10), (1e12 + 900, 1e12)])
def test_an_amount_within_the_tolerance_of_its_bound_is_fine(
    kind: str, code: str, role: str, most: str, amount: float, bound: float
) -> None:
    """6.1: 1e-6, or 1e-9 of a large amount."""
    flows = {f"Desk.{role}": [amount], f"Desk.{most}": [bound]}
    assert code not in {finding.code for finding in check_bounds(evidence(place(kind=kind), flows=flows))}


@pytest.mark.parametrize("kind", ["queue", "serviceWithBuffer", "dlq", "service"])
def test_a_queue_may_serve_and_lose_what_came_before(kind: str) -> None:
    """6.2: at a node that holds work back, flows out of a bin may pass those into it, and attempts stay below."""
    flows = {"Desk.arrivals": [10], "Desk.served": [15], "Desk.errors": [15], "Desk.queueDepth": [0]}
    assert check_bounds(evidence(place(kind=kind), flows=flows)) == ()
    waiting = {"Desk.arrivals": [10], "Desk.attempts": [5], "Desk.queueDepth": [5]}
    assert check_bounds(evidence(place(kind=kind), flows=waiting)) == ()


def test_retries_come_in_as_attempts() -> None:
    """6.2: 100 arrive and 250 are attempted, so that 150 may fail and 120 be served."""
    flows = {"Desk.arrivals": [100], "Desk.attempts": [250], "Desk.errors": [150], "Desk.served": [120]}
    assert check_bounds(evidence(place(), flows=flows)) == ()
    beyond = flows | {"Desk.served": [251]}
    assert told(check_bounds(evidence(place(), flows=beyond))) == [("served_exceeds_arrivals", "Desk", "0", 1.0, 1.0)]


@pytest.mark.parametrize("kind", ["dependency", "sink", "dlq", "queue"])
def test_a_capacity_bounds_only_what_serves(kind: str) -> None:
    """6.1: the kinds of service and router."""
    flows = {"Desk.served": [9], "Desk.capacity": [1]}
    assert check_bounds(evidence(place(kind=kind), flows=flows)) == ()


def test_a_capacity_counts_its_servers_and_is_never_below_zero() -> None:
    """4.3: 3 servers of 4 serve 12; a parallelism of 0 counts 1, a capacity of -5 counts 0."""
    flows = {"Desk.served": [12, 5, 1], "Desk.capacity": [4, 4, -5], "Desk.parallelism": [3, 0, 1]}
    found = check_bounds(evidence(place(), flows=flows))
    assert told(found) == [("served_exceeds_capacity", "Desk", "1-2", 1.0, 2.0)]


def test_a_dependency_serves_what_it_serves() -> None:
    """6.1: what a dependency serves is not compared with its arrivals."""
    flows = {"Desk.served": [9], "Desk.arrivals": [1]}
    assert check_bounds(evidence(place(kind="dependency"), flows=flows)) == ()
