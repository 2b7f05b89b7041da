"""Shared constraints have what they need (SEMANTICS 4.7, 6.1)."""

from __future__ import annotations

import pytest
from attrs import evolve

from flowtime_core.analysis.constraints import check_constraints
from flowtime_core.records.topology import Binding, Constraint, FileBinding, NumberBinding, SelfBinding, SeriesBinding
from tests.support.evidence import evidence, place

DESK = evolve(place(), constraints=("pool", "pool", "unknown"))


def codes(constraint: Constraint) -> list[str]:
    """What is told of a constraint of Desk, in a run that holds `room`, and the derived `Desk.served`."""
    flows = {"room": [5], "Desk.served": [1]}
    found = check_constraints(evidence(DESK, place("Door"), flows=flows, constraints=[constraint]))
    assert {finding.node_id for finding in found} <= {"Desk"}
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    "served",
    [
        SeriesBinding(name="room"),
        SeriesBinding(name="`Desk`.served"),
        NumberBinding(value=3.0),
        FileBinding(uri="file:../series/room@ROOM@DEFAULT.csv"),
    ],
)
def test_a_capacity_that_is_at_hand_is_fine(served: Binding) -> None:
    """6.1: a series, a derived role, a number, a file of the run; arrivals need not be named."""
    assert codes(Constraint(id="pool", served=served)) == []


@pytest.mark.parametrize(
    "served", [None, SelfBinding(), SeriesBinding(name="gone"), FileBinding(uri="file:../series/gone@GONE@DEFAULT.csv")]
)
def test_a_constraint_without_capacity_never_limits(served: Binding | None) -> None:
    """6.1: told once per node, however often it is attached."""
    assert codes(Constraint(id="pool", served=served)) == ["constraint_missing_served"]


def test_arrivals_that_are_named_must_be_at_hand() -> None:
    """6.1: both are told."""
    gone = SeriesBinding(name="gone")
    assert codes(Constraint(id="pool", arrivals=gone)) == ["constraint_missing_arrivals", "constraint_missing_served"]
    assert codes(Constraint(id="pool", arrivals=SeriesBinding(name="room"), served=NumberBinding(value=1.0))) == []
    assert codes(Constraint(id="other", arrivals=gone)) == []
