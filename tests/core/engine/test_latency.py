"""SEMANTICS 5.2: flow latency over throughput edges, by hand-checked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowtime_core.engine.latency import Link, flow_latency_ms
from flowtime_core.engine.ways import closing_pairs, flow_order
from flowtime_core.records.series import FloatArray

NAN = math.nan


def _row(*values: float) -> FloatArray:
    return np.array(values, dtype=float)


def _link(source: str, target: str, *flow: float, lag: int = 0) -> Link:
    return Link(source=source, target=target, flow=_row(*flow), lag=lag)


ONE = _row(1, 1, 1)


def test_latency_adds_up_along_the_flow() -> None:
    """SEMANTICS 5.2: 100 ms at A, then 50 ms at B: flow leaves B after 150 ms."""
    found = flow_latency_ms(
        {"A": _row(100), "B": _row(50)}, {"B": _row(1), "A": _row(1)}, [_link("A", "B", 1)], 60_000.0
    )
    assert {node: values.tolist() for node, values in found.items()} == {"B": [150.0], "A": [100.0]}
    assert list(found) == ["B", "A"]


def test_a_join_weighs_its_predecessors_by_flow() -> None:
    """SEMANTICS 5.2: 30 entities after 100 ms and 10 after 500 ms: (3000 + 5000)/40 = 200 ms before C's own 7."""
    cycles = {"A": _row(100), "B": _row(500), "C": _row(7)}
    links = [_link("A", "C", 30), _link("B", "C", 10)]
    assert flow_latency_ms(cycles, dict.fromkeys("ABC", _row(1)), links, 1.0)["C"] == 207.0


def test_what_does_not_flow_does_not_count() -> None:
    """SEMANTICS 5.2: predecessors without flow, or without a latency in that bin, are left out."""
    cycles = {"A": _row(100, 100, 100), "B": _row(500, NAN, 500)}
    links = [_link("A", "C", 1, 1, 0), _link("B", "C", NAN, 1, math.inf)]
    found = flow_latency_ms(cycles, dict.fromkeys("ABC", ONE), links, 1.0)
    np.testing.assert_array_equal(found["C"], [100, 100, NAN])


def test_lag_counts_and_reads_the_bin_in_which_the_flow_left() -> None:
    """SEMANTICS 5.2: lag 1 of a minute: 10 ms left in bin 0 arrives in bin 1 after 60010 ms; none before bin 0."""
    found = flow_latency_ms({"A": _row(10, 20, 30)}, {"A": ONE, "B": ONE}, [_link("A", "B", 5, 5, 5, lag=1)], 60_000.0)
    np.testing.assert_array_equal(found["B"], [NAN, 60_010, 60_020])


def test_a_lag_longer_than_the_run_brings_nothing() -> None:
    """SEMANTICS 5.2: what left before bin 0 has no latency to read."""
    links = [_link("A", "B", 5, 5, 5, lag=4)]
    assert np.isnan(flow_latency_ms({"A": ONE}, {"A": ONE, "B": ONE}, links, 1.0)["B"]).all()


def test_whichever_exists_and_null_when_nothing_is_served() -> None:
    """SEMANTICS 5.2: own alone, predecessor alone, both; null where served <= 0 or undefined."""
    served = {"A": _row(1, 1, 1, 1, 1), "B": _row(1, 1, 1, 0, NAN)}
    cycles = {"A": _row(5, NAN, 5, 5, 5), "B": _row(NAN, 2, 2, 2, 2)}
    found = flow_latency_ms(cycles, served, [_link("A", "B", 1, 1, 1, 1, 1)], 1.0)
    np.testing.assert_array_equal(found["B"], [5, 2, 7, NAN, NAN])


def test_a_node_with_neither_has_no_latency_at_all() -> None:
    """SEMANTICS 5.2: no cycle time here or before: the metric does not exist; nor without a served flow."""
    links = [_link("A", "B", 1), _link("C", "B", 1), _link("B", "D", 1)]
    assert flow_latency_ms({"C": _row(1)}, {"A": _row(1), "B": _row(1)}, links, 1.0) == {}


def test_edges_that_close_a_cycle_do_not_count() -> None:
    """SEMANTICS 5.2: the retry edge B -> A of a loop leaves A with its own 100 ms and B with 150."""
    cycles = {"A": _row(100), "B": _row(50)}
    links = [_link("B", "A", 1), _link("A", "B", 1), _link("In", "A", 1)]
    for order in ("In A B", "B A In"):
        found = flow_latency_ms(cycles, dict.fromkeys(order.split(), _row(1)), links, 1.0)
        assert (found["A"].tolist(), found["B"].tolist()) == ([100.0], [150.0])


@pytest.mark.parametrize(
    ("nodes", "pairs", "closing"),
    [
        ("ab", ["ab"], []),
        ("ab", ["ab", "ba"], ["ba"]),
        ("ab", ["aa", "ab"], ["aa"]),
        ("abc", ["ab", "bc", "ca", "ac"], ["ca"]),
        ("zab", ["zb", "ba", "ab"], ["ab"]),
        ("abcd", ["ab", "bd", "ac", "cd", "ab"], []),
    ],
)
def test_closing_pairs_lead_back_to_the_way(nodes: str, pairs: list[str], closing: list[str]) -> None:
    """The walk begins where nothing comes in; which edge closes a cycle does not depend on the order of declaration."""
    edges = [(pair[0], pair[1]) for pair in pairs]
    expected = {(pair[0], pair[1]) for pair in closing}
    assert closing_pairs(nodes, edges) == expected
    assert closing_pairs(reversed(nodes), reversed(edges)) == expected


def test_flow_order_puts_predecessors_first() -> None:
    """Free nodes keep their own order."""
    assert flow_order(["c", "b", "a"], [("a", "c")]) == ["b", "a", "c"]
