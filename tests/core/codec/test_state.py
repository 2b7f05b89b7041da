"""State answers as plain JSON: names, order, absence and null."""

from __future__ import annotations

import json
import math

from attrs import evolve

from flowtime_core.codec.state import metadata_to_plain, state_to_plain
from flowtime_core.records.diagnostic import BinRange, Diagnostic
from flowtime_core.records.model import ConstNode
from flowtime_core.records.policy import DispatchSchedule
from flowtime_core.records.state import StateWarning
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.state.metadata import run_metadata
from flowtime_core.state.snapshot import snapshot
from flowtime_core.state.window import window
from tests.support.stored_runs import (
    HASH,
    INPUT_HASH,
    ORDER_SERVICE,
    SUPPORT_QUEUE,
    Node,
    edge,
    stored_run,
    with_classes,
    with_edges,
    with_series,
)

ALL_ROLES = Node(
    id="Pay",
    kind="serviceWithBuffer",
    roles={
        "arrivals": [10.0],
        "served": [8.0],
        "errors": [1.0],
        "attempts": [10.0],
        "failures": [2.0],
        "exhaustedFailures": [0.0],
        "retryEcho": [0.6],
        "queueDepth": [4.0],
        "capacity": [5.0],
        "parallelism": [2.0],
        "externalDemand": [11.0],
        "processingTimeMsSum": [2000.0],
        "servedCount": [8.0],
    },
)


FACTS = {
    "category": "service",
    "analytical": {
        "identity": "serviceWithBuffer",
        "hasQueueSemantics": True,
        "hasServiceSemantics": True,
        "hasCycleTimeDecomposition": True,
        "stationarityWarningApplicable": True,
    },
    "classTruth": {"coverage": "missing", "hasSpecificClasses": False, "hasFallbackClass": False},
}
FLOW = {"aggregation": "sum", "origin": "explicit"}
AVERAGE = {"aggregation": "avg", "origin": "derived"}
RATIO = {"aggregation": "unknown", "origin": "derived"}
MEANING = {
    "arrivals": FLOW,
    "served": FLOW,
    "errors": FLOW,
    "attempts": FLOW,
    "failures": FLOW,
    "exhaustedFailures": FLOW,
    "retryEcho": FLOW,
    "queue": {"origin": "explicit"},
    "capacity": FLOW,
    "parallelism": {"origin": "explicit"},
    "externalDemand": FLOW,
    "utilization": RATIO,
    "latencyMinutes": AVERAGE,
    "serviceTimeMs": AVERAGE,
    "queueTimeMs": AVERAGE,
    "cycleTimeMs": AVERAGE,
    "flowLatencyMs": AVERAGE,
    "flowEfficiency": AVERAGE,
    "throughputRatio": RATIO,
    "retryTax": RATIO,
}


def test_metadata_names_and_order() -> None:
    """REF 6.3: the metadata in wire names and order; absent instead of null (REF S1)."""
    metadata = run_metadata(evolve(stored_run(ORDER_SERVICE), has_provenance=True, template_narrative="Why."))
    assert json.dumps(metadata_to_plain(metadata)) == json.dumps(
        {
            "runId": "run_state_fixture",
            "templateId": "order-system",
            "templateTitle": "Order System Fixture",
            "templateVersion": "1.0.0",
            "templateNarrative": "Why.",
            "mode": "simulation",
            "provenanceHash": HASH,
            "telemetrySourcesResolved": True,
            "schema": {"id": "time-travel/v1", "version": "1", "hash": HASH},
            "storage": {
                "modelPath": "model/model.yaml",
                "metadataPath": "model/metadata.json",
                "provenancePath": "model/provenance.json",
            },
            "inputHash": INPUT_HASH,
            "rng": {"kind": "pcg32", "seed": 123},
            "classCoverage": "missing",
            "edgeQuality": "missing",
        }
    )


def test_what_a_run_does_not_say_is_absent() -> None:
    """REF S1: no narrative, provenance, input hash or rng gives no key, never null."""
    bare = run_metadata(
        evolve(stored_run(ORDER_SERVICE), template_title="", template_version="", input_hash="", rng=None)
    )
    plain = metadata_to_plain(bare)
    assert isinstance(plain["storage"], dict)
    assert set(plain) | {f"storage.{key}" for key in plain["storage"]} == {
        "runId",
        "templateId",
        "mode",
        "provenanceHash",
        "telemetrySourcesResolved",
        "schema",
        "storage",
        "storage.modelPath",
        "storage.metadataPath",
        "classCoverage",
        "edgeQuality",
    }


