"""The flow graph of a run: what nodes read, edges, the computed nodes behind them."""

from __future__ import annotations

import pytest
from attrs import evolve

from flowtime_core.errors import PreconditionError
from flowtime_core.records.distribution import Distribution
from flowtime_core.records.model import ConstNode, ExprNode, PmfNode
from flowtime_core.records.topology import (
    FileBinding,
    Position,
    SelfBinding,
    Semantics,
    SeriesBinding,
    Topology,
    TopologyNode,
)
from flowtime_core.state.graph import graph
from tests.support.stored_runs import ORDER_SERVICE, SUPPORT_QUEUE, Node, edge, stored_run, with_edges

RUN = with_edges(
    stored_run(ORDER_SERVICE, evolve(SUPPORT_QUEUE, position=Position(x=7, y=3))),
    edge("OrderService:out->SupportQueue:in", weight=2.0),
    edge("SupportQueue->OrderService", id="back", type="effort", measure="load", multiplier=0.5, lag=1),
)


def test_roles_name_what_they_read() -> None:
    """A stored series by its short name; a number as it is; what cannot be resolved as it is written."""
    node = Node(id="A", roles={"arrivals": [1, 1, 1, 1], "capacity": 4.0})
    run = stored_run(node)
    bindings = {
        "arrivals": SeriesBinding(name="a"),
        "served": FileBinding(uri="file:x.csv"),
        "queueDepth": SelfBinding(),
    }
    other = TopologyNode(id="B", semantics=Semantics(bindings=bindings))
    run = evolve(run, model=evolve(run.model, topology=Topology(nodes=(*run.model.topology.nodes, other))))
    first, second = graph(run).nodes
    assert first.reading.roles == {"arrivals": "series:A_arrivals", "capacity": 4.0}
    assert second.reading.roles == {"arrivals": "series:a", "served": "file:x.csv"}


def test_edges_are_those_of_the_model() -> None:
    """Ports, weight, multiplier and lag as declared; the field is what the edge is said to carry."""
    first, second = graph(RUN).edges
    assert (first.source.port, first.field, first.weight, first.multiplier, first.lag) == ("out", "served", 2, None, 0)
    assert (second.id, second.type, second.field, second.multiplier, second.lag) == ("back", "effort", "load", 0.5, 1)


def test_an_authored_position_wins() -> None:
    """Where the model places a node, it stands; its layer and order are computed all the same."""
    order, support = (node.place for node in graph(RUN).nodes)
    assert (order.x, order.y, order.layer) == (0, 0, 0)
    assert (support.x, support.y, support.layer, support.order) == (7, 3, 1, 0)
    assert graph(RUN).order == ("OrderService", "SupportQueue")


def test_the_full_graph_shows_where_numbers_come_from() -> None:
    """Expressions depend on what they read, nodes on the series of their roles; each dependency once."""
    nodes = (
        ConstNode(id="rate", values=2.0),
        PmfNode(id="OrderService_arrivals", distribution=Distribution(values=(1,), probabilities=(1,))),
        ExprNode(id="twice", text="rate + rate * OrderService.served + lost"),
        ExprNode(id="broken", text="rate +"),
    )
    run = evolve(RUN, model=evolve(RUN.model, nodes=nodes))
    full = graph(run, "full")
    assert [edge.id for edge in full.edges[2:]] == [
        "rate->twice",
        "OrderService->twice",
        "OrderService_arrivals->OrderService:arrivals",
    ]
    assert {edge.type for edge in full.edges[2:]} == {"dependency"}
    assert [edge.field for edge in full.edges[2:]] == ["value", "value", "arrivals"]
    twice = next(node for node in full.nodes if node.id == "twice")
    assert (twice.kind, twice.reading.series, twice.reading.expression) == ("expr", "series:twice", nodes[2].text)
    assert next(node for node in full.nodes if node.kind == "pmf").reading.distribution == nodes[1].distribution
    assert [node.id for node in graph(run).nodes] == ["OrderService", "SupportQueue"]


def test_a_run_without_topology_has_no_graph() -> None:
    """CONTRACT 6: without topology nodes there is nothing to draw."""
    with pytest.raises(PreconditionError):
        graph(stored_run())
