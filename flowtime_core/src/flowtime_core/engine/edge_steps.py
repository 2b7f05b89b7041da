"""Steps for edges: what they carry, and the echoes that come back over them (SEMANTICS 4.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.engine.steps import (
    EdgeStep,
    ExprStep,
    RetryVolumeStep,
    RouterStep,
)
from flowtime_core.records.ids import derived_key
from flowtime_core.records.model import BufferNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowtime_core.engine.context import Context
    from flowtime_core.records.topology import Edge

FAILURE_MEASURES: Final = {"errors": "errors", "failures": "failures", "exhaustedfailures": "exhaustedFailures"}
ATTEMPT_MEASURES: Final = frozenset({"attempts", "load"})


def edge_measure(edge: Edge) -> str:
    """Return what an edge carries, as a role: its measure, else its port, else served (SEMANTICS 4.9)."""
    lower = edge.carries.lower()
    if lower in ATTEMPT_MEASURES:
        return "attempts"
    return FAILURE_MEASURES.get(lower, "served")


def volume_of(measure: str) -> str:
    """Return the name of an edge's series for what it carries."""
    return {"served": "flowVolume", "attempts": "attemptsVolume"}.get(measure, "failuresVolume")


def edge_totals(edges: Iterable[Edge]) -> dict[tuple[str, str], float]:
    """Return the sum of the weights that share what a node passes on, by node and type of edge (SEMANTICS 4.9)."""
    totals: dict[tuple[str, str], float] = {}
    for edge in sorted(edges, key=lambda edge: edge.id):
        if edge_measure(edge) == "served":
            place = (edge.source.node, edge.type)
            totals[place] = totals.get(place, 0.0) + edge.weight
    return totals


def add_edges(context: Context) -> None:
    """Add what every edge carries, and the echoes that come back over them (SEMANTICS 4.9)."""
    edges = context.model.topology.edges
    totals = edge_totals(edges)
    carried: dict[str, list[Edge]] = {}
    for i, edge in enumerate(edges):
        pointer = f"/topology/edges/{i}"
        if edge.lag < 0:
            message = f"lag of edge {edge.id!r} is {edge.lag}, expected 0 or more"
            context.report("invalid_topology", f"{pointer}/lag", message)
            continue
        step = _edge_step(context, edge, totals)
        if step is not None:
            context.add(step, pointer)
            if edge_measure(edge) == "served" and edge.type == "throughput":
                carried.setdefault(edge.target.node, []).append(edge)
    for node_id, incoming in carried.items():
        _add_retry_volumes(context, node_id, sorted(incoming, key=lambda edge: edge.id))


def _edge_step(context: Context, edge: Edge, totals: dict[tuple[str, str], float]) -> EdgeStep | None:
    measure = edge_measure(edge)
    total = None
    if measure != "served":
        source = context.names.role(edge.source.node, measure)
    else:
        source = _routed_part(context, edge)
        if source is None:
            source = released_key(context, edge.source.node)
            total = totals[edge.source.node, edge.type]
    return None if source is None else edge_step(edge, source, total)


def edge_step(edge: Edge, source: str, total: float | None) -> EdgeStep:
    """Return the step that carries a source over an edge: all of it, or the edge's share of a ``total`` weight."""
    measure = edge_measure(edge)
    multiplies = measure != "served" or edge.type == "effort"
    return EdgeStep(
        edge_id=edge.id,
        key=derived_key(volume_of(measure), edge.id),
        source=source,
        weight=1.0 if total is None else edge.weight if total != 0.0 else 0.0,
        total=1.0 if total is None or total == 0.0 else total,
        multiplier=edge.multiplier if multiplies and edge.multiplier is not None else 1.0,
        lag=edge.lag,
        in_transit=derived_key("inTransit", edge.id) if edge.lag > 0 else None,
    )


def released_key(context: Context, node_id: str) -> str | None:
    """Return the key of what a node passes on: the released flow of a queue, else served (SEMANTICS 4.3)."""
    names = context.names
    if (node_id, "queueDepth") in names.derived:
        return names.derived.get((node_id, "served")) or derived_key("released", node_id)
    depth = names.role(node_id, "queueDepth")
    if any(isinstance(node, BufferNode) and node.id == depth for node in context.model.nodes):
        return derived_key("released", depth or "")
    return names.role(node_id, "served")


def _routed_part(context: Context, edge: Edge) -> str | None:
    """Return the key of what a router sends over an edge, where the source is of that kind.

    That is the route to what the edge's target takes in: its arrivals, or the only route that their expression reads,
    as where it waits for what is in transit: ``SHIFT(route, lag)``.
    """
    own = {edge.source.node, context.names.role(edge.source.node, "served")}
    router = next((step for step in context.steps if isinstance(step, RouterStep) and step.key in own), None)
    arrivals = context.names.role(edge.target.node, "arrivals")
    is_router = edge.source.node in context.names.nodes and context.names.nodes[edge.source.node][1].kind == "router"
    if router is None or arrivals is None or not is_router:
        return None
    reads = {key for step in context.steps if isinstance(step, ExprStep) and step.key == arrivals for key in step.keys}
    taken = [target for target in router.targets if target == arrivals] or [t for t in router.targets if t in reads]
    return router.parts[router.targets.index(taken[0])] if len(taken) == 1 else None


def _add_retry_volumes(context: Context, node_id: str, incoming: list[Edge]) -> None:
    echo = context.names.role(node_id, "retryEcho")
    if echo is None:
        return
    step = RetryVolumeStep(
        node_id=node_id,
        echo=echo,
        flows=tuple(derived_key("flowVolume", edge.id) for edge in incoming),
        keys=tuple(derived_key("retryVolume", edge.id) for edge in incoming),
    )
    context.add(step, f"/topology/nodes/{context.names.nodes[node_id][0]}")
