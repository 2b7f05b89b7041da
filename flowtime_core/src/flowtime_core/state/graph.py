"""The flow graph of a stored run; reads no series."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from flowtime_core.errors import FlowTimeError
from flowtime_core.expr.checker import references
from flowtime_core.expr.parser import parse
from flowtime_core.records.graph import Graph, GraphEdge, GraphNode, Place, Reading
from flowtime_core.records.ids import short_name
from flowtime_core.records.measure import ROLES
from flowtime_core.records.model import ExprNode, PmfNode, SeriesNode
from flowtime_core.records.run import StoredRun
from flowtime_core.records.topology import Edge, Endpoint, FileBinding, NumberBinding, SeriesBinding, TopologyNode
from flowtime_core.records.window_options import VIEW_MODES, ViewMode
from flowtime_core.state.computed import KINDS, computed_facts, computed_nodes
from flowtime_core.state.facts import node_facts
from flowtime_core.state.layout import layout
from flowtime_core.state.load import check_topology
from flowtime_core.state.select import check_names

_NOWHERE = Place(x=0.0, y=0.0, layer=0, order=0)


def graph(run: StoredRun, mode: ViewMode = "operational") -> Graph:
    """Return nodes, edges and their layout; ``full`` shows the const, pmf and expr nodes behind them too.

    Raises
    ------
    PreconditionError
        ``no_topology``.
    InputError
        ``invalid_input`` for another mode.
    """
    check_names("mode", [mode], VIEW_MODES, "invalid_input")
    check_topology(run)
    nodes = [_node(run, node) for node in run.model.topology.nodes]
    edges = [_edge(edge) for edge in run.model.topology.edges]
    if mode == "full":
        nodes += [_computed(node) for node in computed_nodes(run)]
        edges += _dependencies(run, {node.id for node in nodes})
    places, order = layout([node.id for node in nodes], [(edge.source.node, edge.target.node) for edge in edges])
    authored = {node.id: node.position for node in run.model.topology.nodes}
    return Graph(
        nodes=tuple(
            evolve(node, place=places[node.id])
            if (position := authored.get(node.id)) is None
            else evolve(node, place=evolve(places[node.id], x=position.x, y=position.y))
            for node in nodes
        ),
        edges=tuple(edges),
        order=tuple(order),
    )


def _node(run: StoredRun, node: TopologyNode) -> GraphNode:
    roles = {role: text for role in ROLES if (text := _reference(run, node, role)) is not None}
    return GraphNode(
        id=node.id,
        kind=node.kind,
        facts=node_facts(run, node),
        reading=Reading(roles=roles, sla_minutes=node.semantics.sla_minutes),
        place=_NOWHERE,
        role=node.role,
    )


def _reference(run: StoredRun, node: TopologyNode, role: str) -> str | float | None:
    """Return what a role of a node reads, or None when it reads nothing."""
    series_id = run.role_series.get((node.id, role))
    if series_id is not None:
        return f"series:{short_name(series_id)}"
    match node.semantics.bindings.get(role):
        case NumberBinding(value=value):
            return value
        case FileBinding(uri=uri):
            return uri
        case SeriesBinding(name=name):
            return f"series:{name}"
        case _:
            return None


def _edge(edge: Edge) -> GraphEdge:
    return GraphEdge(
        id=edge.id,
        source=edge.source,
        target=edge.target,
        type=edge.type,
        field=edge.carries,
        weight=edge.weight,
        multiplier=edge.multiplier,
        lag=edge.lag,
    )


def _computed(node: SeriesNode) -> GraphNode:
    reading = Reading(
        series=f"series:{node.id}",
        expression=node.text if isinstance(node, ExprNode) else "",
        distribution=node.distribution if isinstance(node, PmfNode) else None,
    )
    return GraphNode(id=node.id, kind=KINDS[type(node)][0], facts=computed_facts(node), reading=reading, place=_NOWHERE)


def _dependencies(run: StoredRun, known: set[str]) -> Iterator[GraphEdge]:
    """Yield the edges from what is computed to the expressions and roles that read it, each once."""
    computed = {node.id for node in computed_nodes(run)}
    for node in computed_nodes(run):
        sources = _sources(node.text) if isinstance(node, ExprNode) else []
        for source in dict.fromkeys(source for source in sources if source in known):
            yield _dependency(source, node.id, "")
    for place in run.model.topology.nodes:
        for role in ROLES:
            source = run.role_series.get((place.id, role), "").partition("@")[0]
            if source in computed:
                yield _dependency(source, place.id, role)


def _dependency(source: str, target: str, role: str) -> GraphEdge:
    return GraphEdge(
        id=f"{source}->{target}:{role}" if role else f"{source}->{target}",
        source=Endpoint(node=source),
        target=Endpoint(node=target, port=role),
        type="dependency",
        field=role or "value",
    )


def _sources(text: str) -> list[str]:
    """Return the names that an expression reads; a stored expression that cannot be read has none."""
    try:
        return [use.reference.name for use in references(parse(text))]
    except FlowTimeError:
        return []
