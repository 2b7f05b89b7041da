"""What states say of queues in whole runs, from the text of a model to the metrics of its nodes (SEMANTICS 4, 5)."""

from __future__ import annotations

import pytest

import flowtime_core as ft
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


def test_a_wip_limit_may_be_named_by_an_alias() -> None:
    """4.2 The run on disk says the name that is left when its aliases are gone."""
    text = f"""{FLOWS}
topology:
  nodes:
    - {{id: A, kind: queue, semantics: {{arrivals: x, capacity: 2, served: line}}}}
    - {{id: Q, kind: queue, semantics: {{arrivals: x, served: s, queueDepth: self}}, wipLimit: line}}
"""
    assert max(metric(node(text, "Q"), "queueDepth")) <= 2.0


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
