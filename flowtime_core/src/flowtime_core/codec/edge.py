"""Edges on the wire (SEMANTICS 4.9): ``from`` and ``to``, or ``source`` and ``target``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.number import json_number
from flowtime_core.codec.reader import read_unique
from flowtime_core.records.topology import Edge, Endpoint

if TYPE_CHECKING:
    from collections.abc import Collection

    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain

_TYPES: Final = ("throughput", "effort", "terminal", "dependency")
_MEASURES: Final = ("served", "attempts", "load", "errors", "failures", "exhaustedFailures")


def read_edges(topology: Fields, nodes: Collection[str]) -> tuple[Edge, ...]:
    """Return the edges; both ends must name topology nodes and ids must differ (SEMANTICS 4.9)."""
    found = topology.mappings("edges", what="edge")
    edges = tuple(_read_edge(fields, nodes) for fields in found)
    names = iter([edge.id for edge in edges])
    read_unique(found, "edge", lambda _fields: next(names))
    return edges


def _read_edge(fields: Fields, nodes: Collection[str]) -> Edge:
    source = _read_end(fields, ("from", "source"), nodes)
    target = _read_end(fields, ("to", "target"), nodes)
    kind = fields.choice("type", options=_TYPES, default="throughput")
    weight = fields.number("weight", minimum=0)
    edge = Edge(
        id=fields.text("id") or default_edge_id(source, target),
        source=source,
        target=target,
        type="effort" if kind == "dependency" else kind,
        measure=fields.choice("measure", options=_MEASURES, default=""),
        weight=1.0 if weight is None else weight,
        multiplier=fields.number("multiplier"),
        lag=fields.integer("lag", minimum=0) or 0,
    )
    fields.close()
    return edge


def default_edge_id(source: Endpoint, target: Endpoint) -> str:
    """Return ``<from>-><to>`` of the node ids without ports (SEMANTICS 4.9)."""
    return f"{source.node}->{target.node}"


def _read_end(fields: Fields, names: tuple[str, ...], nodes: Collection[str]) -> Endpoint:
    text = fields.text(*names, required=True)
    node, _, port = (part.strip() for part in text.partition(":"))
    if text and node not in nodes:
        hint = fields.report.suggest(node, nodes)
        key = fields.take(*names)[0]
        fields.error(
            key,
            f"{key} of {fields.what} is {node!r}, which is no topology node",
            code="unknown_node",
            hint=hint,
        )
    return Endpoint(node=node, port=port)


def edge_to_plain(edge: Edge) -> dict[str, Plain]:
    """Return the one spelling of an edge, without defaults."""
    plain: dict[str, Plain] = {
        "id": edge.id,
        "from": end_to_plain(edge.source),
        "to": end_to_plain(edge.target),
    }
    if edge.type != "throughput":
        plain["type"] = edge.type
    if edge.measure:
        plain["measure"] = edge.measure
    if edge.weight != 1:
        plain["weight"] = json_number(edge.weight)
    if edge.multiplier is not None:
        plain["multiplier"] = json_number(edge.multiplier)
    if edge.lag:
        plain["lag"] = edge.lag
    return plain


def end_to_plain(end: Endpoint) -> str:
    """Return ``node`` or ``node:port``."""
    return f"{end.node}:{end.port}" if end.port else end.node
