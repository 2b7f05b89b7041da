"""Nodes in states: facts, classes, constraints, promises, latencies, computed nodes, selections."""

from __future__ import annotations

import math

import numpy as np
import pytest
from attrs import evolve

from flowtime_core.errors import InputError
from flowtime_core.records.distribution import Distribution
from flowtime_core.records.model import BufferNode, ConstNode, ExprNode, PmfNode, RouterNode, SeriesNode
from flowtime_core.records.node_facts import Analytics, ClassTruth
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import Series
from flowtime_core.records.state import NodeWindow
from flowtime_core.records.topology import TopologyNode
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.state.facts import analytics, category, run_coverage
from flowtime_core.state.metadata import run_metadata
from flowtime_core.state.snapshot import snapshot
from flowtime_core.state.window import window
from tests.support.stored_runs import ORDER_SERVICE, Node, edge, stored_run, with_classes, with_edges, with_series

NAN = math.nan
QUEUE = Node(
    id="Q",
    kind="queue",
    sla=5.0,
    roles={"arrivals": [4, 4, 0, 0], "served": [0, 6, 0, 2], "queueDepth": [4, 2, 2, 0]},
)


def _only(run: StoredRun, options: WindowOptions | None = None) -> NodeWindow:
    return window(run, 0, 3, options or WindowOptions()).nodes[0]


def _with_nodes(run: StoredRun, *nodes: SeriesNode) -> StoredRun:
    return evolve(run, model=evolve(run.model, nodes=nodes))


# --- what a node is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "role", "named", "expected"),
    [
        ("service", "", "service", Analytics()),
        ("external", "", "service", Analytics()),
        ("serviceWithBuffer", "", "service", Analytics(identity="serviceWithBuffer", has_queue=True)),
        ("queue", "", "queue", Analytics(identity="queue", has_queue=True, has_service=False)),
        ("dlq", "", "dlq", Analytics(identity="dlq", has_queue=True, has_service=False)),
        ("router", "", "router", Analytics(identity="router", has_service=False)),
        ("dependency", "", "dependency", Analytics(identity="dependency", has_service=False)),
        ("service", "sink", "sink", Analytics(identity="sink", has_service=False)),
    ],
)
def test_what_a_node_is_follows_from_kind_and_role(kind: str, role: str, named: str, expected: Analytics) -> None:
    """REF 3.1.1, 3.1.2: a sink by role or kind; queues and servers by kind; both together are a server with buffer."""
    node = TopologyNode(id="N", kind=kind, role=role)
    assert (category(node), analytics(node)) == (named, expected)


def test_what_the_engine_derived_is_not_explicit() -> None:
    """A role whose series stands under the node's own id was derived; a mapped role and a number are explicit."""
    run = stored_run(evolve(QUEUE, roles={**QUEUE.roles, "capacity": 9.0}))
    run = with_series(run, totals={"queueDepth@Q": [4, 2, 2, 0]})
    run = evolve(run, role_series={**run.role_series, ("Q", "queueDepth"): "queueDepth@Q@DEFAULT"})
    explicit = _only(run).facts.explicit
    assert {"arrivals", "served", "capacity"} <= explicit
    assert "queueDepth" not in explicit


# --- classes --------------------------------------------------------------------------------------

CLASSED = with_series(
    with_classes(stored_run(QUEUE, ORDER_SERVICE), "gold", "free"),
    gold={
        "Q_arrivals@Q_ARRIVALS": [3, 0, 0, 0],
        "Q_served@Q_SERVED": [0, 3, 0, 0],
        "Q_queueDepth@Q_QUEUEDEPTH": [3, 0, 0, 0],
    },
    free={"Q_arrivals@Q_ARRIVALS": [1, 4, 0, 0]},
)


def test_roles_and_metrics_of_each_class() -> None:
    """SEMANTICS 4.10, 5.1: gold waits 0 at 3 served; free has arrivals only, and no metric that needs more."""
    by_class = _only(CLASSED).by_class
    assert by_class["gold"]["arrivals"].tolist() == [3, 0, 0, 0]
    np.testing.assert_array_equal(by_class["gold"]["queueTimeMs"], [NAN, 0, NAN, NAN])
    assert by_class["free"].keys() == {"arrivals"}
    assert snapshot(CLASSED, 0).nodes[0].by_class["gold"]["queueDepth"] == 3.0


