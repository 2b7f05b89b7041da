"""What states say of queues in whole runs, from the text of a model to the metrics of its nodes (SEMANTICS 4, 5)."""

from __future__ import annotations

import math
from typing import cast

import pytest

import flowtime_core as ft
from flowtime_core.records.model import Mode
from flowtime_core.records.state import NodeWindow

GRID = "schemaVersion: 1\ngrid: {bins: 4, binSize: 1, binUnit: hours, start: '2025-01-06T00:00:00Z'}\n"
FLOWS = """nodes:
  - {id: x, kind: const, values: [5, 8, 3, 6]}
  - {id: s, kind: const, values: 4}
"""


def node(text: str, node_id: str) -> NodeWindow:
    """A node over the four bins of a run."""
    return next(one for one in ft.run(GRID + text).window(0, 3).nodes if one.id == node_id)


def metric(one: NodeWindow, name: str) -> list[float]:
    """A metric as plain numbers, rounded as states are."""
    return [round(value, 6) for value in {**one.metrics, **one.derived}[name].tolist()]


def test_a_role_may_read_the_number_of_another_node() -> None:
    """4.2 `Node.role` of a role bound to 4 is 4 in every bin, also behind a role that reads it."""
    text = f"""{FLOWS}
topology:
  nodes:
    - {{id: A, semantics: {{arrivals: x, served: x, capacity: 4}}}}
    - {{id: B, semantics: {{arrivals: x, served: A.capacity, capacity: A.capacity}}}}
    - {{id: C, semantics: {{arrivals: x, served: x, capacity: B.capacity}}}}
"""
    assert metric(node(text, "B"), "served") == [4.0] * 4
    assert metric(node(text, "C"), "capacity") == [4.0] * 4


@pytest.mark.parametrize("cap", ["A.served", "line", "Q.parallelism", "`A`.served"])
def test_a_dispatch_cap_may_have_any_name_of_a_series(cap: str) -> None:
    """4.2, 4.4 A role, an alias, a role bound to a number: the state finds what the engine found."""
    text = f"""{FLOWS}
topology:
  nodes:
    - {{id: A, kind: queue, semantics: {{arrivals: x, capacity: 2, served: line}}}}
    - id: Q
      kind: queue
      semantics: {{arrivals: x, served: s, parallelism: 2}}
      dispatchSchedule: {{kind: time-based, periodBins: 2, capacitySeries: '{cap}'}}
"""
    assert metric(node(text, "Q"), "served") == [2.0, 0.0, 2.0, 0.0]


def test_a_limit_by_alias_is_kept_by_a_name_that_lasts() -> None:
    """4.2 The stored model binds roles to files, which give no alias: there the limit is `A.served`."""
    text = f"""{FLOWS}
topology:
  nodes:
    - {{id: A, kind: queue, semantics: {{arrivals: x, capacity: 2, served: line}}}}
    - {{id: Q, kind: queue, semantics: {{arrivals: x, capacity: 1}}, wipLimit: line}}
"""
    run = ft.run(GRID + text)
    assert run.series["queueDepth@Q"].values.tolist() == [2.0] * 4
    assert "wipLimit: A.served" in run.tree["model/model.yaml"].decode()


BUFFERED = """topology:
  nodes:
    - {{id: Q, kind: queue, semantics: {{arrivals: x, served: s, queueDepth: buf, capacity: 10}}{place}}}
nodes:
  - {{id: x, kind: const, values: [5, 8, 3, 6]}}
  - {{id: s, kind: const, values: 4}}
  - {{id: buf, kind: serviceWithBuffer, inflow: x, outflow: s{buffer}}}
"""
EVERY_OTHER = ", dispatchSchedule: {kind: time-based, periodBins: 2, phaseOffset: 1}"


def test_the_schedule_of_an_authored_queue_gates_what_its_node_serves() -> None:
    """2.5, 4.3b, 5.1 Served is the released flow: 0, 4, 0, 4 of 10; 9 that wait wait 9/4 h, 14 wait 14/4 h."""
    found = node(BUFFERED.format(place="", buffer=EVERY_OTHER), "Q")
    assert metric(found, "served") == [0.0, 4.0, 0.0, 4.0]
    assert metric(found, "utilization") == [0.0, 0.4, 0.0, 0.4]
    assert metric(found, "latencyMinutes")[1::2] == [135.0, 210.0]


def test_a_schedule_in_front_of_an_authored_queue_gates_nothing() -> None:
    """2.5 The queue has its own policies; one beside them means nothing, and that is told."""
    run = ft.run(GRID + BUFFERED.format(place=EVERY_OTHER, buffer=""))
    assert run.window(0, 3).nodes[0].metrics["served"].tolist() == [4.0] * 4
    assert [(w.code, w.node_id) for w in run.warnings if w.code == "unknown_key"] == [("unknown_key", "Q")]