def test_snapshot_names_and_order() -> None:
    """REF 7.1: keys in order; numbers rounded (SEMANTICS 5.7), integral ones integers, the colour last."""
    plain = state_to_plain(snapshot(stored_run(ALL_ROLES, bins=1), 0))
    assert list(plain) == ["metadata", "bin", "nodes", "edges", "edgeWarnings", "warnings"]
    assert json.dumps(plain["bin"]) == json.dumps(
        {
            "index": 0,
            "startUtc": "2025-01-01T00:00:00+00:00",
            "endUtc": "2025-01-01T00:05:00+00:00",
            "durationMinutes": 5,
        }
    )
    assert json.dumps(plain["nodes"]) == json.dumps(
        [
            {
                "id": "Pay",
                "kind": "serviceWithBuffer",
                **FACTS,
                "metrics": {
                    "arrivals": 10,
                    "served": 8,
                    "errors": 1,
                    "attempts": 10,
                    "failures": 2,
                    "exhaustedFailures": 0,
                    "retryEcho": 0.6,
                    "queue": 4,
                    "capacity": 5,
                    "parallelism": 2,
                    "externalDemand": 11,
                },
                "seriesMetadata": MEANING,
                "derived": {
                    "utilization": 0.8,
                    "latencyMinutes": 2.5,
                    "serviceTimeMs": 250,
                    "queueTimeMs": 150000,
                    "cycleTimeMs": 150250,
                    "flowLatencyMs": 150250,
                    "flowEfficiency": 0.001664,
                    "throughputRatio": 0.8,
                    "retryTax": 0.2,
                    "color": "yellow",
                },
                "telemetry": {"sources": [], "warnings": []},
                "sla": [
                    {"kind": "completion", "status": "ok", "value": 0.8},
                    {"kind": "backlogAge", "status": "ok", "value": 2},
                ],
            }
        ]
    )


def test_window_names_and_order() -> None:
    """REF 7.2: one list per series, roles before metrics, wire names throughout."""
    plain = state_to_plain(window(stored_run(ALL_ROLES, bins=1), 0, 0))
    assert list(plain) == [
        "metadata",
        "window",
        "timestampsUtc",
        "nodes",
        "edges",
        "edgeWarnings",
        "warnings",
    ]
    assert plain["window"] == {"startBin": 0, "endBin": 0, "binCount": 1}
    assert plain["timestampsUtc"] == ["2025-01-01T00:00:00+00:00"]
    assert json.dumps(plain["nodes"]) == json.dumps(
        [
            {
                "id": "Pay",
                "kind": "serviceWithBuffer",
                **FACTS,
                "series": {
                    "arrivals": [10],
                    "served": [8],
                    "errors": [1],
                    "attempts": [10],
                    "failures": [2],
                    "exhaustedFailures": [0],
                    "retryEcho": [0.6],
                    "processingTimeMsSum": [2000],
                    "servedCount": [8],
                    "externalDemand": [11],
                    "queue": [4],
                    "capacity": [5],
                    "parallelism": [2],
                    "utilization": [0.8],
                    "latencyMinutes": [2.5],
                    "serviceTimeMs": [250],
                    "queueTimeMs": [150000],
                    "cycleTimeMs": [150250],
                    "flowLatencyMs": [150250],
                    "flowEfficiency": [0.001664],
                    "throughputRatio": [0.8],
                    "retryTax": [0.2],
                    "kingmanWaitMs": [0],
                    "sojournMeanMinutes": [1],
                    "sojournP50Minutes": [1],
                    "sojournP85Minutes": [1.7],
                    "sojournP95Minutes": [1.9],
                },
                "seriesMetadata": {
                    **dict(list(MEANING.items())[:7]),
                    "processingTimeMsSum": {"aggregation": "sum", "origin": "explicit"},
                    "servedCount": {"aggregation": "sum", "origin": "explicit"},
                    "externalDemand": MEANING["externalDemand"],
                    **{name: MEANING[name] for name in ("queue", "capacity", "parallelism")},
                    **dict(list(MEANING.items())[11:]),
                    "kingmanWaitMs": {"aggregation": "avg", "origin": "derived"},
                    "sojournMeanMinutes": {"aggregation": "avg", "origin": "derived"},
                    "sojournP50Minutes": {"aggregation": "p50", "origin": "derived"},
                    "sojournP85Minutes": {"aggregation": "unknown", "origin": "derived"},
                    "sojournP95Minutes": {"aggregation": "p95", "origin": "derived"},
                },
                "telemetry": {"sources": [], "warnings": []},
                "sla": [
                    {"kind": "completion", "status": "ok", "values": [0.8]},
                    {"kind": "backlogAge", "status": "ok", "values": [2]},
                ],
            }
        ]
    )