def test_a_class_of_what_a_gate_released_keeps_its_share() -> None:
    """SEMANTICS 4.3b: 6 and 8 are mapped, 0 and 4 released (a cap): gold, 3 and 2 of them, is 0 and 1."""
    node = evolve(
        QUEUE,
        roles={**QUEUE.roles, "served": [6, 8, 0, 4]},
        dispatch=DispatchSchedule(period_bins=2, phase_offset=1, capacity_series="seats"),
    )
    run = with_classes(stored_run(node), "gold")
    run = with_series(run, gold={"Q_served@Q_SERVED": [3, 2, 0, 4]}, totals={"seats@SEATS": [4, 4, 4, 4]})
    assert _only(run).by_class["gold"]["served"].tolist() == [0, 1, 0, 4]


def test_coverage_is_that_of_the_arrivals() -> None:
    """SEMANTICS 4.10: all, some or none of the declared classes; a run is full or missing when every node is."""
    full, missing = window(CLASSED, 0, 3).nodes
    assert full.facts.classes == ClassTruth(coverage="full", has_specific=True)
    assert missing.facts.classes == ClassTruth(coverage="missing", has_fallback=True)
    partial = with_classes(CLASSED, "gold", "free", "late")
    assert _only(partial).facts.classes.coverage == "partial"
    assert run_coverage(CLASSED) == "partial"
    assert run_coverage(with_classes(stored_run(QUEUE), "gold")) == "missing"
    only = with_classes(stored_run(QUEUE), "gold")
    assert run_coverage(with_series(only, gold={"Q_arrivals@Q_ARRIVALS": [3, 0, 0, 0]})) == "full"
    assert _only(stored_run(QUEUE)).facts.classes == ClassTruth()
    assert [one.id for one in run_metadata(CLASSED).classes] == ["gold", "free"]


def test_a_number_has_no_classes() -> None:
    """A role that is one number reads no series, so it has no parts."""
    run = with_classes(stored_run(Node(id="A", roles={"arrivals": 1.0, "served": 1.0})), "gold")
    assert (_only(run).by_class, _only(run).facts.classes.coverage) == ({}, "missing")


def test_options_choose_classes() -> None:
    """REF 11: only the classes that are named."""
    assert _only(CLASSED, WindowOptions(classes=("free",))).by_class.keys() == {"free"}


# --- constraints ----------------------------------------------------------------------------------


def test_the_constraints_of_a_node_are_shown() -> None:
    """SEMANTICS 4.7: demand 9 and 4 of capacity 6: 6 and 4 allocated, 3 and 0 short, limited once; summed per step."""
    run = stored_run(evolve(QUEUE, constraints=("crew", "unknown")))
    run = with_series(
        run,
        totals={
            "demand@crew": [9, 4, 0, 0],
            "allocated@crew": [6, 4, 0, 0],
            "shortfall@crew": [3, 0, 0, 0],
            "limited@crew": [1, 0, 0, 0],
        },
    )
    node = _only(run, WindowOptions(step=2))
    assert {name: values.tolist() for name, values in node.constraints["crew"].items()} == {
        "demand": [13, 0],
        "allocated": [10, 0],
        "shortfall": [3, 0],
        "limited": [1, 0],
    }
    assert node.constraints.keys() == {"crew"}
    assert snapshot(run, 1).nodes[0].constraints["crew"]["limited"] == 0.0


# --- promises -------------------------------------------------------------------------------------


def test_promises_of_a_queue() -> None:
    """SEMANTICS 5.5: completion 0, 1, null, null; ages by hand: 4 came evenly over bin 0, so 5, then 2.5 (half of
    bin 1's), 7.5 and null minutes; the threshold is slaMin.
    """
    completion, age = _only(stored_run(QUEUE)).sla
    np.testing.assert_array_equal(completion.values, [0, 1, NAN, NAN])
    assert (age.kind, age.status, age.threshold) == ("backlogAge", "ok", 5.0)
    np.testing.assert_array_equal(age.values, [5, 2.5, 7.5, NAN])


