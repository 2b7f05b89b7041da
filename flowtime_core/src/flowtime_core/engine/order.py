"""Order of evaluation: strongly connected components, loops, cycles (SEMANTICS 3.4). Nodes are integers."""

from __future__ import annotations

import heapq
from collections import deque
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Sequence


@define
class _Search:
    """State of Tarjan's search, kept explicit so that depth is not bounded by the interpreter's stack."""

    successors: Sequence[Sequence[int]]
    index: dict[int, int] = field(factory=dict[int, int])
    low: dict[int, int] = field(factory=dict[int, int])
    stack: list[int] = field(factory=list[int])
    on_stack: set[int] = field(factory=set[int])
    found: list[list[int]] = field(factory=list[list[int]])

    def open(self, node: int) -> tuple[int, int]:
        self.index[node] = self.low[node] = len(self.index)
        self.stack.append(node)
        self.on_stack.add(node)
        return node, 0

    def close(self, node: int) -> None:
        if self.low[node] != self.index[node]:
            return
        members: list[int] = []
        while True:
            member = self.stack.pop()
            self.on_stack.discard(member)
            members.append(member)
            if member == node:
                break
        self.found.append(sorted(members))

    def explore(self, root: int) -> None:
        path = [self.open(root)]
        while path:
            node, step = path.pop()
            if step < len(self.successors[node]):
                path.append((node, step + 1))
                child = self.successors[node][step]
                if child not in self.index:
                    path.append(self.open(child))
                elif child in self.on_stack:
                    self.low[node] = min(self.low[node], self.index[child])
                continue
            self.close(node)
            if path:
                parent = path[-1][0]
                self.low[parent] = min(self.low[parent], self.low[node])


def strong_components(successors: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the strongly connected components, members ascending (Tarjan 1972).

    A component comes after all that can be reached from it: with predecessors as successors, in order of evaluation.
    """
    search = _Search(successors)
    for node in range(len(successors)):
        if node not in search.index:
            search.explore(node)
    return search.found


def topological_order(nodes: Sequence[int], predecessors: Sequence[Sequence[int]]) -> list[int]:
    """Return ``nodes`` with every predecessor first, smallest first among the free (Kahn 1962).

    Nodes on a cycle, and what follows them, are missing from the result.
    """
    inside = set(nodes)
    waiting = {node: len(inside.intersection(predecessors[node])) for node in nodes}
    followers: dict[int, list[int]] = {node: [] for node in nodes}
    for node in nodes:
        for before in inside.intersection(predecessors[node]):
            followers[before].append(node)
    free = [node for node in nodes if waiting[node] == 0]
    heapq.heapify(free)
    ordered: list[int] = []
    while free:
        node = heapq.heappop(free)
        ordered.append(node)
        for follower in followers[node]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(free, follower)
    return ordered


def shortest_cycle(start: int, members: Sequence[int], successors: Sequence[Sequence[int]]) -> list[int]:
    """Return the shortest way from ``start`` back to itself within ``members``: first and last are ``start``."""
    inside = set(members)
    came_from: dict[int, int] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for after in successors[node]:
            if after == start:
                way = [node]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return [*reversed(way), start]
            if after in inside and after not in came_from:
                came_from[after] = node
                queue.append(after)
    message = f"node {start} lies on no cycle"
    raise ValueError(message)


def same_bin_cycles(predecessors: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return one cycle per component of the same-bin graph that has any, each from its first member.

    The cycle reads along the dependencies: each member depends on the next.
    """
    return sorted(
        shortest_cycle(members[0], members, predecessors)
        for members in strong_components(predecessors)
        if len(members) > 1 or members[0] in predecessors[members[0]]
    )


def ordered_components(
    same_bin: Sequence[Sequence[int]], lagged: Sequence[Sequence[int]]
) -> list[tuple[list[int], bool]]:
    """Return components in order of evaluation, members in same-bin order, and whether each is a loop.

    ``same_bin[i]`` and ``lagged[i]`` are the predecessors of node ``i``. The same-bin graph must be acyclic.
    """
    before = [sorted({*same, *earlier}) for same, earlier in zip(same_bin, lagged, strict=True)]
    return [
        (topological_order(members, same_bin), len(members) > 1 or members[0] in before[members[0]])
        for members in strong_components(before)
    ]