def test_an_undefined_number_is_null_and_an_absent_one_absent() -> None:
    """Clients colour null and skip what is absent: null only where the metric exists at the node."""
    node = evolve(SUPPORT_QUEUE, roles={**SUPPORT_QUEUE.roles, "served": [math.nan, 6, 9, 4]})
    run = stored_run(node, mode="telemetry")
    assert json.loads(json.dumps(state_to_plain(snapshot(run, 0))["nodes"]))[0]["derived"] == {
        "latencyMinutes": None,
        "queueTimeMs": None,
        "cycleTimeMs": None,
        "flowLatencyMs": None,
        "throughputRatio": None,
        "color": "gray",
    }
    series = json.loads(json.dumps(state_to_plain(window(run, 0, 1))["nodes"]))[0]["series"]
    assert series["served"] == [None, 6]
    assert "utilization" not in series


def test_a_bin_without_time_has_no_times() -> None:
    """REF S1: without a start the bin says its index and length, and no null."""
    assert state_to_plain(snapshot(stored_run(ORDER_SERVICE, start=None), 2))["bin"] == {
        "index": 2,
        "durationMinutes": 5,
    }


def test_warnings_say_where_and_when_as_far_as_known() -> None:
    """REF S1: nodeId, startBin, endBin and signal are absent where unknown; bin 0 is a bin."""
    located = Diagnostic(code="division_by_zero", message="x / 0", node_id="OrderService", bins=(BinRange(0, 2),))
    bare = Diagnostic(code="run_warning", message="old text")
    state = snapshot(stored_run(ORDER_SERVICE, warnings=(located, bare)), 0)
    signalled = StateWarning(code="outflow_exceeds_queue", message="cut", signal="queue")
    assert state_to_plain(evolve(state, warnings=(*state.warnings, signalled)))["warnings"] == [
        {
            "code": "division_by_zero",
            "message": "x / 0",
            "severity": "warning",
            "nodeId": "OrderService",
            "startBin": 0,
            "endBin": 2,
        },
        {"code": "run_warning", "message": "old text", "severity": "info"},
        {"code": "outflow_exceeds_queue", "message": "cut", "severity": "warning", "signal": "queue"},
    ]


def test_steps_are_told_where_they_are_more_than_a_bin() -> None:
    """A value that stands for two bins says so; `binCount` counts bins."""
    state = window(stored_run(ORDER_SERVICE), 0, 2, WindowOptions(step=2))
    plain = state_to_plain(state)
    assert plain["window"] == {"startBin": 0, "endBin": 2, "binCount": 3, "step": 2}
    assert plain["timestampsUtc"] == ["2025-01-01T00:00:00+00:00", "2025-01-01T00:10:00+00:00"]


RICH = with_series(
    with_classes(
        with_edges(
            stored_run(
                evolve(
                    SUPPORT_QUEUE,
                    dispatch=DispatchSchedule(period_bins=2, phase_offset=1),
                    constraints=("crew",),
                    aliases={"queueDepth": "Backlog"},
                ),
                ORDER_SERVICE,
            ),
            edge("SupportQueue->OrderService", lag=1, measure="attempts", multiplier=2.0),
        ),
        "gold",
    ),
    totals={
        "demand@crew": [9, 4, 0, 0],
        "allocated@crew": [6, 4, 0, 0],
        "shortfall@crew": [3, 0, 0, 0],
        "limited@crew": [1, 0, 0, 0],
        "edge_SupportQueue-_OrderService_attemptsVolume@EDGE_SUPPORTQUEUE-_ORDERSERVICE_ATTEMPTSVOLUME": [0, 1, 2, 3],
        "edge_SupportQueue-_OrderService_inTransit@EDGE_SUPPORTQUEUE-_ORDERSERVICE_INTRANSIT": [1, 2, 3, 4],
    },
    gold={
        "SupportQueue_arrivals@SUPPORTQUEUE_ARRIVALS": [1, 2, 3, 4],
        "SupportQueue_queueDepth@SUPPORTQUEUE_QUEUEDEPTH": [1, 1, 1, 1],
        "edge_SupportQueue-_OrderService_attemptsVolume@EDGE_SUPPORTQUEUE-_ORDERSERVICE_ATTEMPTSVOLUME": [0, 1, 1, 1],
    },
)