def test_a_schedule_is_kept_or_not() -> None:
    """SEMANTICS 5.5: open in bins 0 and 2: nothing served, then 3: adherence 0 and 1; completion of closed bins is
    that of the last open one.
    """
    node = evolve(
        QUEUE,
        roles={"arrivals": [4, 4, 4, 4], "served": [0, 9, 3, 9], "queueDepth": [4, 8, 9, 13]},
        dispatch=DispatchSchedule(period_bins=2),
    )
    run = stored_run(node)
    completion, _age, adherence = _only(run).sla
    np.testing.assert_array_equal(completion.values, [0, 0, 0.75, 0.75])
    np.testing.assert_array_equal(adherence.values, [0, NAN, 1, NAN])
    assert (adherence.kind, adherence.threshold) == ("scheduleAdherence", 1.0)
    assert _only(run, WindowOptions(step=4)).sla[2].values.tolist() == [0.5]
    assert _only(run, WindowOptions(step=4)).sla[0].values.tolist() == [3 / 16]
    assert snapshot(run, 1).nodes[0].sla[2].status == "noEvents"


def test_what_was_not_measured_is_unavailable() -> None:
    """SEMANTICS 5.5: after a missing depth no age can be told; an empty queue has no events."""
    node = evolve(QUEUE, roles={**QUEUE.roles, "queueDepth": [NAN, 2, 2, 0]})
    assert _only(stored_run(node, mode="telemetry")).sla[1].status == "unavailable"
    empty = evolve(QUEUE, roles={**QUEUE.roles, "queueDepth": [0, 0, 0, 0]})
    assert _only(stored_run(empty)).sla[1].status == "noEvents"


def test_work_behind_a_closed_gate_is_paused() -> None:
    """REF 5.5.3: closed bins with a queue; an open bin, an empty queue and a node without gate are not paused."""
    node = evolve(QUEUE, dispatch=DispatchSchedule(period_bins=2, phase_offset=1))
    assert _only(stored_run(node)).paused == (True, False, True, False)
    assert _only(stored_run(QUEUE)).paused == ()
    gated = Node(id="S", roles={"arrivals": 1.0, "served": 1.0}, dispatch=DispatchSchedule(period_bins=2))
    assert _only(stored_run(gated)).paused == ()
    assert snapshot(stored_run(node), 0).nodes[0].is_paused


# --- queues ---------------------------------------------------------------------------------------


def test_the_age_counts_what_was_there_before() -> None:
    """SEMANTICS 5.6: initial content came at time 0: at the end of bin 0 the oldest of 3 is 1 bin, 5 minutes, old."""
    roles = {"arrivals": [0, 0, 0, 0], "served": [0, 3, 0, 0], "queueDepth": [3, 0, 0, 0]}
    node = evolve(QUEUE, roles=roles, initial=3.0)
    np.testing.assert_array_equal(_only(stored_run(node)).sla[1].values, [5, NAN, NAN, NAN])
    np.testing.assert_allclose(_only(stored_run(node)).derived["sojournMeanMinutes"], [NAN, 7.5, NAN, NAN])


def test_an_authored_queue_brings_its_own_content() -> None:
    """SEMANTICS 2.5: the queue among the series nodes has 3 at the start; the node's own 99 does not count."""
    roles = {"arrivals": [0, 0, 0, 0], "served": [0, 3, 0, 0], "queueDepth": [3, 0, 0, 0]}
    run = stored_run(evolve(QUEUE, roles=roles, initial=99.0))
    run = _with_nodes(run, BufferNode(id="Q_queueDepth", inflow="x", initial_depth=3.0), ConstNode(id="x", values=0.0))
    np.testing.assert_array_equal(_only(run).sla[1].values, [5, NAN, NAN, NAN])


