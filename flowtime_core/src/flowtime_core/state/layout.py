"""Where to draw the nodes of a graph: in layers along the flow, few crossings, the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flowtime_core.engine.ways import closing_pairs, flow_order
from flowtime_core.records.graph import Place

LAYER_WIDTH: Final = 240.0
ROW_HEIGHT: Final = 120.0
SWEEPS: Final = 4
"""How often the orders of the layers are improved, to and fro."""

Pair = tuple[str, str]


def layout(nodes: Sequence[str], pairs: Sequence[Pair]) -> tuple[dict[str, Place], list[str]]:
    """Return the place of every node, and the nodes in the order of flow.

    A node stands one layer behind the last of its predecessors; pairs that close a cycle do not count. Inside a layer
    nodes stand by the mean place of their neighbours (barycentre), ties in the order given.
    """
    closing = closing_pairs(nodes, pairs)
    kept = [pair for pair in pairs if pair not in closing]
    order = flow_order(nodes, kept)
    layers = _layers(order, kept)
    _straighten(layers, kept)
    tallest = max(map(len, layers), default=0)
    places = {
        node: Place(x=i * LAYER_WIDTH, y=(j + (tallest - len(row)) / 2) * ROW_HEIGHT, layer=i, order=j)
        for i, row in enumerate(layers)
        for j, node in enumerate(row)
    }
    return places, order


def _layers(order: Sequence[str], pairs: Sequence[Pair]) -> list[list[str]]:
    """Return the nodes by the length of the longest way to them."""
    before = _neighbours(order, [(target, source) for source, target in pairs])
    depth: dict[str, int] = {}
    for node in order:
        depth[node] = max((depth[source] + 1 for source in before[node]), default=0)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in order:
        layers[depth[node]].append(node)
    return layers


def _straighten(layers: list[list[str]], pairs: Sequence[Pair]) -> None:
    """Order each layer by where its neighbours stand, first those before it, then those behind it."""
    nodes = [node for row in layers for node in row]
    before = _neighbours(nodes, [(target, source) for source, target in pairs])
    after = _neighbours(nodes, pairs)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for row in layers if forward else reversed(layers):
            _sort(row, before if forward else after, layers)


def _sort(row: list[str], neighbours: Mapping[str, Sequence[str]], layers: Sequence[Sequence[str]]) -> None:
    place = {node: (j + 0.5) / len(other) for other in layers for j, node in enumerate(other)}
    centres = {
        node: sum(map(place.__getitem__, neighbours[node])) / len(neighbours[node]) if neighbours[node] else place[node]
        for node in row
    }
    row.sort(key=centres.__getitem__)


def _neighbours(nodes: Sequence[str], pairs: Sequence[Pair]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in pairs:
        found[source].append(target)
    return found
