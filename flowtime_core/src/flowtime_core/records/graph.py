"""The flow graph of a run: nodes with what they read, edges, and where to draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from flowtime_core.records.distribution import Distribution
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.node_facts import NodeFacts
from flowtime_core.records.show import html_table, listed
from flowtime_core.records.topology import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen(kw_only=True)
class Place:
    """Where a node is drawn: ``layer`` from the source of the flow on, ``order`` inside it, ``x`` and ``y`` [px]."""

    x: float
    y: float
    layer: int
    order: int


@frozen(kw_only=True)
class Reading:
    """What a node reads.

    Attributes
    ----------
    roles : mapping of role to str or float
        ``series:<name>``, a URI, ``self`` or a number.
    series, expression, distribution
        Of a const, pmf or expr node: its own series, its text, its distribution.
    """

    roles: Mapping[str, str | float] = field(default=EMPTY, hash=False)
    sla_minutes: float | None = None
    series: str = ""
    expression: str = ""
    distribution: Distribution | None = None


@frozen(kw_only=True)
class GraphNode:
    """A node of the graph; ``role`` is empty where the model gives none."""

    id: str
    kind: str
    facts: NodeFacts
    reading: Reading
    place: Place
    role: str = ""


@frozen(kw_only=True)
class GraphEdge:
    """An edge of the graph; type ``dependency`` joins a computed series to what reads it."""

    id: str
    source: Endpoint
    target: Endpoint
    type: str
    field: str
    weight: float = 1.0
    multiplier: float | None = None
    lag: int = 0


@frozen(kw_only=True, repr=False)
class Graph:
    """Nodes and edges in declaration order, and the ids of the nodes in the order of flow."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    order: tuple[str, ...]

    def __repr__(self) -> str:
        """Return one line: how much there is."""
        return f"<Graph: {listed((len(self.nodes), 'node'), (len(self.edges), 'edge')) or 'empty'}>"

    def _repr_html_(self) -> str:
        """Return a small table for notebooks: the nodes in the order of flow, and where each sends to."""
        nodes = {node.id: node for node in self.nodes}
        rows = [
            (name, nodes[name].kind, ", ".join(edge.target.node for edge in self.edges if edge.source.node == name))
            for name in self.order
        ]
        return html_table(repr(self), ("node", "kind", "to"), rows)