def test_overflow_received_is_inflow() -> None:
    """SEMANTICS 5.6: A counts the overflow of other queues: 4 come from P in bin 0, so the wait is as of arrivals."""
    giver = Node(
        id="P", kind="queue", roles={"arrivals": [4, 0, 0, 0], "queueDepth": 0.0}, wip=WipLimit(limit=0.0, overflow="Q")
    )
    lost = evolve(giver, id="R", wip=WipLimit(limit=0.0))
    taker = evolve(QUEUE, roles={"arrivals": 0.0, "served": [0, 4, 0, 0], "queueDepth": [4, 0, 0, 0]})
    run = with_series(stored_run(taker, giver, lost), totals={"overflow@P": [4, 0, 0, 0], "overflow@R": [9, 0, 0, 0]})
    places = {("P", "overflow"): "overflow@P@DEFAULT", ("R", "overflow"): "overflow@R@DEFAULT"}
    run = evolve(run, role_series={**run.role_series, **places})
    taken, given, _lost = window(run, 0, 3).nodes
    np.testing.assert_allclose(taken.derived["sojournMeanMinutes"], [NAN, 5, NAN, NAN])
    assert given.metrics["overflow"].tolist() == [4, 0, 0, 0]


def test_a_queue_without_arrivals_empties_what_it_had() -> None:
    """SEMANTICS 4.3: missing arrivals count 0."""
    node = Node(id="Q", kind="dlq", roles={"queueDepth": [2, 1, 0, 0], "served": [0, 1, 1, 0]}, initial=2.0)
    run = stored_run(node, mode="telemetry")
    np.testing.assert_array_equal(_only(run).derived["sojournMeanMinutes"], [NAN, 7.5, 12.5, NAN])


# --- latency and variation ------------------------------------------------------------------------


def test_flow_latency_adds_up_over_the_edges() -> None:
    """SEMANTICS 5.2: 250 ms of service, then a queue of 4 at 8 served of 5 minutes each: 150250 ms; effort edges and
    edges without flow do not count.
    """
    work = Node(id="W", roles={"arrivals": 8.0, "served": 8.0, "processingTimeMsSum": 2000.0, "servedCount": 8.0})
    queue = Node(id="Q", kind="queue", roles={"arrivals": 8.0, "served": 8.0, "queueDepth": 4.0})
    sink = Node(id="S", kind="sink", roles={"arrivals": 8.0, "served": 8.0})
    other = Node(id="D", kind="dependency", roles={"arrivals": 8.0, "served": 8.0})
    run = with_edges(
        stored_run(work, queue, sink, other, bins=4),
        edge("W->Q"),
        edge("Q->S"),
        edge("W->D", type="effort"),
        edge("W->S", measure="failures"),
    )
    state = window(run, 0, 3)
    assert [node.derived.get("flowLatencyMs", np.array([])).tolist() for node in state.nodes] == [
        [250] * 4,
        [150_250] * 4,
        [150_250] * 4,
        [],
    ]
    assert window(run, 0, 3, WindowOptions(step=4)).nodes[1].derived["flowLatencyMs"].tolist() == [150_250]


def test_kingman_reads_the_variation_of_pmf_number_and_series() -> None:
    """SEMANTICS 5.3: rho 0.8, service 250 ms, wait 4 x (ca^2 + cs^2)/2 x 250: ca = 0.5 of the pmf {5, 15}, cs = 0 of a
    number gives 125; ca = 0 of a number 0; ca = 0.5 of the observed 5, 15, 5, 15 gives 125.
    """
    roles = {
        "arrivals": [5.0, 15.0, 5.0, 15.0],
        "served": 8.0,
        "capacity": 10.0,
        "processingTimeMsSum": 2000.0,
        "servedCount": 8.0,
    }
    node = Node(id="W", roles=roles)
    observed = stored_run(node)
    spread = Distribution(values=(5, 15), probabilities=(0.5, 0.5))
    expected = _with_nodes(
        stored_run(evolve(node, roles={**roles, "arrivals": [10.0] * 4})), PmfNode(id="W_arrivals", distribution=spread)
    )
    constant = stored_run(evolve(node, roles={**roles, "arrivals": 10.0}))
    waits = [_only(run).derived["kingmanWaitMs"].tolist() for run in (observed, expected, constant)]
    assert waits == [pytest.approx([125] * 4), pytest.approx([125] * 4), [0] * 4]