def test_the_classes_of_an_authored_queue_leave_first_in_first_out() -> None:
    """4.10, 5.1 8 of a, then 8 of b: the four that leave in bin 1 are of a, as the edge says, not of s."""
    text = """classes: [{id: a}, {id: b}]
traffic:
  arrivals:
    - {nodeId: xa, classId: a, pattern: {ratePerBin: 1}}
    - {nodeId: xb, classId: b, pattern: {ratePerBin: 1}}
topology:
  nodes:
    - id: Q
      kind: queue
      semantics: {arrivals: x, served: s}
      dispatchSchedule: {kind: time-based, periodBins: 2, phaseOffset: 1}
nodes:
  - {id: xa, kind: const, values: [8, 0, 0, 0]}
  - {id: xb, kind: const, values: [0, 8, 8, 0]}
  - {id: x, kind: expr, expr: xa + xb}
  - {id: s, kind: expr, expr: 0.5 * x}
"""
    by_class = node(text, "Q").by_class
    assert {name: roles["served"].tolist() for name, roles in by_class.items()} == {
        "a": [0.0, 4.0, 0.0, 0.0],
        "b": [0.0, 0.0, 0.0, 0.0],
    }
    assert by_class["a"]["queueTimeMs"][1] == 4 / 4 * 3_600_000


def test_overflow_from_an_authored_queue_counts_as_what_came() -> None:
    """5.5, 5.6 Of 5 that come 4 leave, 0 overflow over 2; then 8 come: 5 overflow, of which T serves 2 and keeps 3."""
    text = """topology:
  nodes:
    - {id: Q, kind: queue, semantics: {arrivals: x, served: s, queueDepth: buf}}
    - {id: T, kind: queue, semantics: {arrivals: y, capacity: 2}}
nodes:
  - {id: x, kind: const, values: [5, 8, 3, 6]}
  - {id: y, kind: const, values: 0}
  - {id: s, kind: const, values: 4}
  - {id: buf, kind: serviceWithBuffer, inflow: x, outflow: s, wipLimit: 2, wipOverflow: T}
"""
    found = node(text, "T")
    assert metric(found, "served") == [0.0, 2.0, 1.0, 1.0]
    assert metric(found, "sojournMeanMinutes")[1:] == [10.0, 40.0, 0.0]


def test_a_constraint_caps_a_number_too() -> None:
    """4.7 6 a bin with 4 allowed: states, metrics and files see 4, and 2 are unserved."""
    text = f"""{FLOWS}
topology:
  constraints: [{{id: c, semantics: {{served: 4}}}}]
  nodes:
    - {{id: A, semantics: {{arrivals: s2, served: 6, capacity: 10}}, constraints: [c]}}
""".replace("nodes:\n  - {id: x", "nodes:\n  - {id: s2, kind: const, values: 6}\n  - {id: x")
    run = ft.run(GRID + text)
    found = run.window(0, 3).nodes[0]
    assert metric(found, "served") == [4.0] * 4
    assert metric(found, "utilization") == [0.4] * 4
    assert run.series["unserved@A"].values.tolist() == [2.0] * 4
    assert run.series["served@A"].values.tolist() == [4.0] * 4


def test_the_variation_of_a_distribution_that_nothing_draws_from_does_not_count() -> None:
    """5.3 A router overrides the pmf node: its arrivals are 10 in every bin, so ca is 0."""
    text = """topology:
  nodes:
    - {id: A, semantics: {arrivals: p, served: p, capacity: 20, processingTimeMsSum: w, servedCount: p}}
nodes:
  - {id: ten, kind: const, values: 10}
  - {id: w, kind: const, values: [100, 300, 100, 300]}
  - {id: p, kind: pmf, pmf: {values: [0, 20], probabilities: [0.5, 0.5]}}
  - {id: r, kind: router, inputs: {queue: ten}, routes: [{target: p}]}
"""
    rho, service = 0.5, 20.0
    kingman = rho / (1 - rho) * (0.5**2) / 2 * service
    assert metric(node(text, "A"), "kingmanWaitMs") == pytest.approx([kingman * half for half in (0.5, 1.5, 0.5, 1.5)])


def test_what_policies_read_is_written_whatever_the_outputs() -> None:
    """CONTRACT 2 A dispatch cap is referenced by topology: with outputs that leave it out the state still answers."""
    text = """outputs: [{series: x}]
topology:
  nodes:
    - id: Q
      kind: queue
      semantics: {arrivals: x, served: s}
      dispatchSchedule: {kind: time-based, periodBins: 2, capacitySeries: cap}
""" + FLOWS + "  - {id: cap, kind: const, values: 3}\n"  # fmt: skip
    assert metric(node(text, "Q"), "served") == [3.0, 0.0, 3.0, 0.0]


