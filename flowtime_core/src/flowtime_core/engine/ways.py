"""Ways through a graph of nodes: which edges close a cycle, and in which order flow passes (SEMANTICS 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.engine.order import topological_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Pair = tuple[str, str]


def closing_pairs(nodes: Iterable[str], pairs: Iterable[Pair]) -> frozenset[Pair]:
    """Return the pairs (from, to) that lead back to a node on the way.

    The walk begins where nothing comes in and takes nodes in order of id, so the order of declaration does not matter.
    """
    known = sorted(nodes)
    edges = sorted(set(pairs))
    after: dict[str, list[str]] = {node: [] for node in known}
    for source, target in edges:
        after[source].append(target)
    entered = {target for source, target in edges if source != target}
    closing: set[Pair] = set()
    done: set[str] = set()
    for root in sorted(known, key=lambda node: (node in entered, node)):
        _walk(root, after, done, closing)
    return frozenset(closing)


def _walk(root: str, after: dict[str, list[str]], done: set[str], closing: set[Pair]) -> None:
    """Visit everything behind a node; keep the pairs that come back to the way."""
    if root in done:
        return
    way = [(root, iter(after[root]))]
    on_way = {root}
    while way:
        node, rest = way[-1]
        target = next(rest, None)
        if target is None:
            way.pop()
            on_way.discard(node)
            done.add(node)
        elif target in on_way:
            closing.add((node, target))
        elif target not in done:
            way.append((target, iter(after[target])))
            on_way.add(target)


def flow_order(nodes: Sequence[str], pairs: Iterable[Pair]) -> list[str]:
    """Return the nodes with every predecessor first, in their own order among the free; ``pairs`` hold no cycle."""
    place = {node: i for i, node in enumerate(nodes)}
    before: list[list[int]] = [[] for _ in nodes]
    for source, target in pairs:
        before[place[target]].append(place[source])
    return [nodes[i] for i in topological_order(range(len(nodes)), before)]
