"""The order within a loop (SEMANTICS 3.4)."""

from __future__ import annotations

from flowtime_core.engine.order import ordered_components


def test_members_of_a_loop_come_in_order_within_a_bin() -> None:
    """3.4 Where 0 needs 1 in the same bin, 1 comes first; a node that needs its own past is a loop too."""
    assert ordered_components([[1], []], [[], [0]]) == [([1, 0], True)]
    assert ordered_components([[]], [[0]]) == [([0], True)]
