"""The flow graph on the wire: nodes, edges, constraints (SEMANTICS 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.edge import edge_to_plain, read_edges
from flowtime_core.codec.nodes import check_id
from flowtime_core.codec.number import json_number
from flowtime_core.codec.policy import (
    dispatch_to_plain,
    read_dispatch,
    read_initial_depth,
    read_wip,
    wip_to_plain,
)
from flowtime_core.codec.reader import read_unique
from flowtime_core.codec.report import finite
from flowtime_core.codec.semantics import binding_to_plain, read_binding, read_semantics, semantics_to_plain
from flowtime_core.records.topology import NODE_KINDS, Constraint, Position, Topology, TopologyNode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain

_CONSTRAINT_EXTRAS: Final = frozenset({"errors", "latencyMinutes"})


def read_topology(root: Fields, reserved: Collection[str] = ()) -> Topology:
    """Return the topology of a model with the references inside it checked (SEMANTICS 4.1, 4.5, 4.7, 4.9)."""
    fields = root.mapping("topology", what="the topology")
    if fields is None:
        return Topology()
    found = fields.mappings("nodes", what="topology node", owner=True)
    nodes = tuple(_read_node(node, reserved) for node in found)
    known = read_unique(found, "topology node", lambda node: node.text("id"))
    edges = read_edges(fields, known)
    constraints = _read_constraints(fields)
    _check_constraints(found, nodes, {constraint.id: constraint for constraint in constraints})
    _check_overflows(found, nodes)
    fields.close()
    return Topology(nodes=nodes, edges=edges, constraints=constraints)


def _read_node(fields: Fields, reserved: Collection[str]) -> TopologyNode:
    node = TopologyNode(
        id=check_id(fields, "topology node", reserved),
        kind=fields.choice("kind", options=NODE_KINDS, default="service"),
        role=fields.text("nodeRole"),
        group=fields.text("group"),
        semantics=read_semantics(fields),
        initial_depth=read_initial_depth(fields),
        dispatch=read_dispatch(fields),
        wip=read_wip(fields),
        constraints=fields.texts("constraints"),
        position=_read_position(fields),
    )
    fields.close()
    return node


def _read_position(fields: Fields) -> Position | None:
    ui = fields.mapping("ui")
    if ui is None:
        return None
    x, y = finite(ui.plain.get("x")), finite(ui.plain.get("y"))
    return None if x is None or y is None else Position(x=x, y=y)


def _read_constraints(topology: Fields) -> tuple[Constraint, ...]:
    found = topology.mappings("constraints", what="constraint")
    read_unique(found, "constraint", lambda fields: fields.text("id"))
    return tuple(_read_constraint(fields) for fields in found)


def _read_constraint(fields: Fields) -> Constraint:
    """A capacity that nodes share; ``served`` is the capacity (SEMANTICS 4.7)."""
    name = check_id(fields, "constraint")
    semantics = fields.mapping("semantics", what=f"semantics of {fields.what}", required=True)
    arrivals = served = None
    if semantics is not None:
        arrivals, served = read_binding(semantics, "arrivals"), read_binding(semantics, "served")
        semantics.close(_CONSTRAINT_EXTRAS)
    fields.close()
    return Constraint(id=name, arrivals=arrivals, served=served)


def _check_constraints(found: tuple[Fields, ...], nodes: tuple[TopologyNode, ...], declared: Collection[str]) -> None:
    for fields, node in zip(found, nodes, strict=True):
        for name in node.constraints:
            if name not in declared:
                text = f"{fields.what} names the constraint {name!r}, which is not declared"
                fields.error("constraints", text, code="invalid_topology", hint=fields.report.suggest(name, declared))


def _check_overflows(found: tuple[Fields, ...], nodes: tuple[TopologyNode, ...]) -> None:
    """Overflow goes to a node that exists, and never comes back to where it left (SEMANTICS 4.5)."""
    targets = {node.id: node.wip.overflow for node in nodes if node.wip is not None and node.wip.overflow}
    places = {node.id: place for place, node in enumerate(nodes)}
    for fields, node in zip(found, nodes, strict=True):
        target = targets.get(node.id)
        if target is not None and target not in places:
            text = f"wipOverflow of {fields.what} is {target!r}, which is no topology node"
            fields.error("wipOverflow", text, code="unknown_node", hint=fields.report.suggest(target, places))
    for cycle in _cycles(targets):
        first = min(range(len(cycle)), key=lambda at: places[cycle[at]])
        way = " -> ".join([*cycle[first:], *cycle[:first], cycle[first]])
        fields = found[places[cycle[first]]]
        text = f"wipOverflow of {fields.what} comes back: {way}"
        fields.error("wipOverflow", text, code="invalid_topology", hint="let one of them overflow to loss")


def _cycles(targets: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield each cycle once; every node is visited once, for it has one target at most."""
    seen: set[str] = set()
    for start in targets:
        way: dict[str, int] = {}
        at = start
        while at in targets and at not in seen:
            seen.add(at)
            way[at] = len(way)
            at = targets[at]
        if at in way:
            yield list(way)[way[at] :]


def topology_to_plain(topology: Topology) -> dict[str, Plain]:
    """Return ``{nodes, edges, constraints}``; edges are always there, as other readers want them."""
    plain: dict[str, Plain] = {
        "nodes": [_node_to_plain(node) for node in topology.nodes],
        "edges": [edge_to_plain(edge) for edge in topology.edges],
    }
    if topology.constraints:
        plain["constraints"] = [_constraint_to_plain(constraint) for constraint in topology.constraints]
    return plain


def _node_to_plain(node: TopologyNode) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"id": node.id, "kind": node.kind}
    plain |= {key: text for key, text in (("nodeRole", node.role), ("group", node.group)) if text}
    plain["semantics"] = semantics_to_plain(node.semantics)
    if node.initial_depth is not None:
        plain["initialCondition"] = {"queueDepth": json_number(node.initial_depth)}
    if node.dispatch is not None:
        plain["dispatchSchedule"] = dispatch_to_plain(node.dispatch)
    plain |= wip_to_plain(node.wip) if node.wip is not None else {}
    if node.constraints:
        plain["constraints"] = list(node.constraints)
    if node.position is not None:
        plain["ui"] = {"x": json_number(node.position.x), "y": json_number(node.position.y)}
    return plain


def _constraint_to_plain(constraint: Constraint) -> dict[str, Plain]:
    roles = (("arrivals", constraint.arrivals), ("served", constraint.served))
    semantics = {role: binding_to_plain(binding) for role, binding in roles if binding is not None}
    return {"id": constraint.id, "semantics": semantics}
