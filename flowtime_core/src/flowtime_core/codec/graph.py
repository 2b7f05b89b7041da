"""The flow graph as plain JSON; what a node does not have is absent."""

from __future__ import annotations

from flowtime_core.codec.distribution import distribution_to_plain
from flowtime_core.codec.edge import end_to_plain
from flowtime_core.codec.node_state import aliases_to_plain, analytics_to_plain, schedule_to_plain
from flowtime_core.codec.number import json_number
from flowtime_core.codec.rounding import answer_number
from flowtime_core.codec.state_part import filled, present
from flowtime_core.records.document import Plain
from flowtime_core.records.graph import Graph, GraphEdge, GraphNode, Place


def graph_to_plain(graph: Graph) -> dict[str, Plain]:
    """Return ``nodes``, ``edges`` and ``order``."""
    return {
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
        "order": list(graph.order),
    }


def _node(node: GraphNode) -> dict[str, Plain]:
    return {
        "id": node.id,
        "kind": node.kind,
        "category": node.facts.category,
        "analytical": analytics_to_plain(node.facts.analytics),
        **present(nodeRole=node.role),
        "semantics": _semantics(node),
        **filled(dispatchSchedule=schedule_to_plain(node.facts.dispatch)),
        "ui": _place(node.place),
    }


def _semantics(node: GraphNode) -> dict[str, Plain]:
    reading = node.reading
    return {
        **{role: text if isinstance(text, str) else json_number(text) for role, text in reading.roles.items()},
        **present(
            series=reading.series,
            expression=reading.expression,
            maxAttempts=node.facts.max_attempts,
            slaMin=None if reading.sla_minutes is None else json_number(reading.sla_minutes),
            distribution=None if reading.distribution is None else distribution_to_plain(reading.distribution),
        ),
        **filled(aliases=aliases_to_plain(node.facts.aliases)),
    }


def _place(place: Place) -> dict[str, Plain]:
    return {"x": answer_number(place.x), "y": answer_number(place.y), "layer": place.layer, "order": place.order}


def _edge(edge: GraphEdge) -> dict[str, Plain]:
    return present(
        id=edge.id,
        **{"from": end_to_plain(edge.source), "to": end_to_plain(edge.target)},
        weight=json_number(edge.weight),
        edgeType=edge.type,
        field=edge.field,
        multiplier=None if edge.multiplier is None else json_number(edge.multiplier),
        lag=edge.lag or None,
    )