def test_a_snapshot_shows_all_it_knows_of_a_node() -> None:
    """Classes under flat names, constraints, a paused gate, aliases, the schedule: names of the newest answers."""
    [node, _other] = json.loads(json.dumps(state_to_plain(snapshot(RICH, 0))["nodes"]))
    assert node["byClass"] == {"gold": {"arrivals": 1, "queue": 1}}
    assert node["classTruth"] == {"coverage": "full", "hasSpecificClasses": True, "hasFallbackClass": False}
    assert node["constraints"] == {"crew": {"metrics": {"demand": 9, "allocated": 6, "shortfall": 3}}}
    assert node["constraintStatus"] == {"crew": True}
    assert node["metrics"]["queueLatencyStatus"]["code"] == "paused_gate_closed"
    assert node["aliases"] == {"queue": "Backlog"}
    assert node["dispatchSchedule"] == {"kind": "time-based", "periodBins": 2, "phaseOffset": 1}
    assert node["sla"][1:] == [
        {"kind": "backlogAge", "status": "ok", "threshold": 5, "value": 1.111111},
        {"kind": "scheduleAdherence", "status": "noEvents", "threshold": 1, "value": None},
    ]


def test_a_window_shows_all_it_knows_of_a_node() -> None:
    """The same as lists."""
    [node, _other] = json.loads(json.dumps(state_to_plain(window(RICH, 0, 1))["nodes"]))
    assert node["byClass"] == {"gold": {"arrivals": [1, 2], "queue": [1, 1]}}
    assert node["constraints"] == {"crew": {"series": {"demand": [9, 4], "allocated": [6, 4], "shortfall": [3, 0]}}}
    assert node["constraintStatus"] == {"crew": [1, 0]}
    assert [status and status["code"] for status in node["queueLatencyStatus"]] == ["paused_gate_closed", None]
    assert node["sla"][2] == {"kind": "scheduleAdherence", "status": "ok", "threshold": 1, "values": [None, 1]}


def test_an_edge_is_told_as_numbers_and_as_series() -> None:
    """Clients of a bin read `attemptVolume`; clients of the newest schema read the series."""
    [shown] = json.loads(json.dumps(state_to_plain(snapshot(RICH, 1))["edges"]))
    assert json.dumps(shown) == json.dumps(
        {
            "id": "SupportQueue->OrderService",
            "from": "SupportQueue",
            "to": "OrderService",
            "edgeType": "throughput",
            "field": "attempts",
            "multiplier": 2,
            "lag": 1,
            "attemptVolume": 1,
            "inTransit": 2,
            "series": {"attemptsVolume": [1], "inTransit": [2]},
            "seriesMetadata": {
                "attemptsVolume": {"aggregation": "sum", "origin": "derived"},
                "inTransit": {"origin": "derived"},
            },
            "byClass": {"gold": {"attemptsVolume": [1]}},
        }
    )
    [over] = json.loads(json.dumps(state_to_plain(window(RICH, 0, 1))["edges"]))
    assert over["series"] == {"attemptsVolume": [0, 1], "inTransit": [1, 2]}
    assert over["byClass"] == {"gold": {"attemptsVolume": [0, 1]}}
    assert "attemptVolume" not in over


def test_metadata_lists_the_declared_classes() -> None:
    """Only where there are any."""
    assert metadata_to_plain(run_metadata(RICH))["classes"] == [{"id": "gold"}]


def test_a_computed_node_shows_its_values() -> None:
    """`value` at a bin, `values` over a window; maxAttempts where the node limits them."""
    run = with_series(stored_run(ORDER_SERVICE), totals={"rate@RATE": [2, 2, 2, 3]})
    limited = tuple(evolve(node, semantics=evolve(node.semantics, max_attempts=3)) for node in run.model.topology.nodes)
    model = evolve(run.model, nodes=(ConstNode(id="rate"),), topology=evolve(run.model.topology, nodes=limited))
    run, full = evolve(run, model=model), WindowOptions(mode="full")
    [order, rate] = json.loads(json.dumps(state_to_plain(snapshot(run, 3, full))["nodes"]))
    assert (order["metrics"]["maxAttempts"], rate["metrics"], rate["kind"]) == (3, {"value": 3}, "const")
    assert json.loads(json.dumps(state_to_plain(window(run, 2, 3, full))["nodes"]))[1]["series"] == {"values": [2, 3]}


def test_warnings_of_edges_stand_under_their_edge() -> None:
    """Clients look warnings up by the id of the edge."""
    finding = Diagnostic(code="run_warning", message="mind", edge_ids=("ab",))
    plain = state_to_plain(snapshot(stored_run(ORDER_SERVICE, warnings=(finding,)), 0))
    assert plain["edgeWarnings"] == {"ab": [{"code": "run_warning", "message": "mind", "severity": "info"}]}
    assert plain["warnings"] == []