# --- what is shown --------------------------------------------------------------------------------

FULL = with_series(
    _with_nodes(
        stored_run(QUEUE),
        ConstNode(id="rate", values=2.0),
        ExprNode(id="level", text="rate * 2"),
        PmfNode(id="lost", distribution=Distribution(values=(1,), probabilities=(1,))),
        RouterNode(id="split", input="rate", routes=()),
        ConstNode(id="Q", values=1.0),
    ),
    totals={"rate@RATE": [2, 2, 2, 2], "level@LEVEL": [1, 2, 3, 4]},
)


def test_the_full_view_shows_what_is_computed() -> None:
    """REF 3.11a: const, pmf and expr nodes behind the topology; routers, and what shares an id with a node, are not."""
    level = FULL.series["level@LEVEL@DEFAULT"]
    state_kind = Series(id=level.id, unit="", kind="state", values=level.values)
    run = evolve(FULL, series={**FULL.series, level.id: state_kind})
    nodes = window(run, 0, 3, WindowOptions(mode="full", step=2)).nodes
    assert [(node.id, node.kind, node.facts.category, node.facts.analytics.identity) for node in nodes[1:]] == [
        ("rate", "const", "constant", "constant"),
        ("level", "expr", "expression", "expression"),
        ("lost", "pmf", "constant", "pmf"),
    ]
    assert nodes[1].metrics["value"].tolist() == [4, 4]
    assert nodes[2].metrics["value"].tolist() == [2, 4]
    assert (nodes[3].metrics, nodes[3].colours) == ({}, ("gray", "gray"))
    assert [node.id for node in window(FULL, 0, 3).nodes] == ["Q"]


def test_options_choose_nodes() -> None:
    """CONTRACT 6: nodes= shows a subset, of computed nodes too."""
    run = evolve(CLASSED)
    assert [node.id for node in window(run, 0, 3, WindowOptions(nodes=("OrderService",))).nodes] == ["OrderService"]
    shown = snapshot(FULL, 0, WindowOptions(mode="full", nodes=("level",)))
    assert [(node.id, node.metrics) for node in shown.nodes] == [("level", {"value": 1.0})]


@pytest.mark.parametrize(
    ("options", "code", "message", "hint"),
    [
        (WindowOptions(nodes=("q",)), "unknown_node", "there is no node 'q'", "did you mean 'Q'"),
        (WindowOptions(nodes=("OderService",)), "unknown_node", "no node", "did you mean 'OrderService'"),
        (WindowOptions(edges=("e",)), "invalid_input", "no edge 'e'", "there is none"),
        (WindowOptions(edge_metrics=("flowVolum",)), "invalid_input", "no edge metric", "did you mean 'flowVolume'"),
        (WindowOptions(classes=("golden",)), "unknown_class", "no class 'golden'", "did you mean 'gold'"),
        (WindowOptions(mode="ful"), "invalid_input", "no mode 'ful'", "did you mean 'full'"),  # type: ignore[arg-type]
    ],
)
def test_options_that_name_nothing_are_refused(options: WindowOptions, code: str, message: str, hint: str) -> None:
    """A name that is not there is a mistake, not an empty answer."""
    with pytest.raises(InputError, match=message) as caught:
        window(CLASSED, 0, 3, options)
    assert (caught.value.code, caught.value.hint) == (code, hint)


def test_a_cap_that_nobody_measured_does_not_cap_a_measured_flow() -> None:
    """SEMANTICS 4.3b: a replayed run without its capacity series shows what was measured in the bins that are open."""
    node = evolve(
        QUEUE,
        roles={**QUEUE.roles, "served": [0, 8, 0, 4]},
        dispatch=DispatchSchedule(period_bins=2, phase_offset=1, capacity_series="seats"),
    )
    found = window(stored_run(node, mode="telemetry"), 0, 3).nodes[0]
    assert found.metrics["served"].tolist() == [0, 8, 0, 4]
