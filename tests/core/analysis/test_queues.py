"""Queues: depths that follow from their flows, and what waits without being served (SEMANTICS 6.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve

from flowtime_core.analysis.evidence import Evidence
from flowtime_core.analysis.queues import check_depth_presence, check_depths, check_dispatch, check_latency
from flowtime_core.records.model import BufferNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import SelfBinding, SeriesBinding, TopologyNode
from tests.support.evidence import edge, evidence, place, told

NAN = float("nan")
DEPTH = "queueDepth@Desk"


def queue(**changes: Any) -> TopologyNode:  # noqa: ANN401 - any field of the node
    """A queue `Desk` whose errors, if any, are mapped."""
    return evolve(place(kind="queue", errors=SeriesBinding(name="lost")), **changes)


def seen(node: TopologyNode, **flows: Sequence[float]) -> Evidence:
    """A queue with these roles, its depth computed by the engine."""
    named = {f"Desk.{role}": values for role, values in flows.items()}
    return evidence(node, flows={"Desk.errors": [0.0] * 4} | named, computed=[DEPTH])


# --- depth ----------------------------------------------------------------------------------------------------------


def test_a_bin_is_blamed_for_its_own_flows_alone() -> None:
    """6.2: 10 in and 4 out make 6, 12, 18, 24; 15 in bin 2 is 3 too few, and 24 after it 3 too many."""
    found = check_depths(seen(queue(), queueDepth=[6, 12, 15, 24], arrivals=[10] * 4, served=[4] * 4))
    assert told(found) == [("queue_depth_mismatch", "Desk", "2-3", -3.0, 0.0)]


@pytest.mark.parametrize(("depth", "code"), [(6 + 0.9e-6, []), (6 + 1.1e-6, ["queue_depth_mismatch"])])
def test_a_depth_within_the_tolerance_follows(depth: float, code: list[str]) -> None:
    """6.1: a millionth of an entity is let pass."""
    found = check_depths(seen(queue(), queueDepth=[depth], arrivals=[10], served=[4], errors=[0]))
    assert [finding.code for finding in found] == code


@pytest.mark.parametrize(
    ("changes", "flows"),
    [
        ({"initial_depth": 5.0}, {"queueDepth": [11, 17, 23, 29]}),
        ({}, {"queueDepth": [5, 10, 15, 20], "errors": [1] * 4}),
        ({}, {"queueDepth": [0, 2, 8, 14], "errors": [99, 4, 0, 0]}),
        ({"dispatch": DispatchSchedule(period_bins=2)}, {"queueDepth": [6, 16, 22, 32]}),
        (
            {"dispatch": DispatchSchedule(period_bins=2, phase_offset=-1, capacity_series="cap")},
            {"queueDepth": [10, 17, 27, 33], "cap@": [1, 3, 1, NAN]},
        ),
        ({"wip": WipLimit(limit=8.0)}, {"queueDepth": [6, 8, 8, 8]}),
        ({"wip": WipLimit(limit="room")}, {"queueDepth": [6, 1, 7, 0], "room@": [NAN, 1, 9, -3]}),
        ({}, {"queueDepth": [0, 4, 0, 0], "arrivals": [-9, 8, NAN, float("inf")], "served": [-1, 4, 4, NAN]}),
    ],
)
def test_a_depth_follows_from_every_rule(changes: dict[str, Any], flows: dict[str, Any]) -> None:
    """6.2: initial content, loss, the floor, schedules with and without a cap, limits, and inputs that count 0."""
    values = {"arrivals": [10] * 4, "served": [4] * 4} | flows
    roles = {role: numbers for role, numbers in values.items() if not role.endswith("@")}
    names = {name.strip("@"): numbers for name, numbers in values.items() if name.endswith("@")}
    found = seen(queue(**changes), **roles)
    with_names = evolve(found, flows={**found.flows, **evidence(flows=names or {"x": [0.0] * 4}).flows})
    assert check_depths(with_names) == ()
    wrong = {**roles, "queueDepth": [*roles["queueDepth"][:-1], roles["queueDepth"][-1] + 1]}
    perturbed = evolve(with_names, flows={**with_names.flows, DEPTH: seen(queue(), **wrong).flows[DEPTH]})
    assert told(check_depths(perturbed)) == [("queue_depth_mismatch", "Desk", "3", 1.0, 1.0)]


def test_overflow_of_others_joins_the_inflow() -> None:
    """4.5: 2 of Door and 3 of store join 10 of its own; without that series the depth cannot be judged."""
    door = evolve(place("Door", "queue"), wip=WipLimit(limit=1.0, overflow="Desk"))
    buffer = BufferNode(id="store", inflow="x", wip=WipLimit(limit=1.0, overflow="Desk"))
    flows = {"Desk.queueDepth": [15], "Desk.arrivals": [10], "overflow@Door": [2], "overflow@store": [3]}
    assert check_depths(evidence(place(kind="queue"), door, flows=flows, series=[buffer], computed=[DEPTH])) == ()
    found = check_depths(evidence(place(kind="queue"), door, flows=flows, computed=[DEPTH]))
    assert told(found) == [("queue_depth_mismatch", "Desk", "0", 3.0, 3.0)]
    del flows["overflow@Door"]
    assert check_depths(evidence(place(kind="queue"), door, flows=flows, computed=[DEPTH])) == ()


def test_without_arrivals_or_served_nothing_flows() -> None:
    """4.3: a computed queue with neither keeps its content; a measured one cannot be judged."""
    node = evolve(place(kind="queue"), initial_depth=7.0)
    flows = {"Desk.queueDepth": [7, 7, 6]}
    found = check_depths(evidence(node, flows=flows, computed=[DEPTH]))
    assert told(found) == [("queue_depth_mismatch", "Desk", "2", -1.0, -1.0)]
    assert check_depths(evidence(node, flows=flows)) == ()


def test_a_measured_depth_is_judged_where_all_is_known() -> None:
    """6.2: a gap hides its own bin and, in the depth, the next one; bin 3 has lost 5."""
    found = seen(queue(), queueDepth=[6, NAN, 18, 19], arrivals=[10, 10, NAN, 10], served=[4] * 4)
    assert told(check_depths(evolve(found, computed=frozenset()))) == [
        ("queue_depth_mismatch", "Desk", "3", -5.0, -5.0)
    ]


@pytest.mark.parametrize(
    ("node", "missing"),
    [
        (queue(), "errors@Desk"),
        (place(kind="queue", loss=SeriesBinding(name="gone")), "nothing"),
        (queue(dispatch=DispatchSchedule(period_bins=1, capacity_series="cap")), "cap"),
        (queue(wip=WipLimit(limit="room")), "room"),
        (place(kind="queue", served=SeriesBinding(name="gone")), "served@Desk"),
        (place(kind="service"), "nothing"),
    ],
)
def test_a_depth_is_not_judged_without_what_rules_it(node: TopologyNode, missing: str) -> None:
    """6.2: a series that is not at hand, or a kind that has no rule."""
    found = seen(node, queueDepth=[99] * 4, arrivals=[10] * 4, served=[4] * 4)
    assert check_depths(evolve(found, flows={k: v for k, v in found.flows.items() if k != missing})) == ()


def test_a_loss_of_its_own_wins_over_errors() -> None:
    """4.3: loss 1 is lost, errors 3 are not."""
    node = place(kind="queue", errors=SeriesBinding(name="failed"), loss=SeriesBinding(name="lost"))
    found = seen(node, queueDepth=[9, 18, 27, 36], arrivals=[10] * 4, errors=[3] * 4, loss=[1] * 4)
    assert check_depths(found) == ()
    named = evolve(found, flows={**found.flows, "lost": found.flows["loss@Desk"]}, roles={**found.roles})
    del named.roles["Desk", "loss"]  # type: ignore[attr-defined]
    assert check_depths(named) == ()


BUFFER = BufferNode(
    id="store", inflow="in", outflow="out", dispatch=DispatchSchedule(period_bins=2), wip=WipLimit(limit=15.0)
)


@pytest.mark.parametrize("kind", ["service", "queue"])
def test_an_authored_queue_has_rules_of_its_own(kind: str) -> None:
    """2.5: the schedule and the limit are those of the series node, and so is the loss: none; errors are not it."""
    node = place(kind=kind, errors=SeriesBinding(name="failed"))
    flows = {"store": [6, 15, 15, 15], "in": [10] * 4, "out": [4] * 4, "Desk.errors": [3] * 4}
    roles = {("Desk", "queueDepth"): "store"}
    good = evidence(node, flows=flows, series=[BUFFER], roles=roles, computed=["store"])
    assert check_depths(good) == ()
    more = evolve(BUFFER, initial_depth=2.0, loss="lost")
    flows |= {"store": [7, 15, 15, 15], "lost": [1] * 4}
    found = evidence(evolve(node, initial_depth=9.0), flows=flows, series=[more], roles=roles, computed=["store"])
    assert check_depths(found) == ()
    del flows["lost"]
    assert check_depths(evidence(node, flows=flows, series=[more], roles=roles, computed=["store"])) == ()


def test_the_roles_of_a_node_come_before_the_series_of_its_buffer() -> None:
    """6.2: a node whose own flows do not make the depth it names is told so."""
    flows = {"store": [6, 12], "in": [10] * 2, "out": [4] * 2, "Desk.arrivals": [10, 11]}
    store = BufferNode(id="store", inflow="in", outflow="out")
    roles = {("Desk", "queueDepth"): "store"}
    found = check_depths(evidence(place(kind="queue"), flows=flows, series=[store], roles=roles, computed=["store"]))
    assert told(found) == [("queue_depth_mismatch", "Desk", "1", -1.0, -1.0)]


# --- latency --------------------------------------------------------------------------------------------------------


def test_work_that_waits_without_service_has_no_latency() -> None:
    """6.1: 5 and 7 wait in bins 1 and 3 while nothing is served; the worst is 7, depths have no total."""
    flows = {"queueDepth": [5, 5, 0, 7], "served": [1, 0, 0, 1e-6]}
    found = check_latency(seen(queue(), **flows))
    assert told(found) == [("queue_latency_unreported", "Desk", "1, 3", 7.0, None)]
    assert found[0].severity == "info"
    assert check_latency(seen(queue(), queueDepth=[1e-6] * 4, served=[0] * 4)) == ()


def test_a_closed_gate_is_told_apart() -> None:
    """6.1: with a schedule of every second bin, 3 wait behind it in bins 1 and 3, whatever served says."""
    node = queue(dispatch=DispatchSchedule(period_bins=2))
    found = check_latency(seen(node, queueDepth=[3] * 4, served=[4] * 4))
    assert told(found) == [("queue_latency_gate_closed", "Desk", "1, 3", 3.0, None)]


@pytest.mark.parametrize("kind", ["dlq", "serviceWithBuffer"])
def test_some_kinds_owe_no_latency(kind: str) -> None:
    """6.1: work rests in a dead letter queue; a service with a buffer has its cycle time."""
    assert check_latency(seen(queue(kind=kind), queueDepth=[3] * 4, served=[0] * 4)) == ()


@pytest.mark.parametrize(
    ("edges", "count"),
    [
        ([edge("A", "Desk", type="terminal")], 0),
        ([edge("A", "Desk", type="terminal"), edge("Desk", "B")], 1),
        ([edge("A", "Desk", type="terminal"), edge("B", "Desk")], 1),
    ],
)
def test_a_queue_at_the_end_of_the_way_owes_no_latency(edges: list[Any], count: int) -> None:
    """6.1: only terminal edges lead to it, and none away."""
    flows = {"Desk.queueDepth": [3.0], "Desk.served": [0.0]}
    assert len(check_latency(evidence(place(kind="queue"), flows=flows, edges=edges))) == count


def test_latency_needs_a_depth_and_a_flow() -> None:
    """6.1: where either is not at hand there is nothing to tell."""
    assert check_latency(evidence(place(), flows={"Desk.served": [0.0]})) == ()
    assert check_latency(evidence(place(), flows={"Desk.queueDepth": [3.0]})) == ()


# --- presence and schedules -----------------------------------------------------------------------------------------


def test_a_queue_without_depth_is_told() -> None:
    """6.1: a queue, or a service that names a depth, of which the run holds none."""
    named = place("Door", queueDepth=SelfBinding())
    found = check_depth_presence(evidence(place(kind="queue"), named, place("Hall"), flows={}))
    assert [(finding.code, finding.node_id) for finding in found] == [
        ("missing_queue_depth_series", "Desk"),
        ("missing_queue_depth_series", "Door"),
    ]
    assert check_depth_presence(evidence(place(kind="queue"), flows={"Desk.queueDepth": [0.0]})) == ()


SCHEDULED = queue(dispatch=DispatchSchedule(period_bins=9, phase_offset=8))


def test_a_schedule_that_never_opens_lets_nothing_go() -> None:
    """6.1: 40 arrive in 4 bins, and the first dispatch is in bin 8."""
    found = check_dispatch(seen(SCHEDULED, queueDepth=[10, 20, 30, 40], arrivals=[10] * 4, served=[9] * 4))
    assert told(found) == [("dispatch_never_releases", "Desk", "", 40.0, None)]


@pytest.mark.parametrize(
    ("phase", "flows"),
    [
        (0, {"arrivals": [10] * 4, "served": [9] * 4}),
        (8, {"arrivals": [1e-6, 0, -9, 0], "served": [9] * 4}),
        (8, {"served": [9] * 4}),
    ],
)
def test_a_schedule_with_a_dispatch_or_without_work_is_fine(phase: int, flows: dict[str, Any]) -> None:
    """6.1: bin 0 dispatches; or no more than a millionth arrives."""
    node = queue(dispatch=DispatchSchedule(period_bins=9, phase_offset=phase))
    assert check_dispatch(seen(node, queueDepth=[1] * 4, **flows)) == ()


def test_a_schedule_needs_something_to_dispatch_and_its_cap() -> None:
    """6.1: no served; a capacity series that the run does not hold; no schedule at all."""
    node = queue(dispatch=DispatchSchedule(period_bins=1, capacity_series="cap"))
    found = check_dispatch(seen(node, queueDepth=[1] * 4, arrivals=[1] * 4))
    assert [(f.code, f.severity) for f in found] == [
        ("dispatch_capacity_missing", "warning"),
        ("dispatch_missing_served_series", "info"),
    ]
    lost = check_dispatch(seen(node, queueDepth=[1] * 4, arrivals=[1] * 4, served=[1] * 4))
    assert [f.code for f in lost] == ["dispatch_capacity_missing"]
    assert check_dispatch(seen(queue(), queueDepth=[1] * 4)) == ()
