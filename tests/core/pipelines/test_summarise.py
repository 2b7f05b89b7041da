"""Runs at a glance: totals, peaks, worst colours."""

from __future__ import annotations

import math

import pytest

import flowtime_core as ft
from flowtime_core.pipelines.summarise import summarise_nodes, summarise_series
from flowtime_core.records.diagnostic import BinRange
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.state.window import window
from tests.support.desk import MODEL, NO_TOPOLOGY
from tests.support.stored_runs import Node, stored_run

RUN = ft.run(MODEL).stored


def test_a_queue_is_summed_up_with_totals_peaks_and_its_course() -> None:
    """Flows are totals, depth has a peak and an end, and the course shows the depth."""
    desk, _ = summarise_nodes(RUN)
    assert (desk.id, desk.kind, desk.arrivals, desk.served, desk.errors) == ("Desk", "queue", 80, 55, None)
    assert (desk.queue_peak, desk.queue_end) == (27, 27)
    assert (desk.utilization_mean, desk.utilization_peak) == (1, 1)
    assert desk.latency_peak_minutes == 27
    assert (desk.trend.measure, desk.trend.values.tolist()) == ("queueDepth", [2, 7, 22, 27])
    assert (desk.trend.peak, desk.trend.peak_bin) == (27, 3)


def test_a_node_without_queue_or_load_shows_its_arrivals() -> None:
    """A sink has arrivals only, so they are its course; what it lacks is None."""
    _, exit_ = summarise_nodes(RUN)
    assert (exit_.trend.measure, exit_.utilization_mean, exit_.queue_peak, exit_.queue_end) == (
        "arrivals",
        None,
        None,
        None,
    )
    assert (exit_.worst_colour, exit_.worst_bin_count) == ("gray", 4)


def test_a_window_is_summed_up_alone() -> None:
    """Totals and the bins of the worst colour count the window only, in bins of the grid."""
    desk, _ = summarise_nodes(RUN, 2, 3)
    assert (desk.arrivals, desk.trend.values.tolist(), desk.trend.peak_bin) == (50, [22, 27], 3)
    assert desk.worst_bins == (BinRange(2, 3),)
    for first, last in ((0, 4), (-1, 2), (3, 1)):
        with pytest.raises(ft.InputError, match="expected") as caught:
            summarise_nodes(RUN, first, last)
        assert caught.value.code == "invalid_bin"


def test_steps_are_summed_up_as_a_window_of_them_has_it() -> None:
    """Peaks, colours and course of so many bins at a time, the last step with what is left; totals as ever."""
    desk, _ = summarise_nodes(RUN, 1, 3, 2)
    shown = window(RUN, 1, 3, WindowOptions(step=2)).nodes[0]
    assert desk.trend.values.tolist() == shown.metrics["queueDepth"].tolist() == [22, 27]
    assert (desk.arrivals, desk.trend.peak_bin, desk.worst_bin_count) == (70, 3, 3)
    gap = Node(id="Gap", roles={"arrivals": (math.nan, 2, 4, 5), "served": (1, 2, 4, 5)})
    (node,) = summarise_nodes(stored_run(gap, bins=4), step=2)
    assert (node.arrivals, node.trend.peak_bin, node.trend.peak) == (11, 2, 9)
    with pytest.raises(ft.InputError, match="step is 0"):
        summarise_nodes(RUN, step=0)


def test_the_worst_colour_is_the_reddest_of_any_bin() -> None:
    """One red bin makes a node red, and only the red bins are counted."""
    load = Node(id="Load", roles={"arrivals": (1, 9, 5), "served": (1, 9, 5), "capacity": (10, 10, 10)})
    (node,) = summarise_nodes(stored_run(load, bins=3))
    assert (node.worst_colour, node.worst_bins, node.worst_bin_count) == ("red", (BinRange(1, 1),), 1)
    assert node.trend.measure == "utilization"


def test_undefined_bins_do_not_count() -> None:
    """NaN is left out of totals, means and peaks; nothing defined gives None and an empty course."""
    gap = Node(id="Gap", roles={"arrivals": (math.nan, 2, 4), "served": (math.nan,) * 3})
    (node,) = summarise_nodes(stored_run(gap, bins=3))
    assert (node.arrivals, node.served, node.trend.measure) == (6, None, "arrivals")
    (blank,) = summarise_nodes(stored_run(Node(id="Blank", roles={"served": (math.nan,) * 3}), bins=3))
    assert (blank.trend.measure, blank.trend.peak, blank.trend.peak_bin) == ("", None, None)


def test_series_have_totals_only_where_they_flow() -> None:
    """The total of a level says nothing; mean and peak always do."""
    by_name = {series.name: series for series in summarise_series(RUN)}
    assert (by_name["served@Desk"].total, by_name["served@Desk"].mean) == (55, 13.75)
    assert (by_name["queueDepth@Desk"].total, by_name["queueDepth@Desk"].peak) == (None, 27)
    assert by_name["demand"].id == "demand@DEMAND@DEFAULT"


def test_a_run_without_topology_has_no_nodes() -> None:
    """Only its series can be summed up."""
    stored = ft.run(NO_TOPOLOGY).stored
    assert summarise_nodes(stored) == ()
    assert [series.name for series in summarise_series(stored)] == ["a", "b"]
