"""Gap rules: which bins they select, which rule decides, what becomes of the values (CONTRACT 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from attrs import evolve

from flowtime_core.codec.csv import SeriesReading
from flowtime_core.codec.gap_configuration import decode_gap_configuration
from flowtime_core.engine.rng import Pcg32
from flowtime_core.records.telemetry import GapChange
from flowtime_core.telemetry.gaps import inject, plan_gaps, select_bins
from tests.support.captures import BINS, GRID, rules


def planned(*lines: str, node: str = "Desk", metric: str = "arrivals", **changes: Any) -> tuple[GapChange, ...]:  # noqa: ANN401 - any field of a grid
    """What rules in flow style do to a metric."""
    configuration = decode_gap_configuration(rules(*lines), source="g")
    return plan_gaps(configuration, evolve(GRID, **changes), node, metric)


def bins_of(selector: str, **changes: Any) -> list[int]:  # noqa: ANN401 - any field of a grid
    """The bins that a selector means."""
    rule = decode_gap_configuration(rules(f"bins: {selector}, action: nan"), source="g").rules[0]
    return np.flatnonzero(select_bins(rule.bins, evolve(GRID, **changes), Pcg32(1))).tolist()


@pytest.mark.parametrize(
    ("selector", "bins"),
    [
        ('[1, "3-4", 11]', [1, 3, 4, 11]),
        ('["10-99", 500]', [10, 11]),
        ("{every: 4}", [0, 4, 8]),
        ("{every: 4, offset: 2, length: 2}", [2, 3, 6, 7, 10, 11]),
        ("{every: 5, offset: 3, length: 9}", [3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ("{fraction: 0}", []),
        ("{fraction: 1}", list(range(BINS))),
        ('{from: "2025-01-01T00:05:00Z", to: "2025-01-01T00:20:00Z"}', [1, 2, 3]),
        ('{from: "2025-01-01T00:05:01Z", to: "2025-01-01T00:20:01Z"}', [2, 3, 4]),
        ('{from: "2025-01-01T00:50:00Z"}', [10, 11]),
        ('{to: "2025-01-01T00:10:00Z"}', [0, 1]),
        ('{from: "1999-01-01T00:00:00Z", to: "2000-01-01T00:00:00Z"}', []),
        ('{from: "1999-01-01T00:00:00Z", to: "2999-01-01T00:00:00Z"}', list(range(BINS))),
    ],
)
def test_selectors(selector: str, bins: list[int]) -> None:
    """Lists and ranges, every so many, a share, a span of time; what lies beyond the grid is passed over."""
    assert bins_of(selector) == bins


def test_times_need_a_start() -> None:
    """On a grid without a start no bin begins at any time."""
    assert bins_of('{from: "1999-01-01T00:00:00Z"}', start=None) == []


def test_a_share_is_drawn_per_metric_and_seed() -> None:
    """A drawn share is about as large as asked, the same at each try, and another one for each node and metric."""
    rule = "bins: {fraction: 0.25}, action: nan"
    drawn = {
        (node, metric): planned(rule, node=node, metric=metric, bins=1000)
        for node in ("A", "B")
        for metric in ("arrivals", "served")
    }
    assert len(set(drawn.values())) == 4
    assert planned(rule, node="A", bins=1000) == drawn["A", "arrivals"]
    (change,) = drawn["A", "arrivals"]
    assert 200 < sum(span.last - span.first + 1 for span in change.bins) < 300


def test_nodes_and_metrics() -> None:
    """Globs name nodes, roles name metrics; a rule without them concerns all."""
    rule = 'nodes: ["Des?", "Pay*"], metrics: [arrivals], bins: [1], action: nan'
    assert planned(rule)
    assert planned(rule, node="Payment")
    assert not planned(rule, node="desk")
    assert not planned(rule, metric="served")
    assert planned("bins: [1], action: nan", node="x", metric="y")


def test_the_last_rule_decides() -> None:
    """A bin that two rules select belongs to the later one; a rule that loses every bin changes nothing."""
    first, last = planned('bins: ["2-6"], action: nan', 'bins: ["4-5"], action: zero, reason: again')
    assert (first.rule, [str(span) for span in first.bins]) == (1, ["2-3", "6"])
    assert (last.rule, [str(span) for span in last.bins], last.reason) == (2, ["4-5"], "again")
    (only,) = planned("bins: [4], action: nan", "bins: [4], action: zero")
    assert only.rule == 2


def test_truncate_keeps_the_first_bin() -> None:
    """A truncation drops every row after the first selected bin; at the last bin there is nothing to drop."""
    (change,) = planned("bins: [9, 4], action: truncate")
    assert [str(span) for span in change.bins] == ["5-11"]
    assert planned("bins: [11], action: truncate") == ()
    assert planned("bins: [99], action: truncate") == ()


def test_inject() -> None:
    """Zero and NaN write a row, also where there was none; remove takes it away; the rest stays."""
    values = np.arange(6, dtype=np.float64)
    missing = np.array([False] * 5 + [True])
    values[5] = np.nan
    reading = SeriesReading(values=values, missing=missing)
    changes = planned(
        "bins: [1], action: zero",
        "bins: [2], action: nan",
        "bins: [3], action: remove",
        "bins: [5], action: zero",
        bins=6,
    )
    after = inject(reading, changes)
    np.testing.assert_array_equal(after.values, [0, 0, np.nan, np.nan, 4, 0])
    np.testing.assert_array_equal(after.missing, [False, False, False, True, False, False])
    assert inject(after, changes) == after
    assert inject(reading, ()) == reading