def test_any_kind_that_shows_an_authored_queue_serves_what_it_releases() -> None:
    """4.3b, 5.1 State and edge agree, and no invariant accuses the engine of its own edge."""
    text = (
        BUFFERED.format(place="", buffer=EVERY_OTHER)
        .replace("kind: queue, ", "")
        .replace("topology:\n", "topology:\n  edges: [{from: Q, to: T}]\n")
        .replace("nodes:\n    - {id: Q", "nodes:\n    - {id: T, kind: sink, semantics: {arrivals: s}}\n    - {id: Q", 1)
    )
    run = ft.run(GRID + text)
    window = run.window(0, 3)
    assert window.nodes[1].metrics["served"].tolist() == window.edges[0].volumes["flowVolume"].tolist() == [0, 4, 0, 4]
    assert "edge_flow_mismatch_outgoing" not in {warning.code for warning in run.warnings}


def test_negative_capacity_counts_0_within_a_step_too() -> None:
    """4.3, 5.1 -5 and 10 are a capacity of 10 in two bins: 5 served are half of it, not all."""
    text = """topology:
  nodes:
    - {id: A, semantics: {arrivals: x, served: y, capacity: c}}
nodes:
  - {id: x, kind: const, values: 5}
  - {id: y, kind: const, values: [0, 5, 5, 5]}
  - {id: c, kind: const, values: [-5, 10, 10, 10]}
"""
    window = ft.run(GRID + text).window(0, 3, step=2)
    assert window.nodes[0].derived["utilization"].tolist() == [0.5, 0.5]


TWO_QUEUES = """topology:
  nodes:
    - {id: D, kind: queue, semantics: {arrivals: a, capacity: 4}, wipLimit: 5, wipOverflow: Y}
    - {id: Y, kind: queue, semantics: {arrivals: y, capacity: 3}}
nodes:
  - {id: a, kind: const, values: [10, 10, 0, 0]}
  - {id: y, kind: const, values: 2}
"""


def test_without_the_overflow_it_received_the_age_of_a_queue_is_unknown() -> None:
    """5.5, 5.6 A replay of a capture, which measures no overflow, says that it does not know."""
    run = ft.run(GRID + TWO_QUEUES)
    replayed = ft.bundle(ft.capture(run), GRID + TWO_QUEUES)
    found = next(one for one in replayed.window(0, 3).nodes if one.id == "Y")
    age = next(one for one in found.sla if one.kind == "backlogAge")
    assert (age.status, all(math.isnan(value) for value in age.values)) == ("unavailable", True)


def test_a_replay_tells_what_its_numbers_contradict() -> None:
    """6.1, 6.3 A 0 where 10 came breaks the account of the queue: a warning with the bin, and no error."""
    run = ft.run(GRID + TWO_QUEUES)
    gaps = {"rules": [{"nodes": ["D"], "metrics": ["arrivals"], "bins": [1], "action": "zero"}]}
    replayed = ft.bundle(ft.capture(run, gaps=gaps), GRID + TWO_QUEUES.replace(", wipLimit: 5, wipOverflow: Y", ""))
    told = [(w.code, w.node_id, w.severity, str(w.bins[0])) for w in replayed.warnings if w.node_id == "D"]
    assert ("queue_depth_mismatch", "D", "warning", "0-1") in told


@pytest.mark.parametrize("queue", ["", ", queueDepth: buf"])
@pytest.mark.parametrize("mode", ["simulation", "telemetry"])
def test_classes_leave_first_in_first_out_in_either_mode(mode: str, queue: str) -> None:
    """4.10 A queue of its own or among the series; evaluated in telemetry mode it is a queue like any other."""
    text = f"""classes: [{{id: a}}, {{id: b}}]
traffic:
  arrivals:
    - {{nodeId: xa, classId: a, pattern: {{ratePerBin: 1}}}}
    - {{nodeId: xb, classId: b, pattern: {{ratePerBin: 1}}}}
topology:
  nodes: [{{id: Q, kind: queue, semantics: {{arrivals: x, served: s{queue}}}}}]
nodes:
  - {{id: xa, kind: const, values: [10, 10, 10, 0]}}
  - {{id: xb, kind: const, values: [0, 10, 0, 10]}}
  - {{id: x, kind: expr, expr: xa + xb}}
  - {{id: s, kind: expr, expr: "MIN(x, 6)"}}
  - {{id: buf, kind: serviceWithBuffer, inflow: x, outflow: s}}
"""
    run = ft.run(GRID + text, mode=cast("Mode", mode))
    assert run.window(0, 3).nodes[0].by_class["a"]["served"].tolist() == pytest.approx([6, 5, 3, 3])
