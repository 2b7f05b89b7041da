"""Order of evaluation: components, loops and cycles over plain numbers."""

from __future__ import annotations

import pytest

from flowtime_core.engine.order import (
    ordered_components,
    same_bin_cycles,
    shortest_cycle,
    strong_components,
    topological_order,
)


def test_a_chain_of_any_length_needs_no_recursion() -> None:
    """3.4 The search keeps its own stack: 50,000 nodes in a row are fine."""
    chain = [[i + 1] for i in range(49_999)] + [[]]
    assert len(strong_components(chain)) == 50_000


def test_nodes_that_reach_each_other_are_one_component() -> None:
    """3.4 0 and 1 close a loop, 2 only reads it."""
    assert sorted(strong_components([[1], [0], [1]])) == [[0, 1], [2]]


def test_a_component_within_a_component_is_found_whole() -> None:
    """3.4 Two loops that share a node are one component; a node already done is passed over."""
    assert sorted(strong_components([[1, 3], [2], [0, 1], []])) == [[0, 1, 2], [3]]


def test_predecessors_come_first_and_the_smallest_of_the_free_next() -> None:
    """3.4 The order depends on the dependencies and, where these leave a choice, on the declaration."""
    assert topological_order([0, 1, 2, 3], [[3], [], [1], []]) == [1, 2, 3, 0]


def test_nodes_on_a_cycle_have_no_place_in_the_order() -> None:
    """Nodes of a cycle, and what follows them, are missing."""
    assert topological_order([0, 1, 2, 3], [[1], [0], [1], []]) == [3]


def test_the_shortest_cycle_is_found() -> None:
    """3.4 Of the ways 0-1-2-0 and 0-2-0 the shorter is printed."""
    assert shortest_cycle(0, [0, 1, 2], [[1, 2], [2], [0]]) == [0, 2, 0]


def test_a_cycle_leaves_no_component() -> None:
    """Nodes outside the component are no way back, and seen ones are not tried again."""
    assert shortest_cycle(0, [0, 1, 2], [[3, 1, 2], [2], [1, 0], [0]]) == [0, 2, 0]


def test_a_node_on_no_cycle_is_refused() -> None:
    """Asking for the cycle of a node that has none is a fault of the caller."""
    with pytest.raises(ValueError, match="node 0 lies on no cycle"):
        shortest_cycle(0, [0, 1], [[1], []])


def test_one_cycle_is_told_per_component() -> None:
    """3.4 Each component of the same-bin graph that has a cycle gives one, each from its first member."""
    assert same_bin_cycles([[1], [0], [2], [], [0]]) == [[0, 1, 0], [2, 2]]


def test_lagged_dependencies_make_loops_of_components() -> None:
    """3.4 1 and 2 read each other, one of them lagged: a loop, in the order of the same bin; the rest is no loop."""
    assert ordered_components([[], [2], [0], [1]], [[], [], [1], []]) == [([0], False), ([2, 1], True), ([3], False)]


def test_a_node_that_reads_its_own_past_is_a_loop() -> None:
    """3.4 ``p = SHIFT(p, 1) + 1`` is a loop of one."""
    assert ordered_components([[]], [[0]]) == [([0], True)]
