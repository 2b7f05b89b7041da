"""What ``flowtime graph`` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_cli.number import amount
from flowtime_cli.render import KINDS, LONGEST_NAME, Screen, header_lines
from flowtime_cli.table import Column, fit_table
from flowtime_core.state.graph import graph

if TYPE_CHECKING:
    from flowtime_core.records.graph import GraphEdge, GraphNode
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.window_options import ViewMode

LONGEST_TEXT: Final = 48
NODE_COLUMNS: Final = (Column("layer", right=True), Column("node"), Column("kind"), Column("reads"))
EDGE_COLUMNS: Final = (
    Column("from"),
    Column("to"),
    Column("type"),
    Column("carries"),
    Column("weight", right=True, optional=1),
    Column("times", right=True, optional=2),
    Column("lag", right=True),
)


def graph_lines(run: StoredRun, mode: ViewMode, screen: Screen) -> list[str]:
    """Return one row per node in the order of flow, then one per edge."""
    found = graph(run, mode)
    nodes = {node.id: node for node in found.nodes}
    rows = [_node(nodes[node_id], screen) for node_id in found.order]
    edges = [_edge(edge, screen) for edge in found.edges]
    lines = [
        *header_lines(run, screen),
        "",
        *fit_table(NODE_COLUMNS, rows, rule=screen.glyphs.rule, width=screen.width),
    ]
    return (
        [*lines, "", *fit_table(EDGE_COLUMNS, edges, rule=screen.glyphs.rule, width=screen.width)] if edges else lines
    )


def _node(node: GraphNode, screen: Screen) -> list[str]:
    reads = node.reading.expression or ", ".join(node.reading.roles)
    return [
        str(node.place.layer),
        screen.cut(node.id, LONGEST_NAME),
        KINDS.get(node.kind, node.kind),
        screen.cut(reads, LONGEST_TEXT),
    ]


def _edge(edge: GraphEdge, screen: Screen) -> list[str]:
    return [
        screen.cut(edge.source.node, LONGEST_NAME),
        screen.cut(edge.target.node, LONGEST_NAME),
        edge.type,
        edge.field,
        amount(edge.weight),
        amount(edge.multiplier),
        str(edge.lag),
    ]
