"""Graph and service levels as plain JSON: names, order, absence."""

from __future__ import annotations

import json

from attrs import evolve

from flowtime_core.codec.graph import graph_to_plain
from flowtime_core.codec.service_level import service_levels_to_plain
from flowtime_core.records.distribution import Distribution
from flowtime_core.records.model import PmfNode
from flowtime_core.records.policy import DispatchSchedule
from flowtime_core.state.graph import graph
from flowtime_core.state.metrics import metrics
from tests.support.stored_runs import ORDER_SERVICE, SUPPORT_QUEUE, edge, stored_run, with_edges


def test_graph_names_and_order() -> None:
    """Keys in order; what a node does not have is absent, and so are a multiplier and a lag that do nothing."""
    queue = evolve(SUPPORT_QUEUE, aliases={"queueDepth": "Backlog"}, dispatch=DispatchSchedule(period_bins=2))
    run = with_edges(stored_run(queue), edge("SupportQueue:out->SupportQueue", multiplier=2.0, lag=1))
    node = run.model.topology.nodes[0]
    limited = evolve(node, role="desk", semantics=evolve(node.semantics, max_attempts=3))
    run = evolve(run, model=evolve(run.model, topology=evolve(run.model.topology, nodes=(limited,))))
    assert json.dumps(graph_to_plain(graph(run))) == json.dumps(
        {
            "nodes": [
                {
                    "id": "SupportQueue",
                    "kind": "queue",
                    "category": "queue",
                    "analytical": {
                        "identity": "queue",
                        "hasQueueSemantics": True,
                        "hasServiceSemantics": False,
                        "hasCycleTimeDecomposition": False,
                        "stationarityWarningApplicable": True,
                    },
                    "nodeRole": "desk",
                    "semantics": {
                        "arrivals": "series:SupportQueue_arrivals",
                        "served": "series:SupportQueue_served",
                        "errors": "series:SupportQueue_errors",
                        "queueDepth": "series:SupportQueue_queueDepth",
                        "maxAttempts": 3,
                        "slaMin": 5,
                        "aliases": {"queue": "Backlog"},
                    },
                    "dispatchSchedule": {"kind": "time-based", "periodBins": 2, "phaseOffset": 0},
                    "ui": {"x": 0, "y": 0, "layer": 0, "order": 0},
                }
            ],
            "edges": [
                {
                    "id": "SupportQueue->SupportQueue",
                    "from": "SupportQueue:out",
                    "to": "SupportQueue",
                    "weight": 1,
                    "edgeType": "throughput",
                    "field": "served",
                    "multiplier": 2,
                    "lag": 1,
                }
            ],
            "order": ["SupportQueue"],
        }
    )


def test_a_computed_node_shows_what_it_is_made_of() -> None:
    """A distribution is told with its probabilities; a number stays a number."""
    run = stored_run(evolve(ORDER_SERVICE, roles={**ORDER_SERVICE.roles, "capacity": 9.0}))
    pmf = PmfNode(id="p", distribution=Distribution(values=(1, 2), probabilities=(0.5, 0.5)))
    nodes = json.loads(json.dumps(graph_to_plain(graph(evolve(run, model=evolve(run.model, nodes=(pmf,))), "full"))))
    assert nodes["nodes"][0]["semantics"]["capacity"] == 9
    assert nodes["nodes"][1]["semantics"] == {
        "series": "series:p",
        "distribution": {"values": [1, 2], "probabilities": [0.5, 0.5]},
    }


def test_levels_without_a_start_say_none() -> None:
    """Absent instead of null."""
    plain = service_levels_to_plain(metrics(stored_run(ORDER_SERVICE, start=None)))
    assert plain["window"] == {"timezone": "UTC"}
