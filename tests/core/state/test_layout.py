"""Where nodes are drawn: layers by the longest way, few crossings, always the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.records.graph import Place
from flowtime_core.state.layout import layout


def _places(nodes: str, *pairs: str) -> dict[str, tuple[int, int]]:
    places, _order = layout(list(nodes), [(pair[0], pair[1]) for pair in pairs])
    return {node: (place.layer, place.order) for node, place in places.items()}


def test_a_node_stands_behind_the_last_of_its_predecessors() -> None:
    """The longest way counts: a -> d directly does not bring d before c."""
    assert _places("abcd", "ab", "bc", "cd", "ad") == {"a": (0, 0), "b": (1, 0), "c": (2, 0), "d": (3, 0)}


def test_an_edge_that_closes_a_cycle_does_not_count() -> None:
    """The retry c -> a leaves a in front."""
    assert _places("abc", "ab", "bc", "ca") == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}


def test_neighbours_stand_side_by_side() -> None:
    """Declared crosswise, drawn straight: c follows a and d follows b."""
    placed = _places("abdc", "ac", "bd")
    assert (placed["c"], placed["d"]) == ((1, 0), (1, 1))


def test_pixels_are_centred_on_the_tallest_layer() -> None:
    """Three in layer 0, one behind them: it stands beside the middle one."""
    places, order = layout(["a", "b", "c", "d"], [("a", "d"), ("b", "d"), ("c", "d")])
    assert places["b"] == Place(x=0.0, y=120.0, layer=0, order=1)
    assert places["d"] == Place(x=240.0, y=120.0, layer=1, order=0)
    assert order == ["a", "b", "c", "d"]


def test_nothing_has_no_layout() -> None:
    """No nodes, no places."""
    assert layout([], []) == ({}, [])


@given(pairs=st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12))
def test_every_node_has_its_own_place(pairs: list[tuple[str, str]]) -> None:
    """Law: whatever the edges, cycles and loops included, all nodes are placed, no two on one spot, the same twice."""
    places, order = layout(list("abcdef"), pairs)
    assert sorted(order) == list("abcdef")
    assert len({(place.layer, place.order) for place in places.values()}) == 6
    assert (places, order) == layout(list("abcdef"), pairs)
