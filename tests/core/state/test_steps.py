"""What one value of a window stands for: sums of flows, levels at the end, means of what is defined."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.errors import InputError, LimitError
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.state.steps import Steps
from flowtime_core.state.window import window
from tests.support.stored_runs import Node, stored_run

NAN = math.nan
VALUES = np.array([9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 9.0])
STEPS = Steps(first=1, last=5, size=2)


def test_the_last_step_takes_what_is_left() -> None:
    """Bins 1 to 5 in steps of 2 are 1-2, 3-4 and 5."""
    assert (STEPS.starts.tolist(), STEPS.ends.tolist(), STEPS.lengths.tolist()) == ([1, 3, 5], [2, 4, 5], [2, 2, 1])


def test_flows_are_summed_levels_taken_at_the_end() -> None:
    """CONTRACT 6: 1+2, 3+4, 5; at the end 2, 4, 5; at most 2, 4, 5."""
    assert STEPS.sums(VALUES).tolist() == [3, 7, 5]
    assert STEPS.levels(VALUES).tolist() == [2, 4, 5]
    assert STEPS.peaks(VALUES[::-1]).tolist() == [5, 3, 1]


def test_what_is_not_known_in_a_bin_is_not_known_in_its_step() -> None:
    """CONTRACT 5: a missing bin is null, never 0, and so is a sum over it."""
    values = np.array([NAN, 1, NAN, 3, 4, 5])
    np.testing.assert_array_equal(STEPS.sums(values), [NAN, 7, 5])


def test_means_weigh_what_is_defined() -> None:
    """(1 x 1 + 2 x 3)/4 = 1.75; undefined values and values without weight do not count."""
    weights = np.array([0, 1, 3, 1, 1, 0], dtype=float)
    np.testing.assert_array_equal(STEPS.means(np.array([0, 1, 2, NAN, 6, 7]), weights), [1.75, 6, NAN])


def test_a_step_of_one_bin_is_the_window_itself() -> None:
    """Nothing is added, averaged or rounded."""
    one = Steps(first=1, last=3)
    for shown in (one.sums(VALUES), one.levels(VALUES), one.peaks(VALUES), one.means(VALUES, np.zeros(7))):
        assert shown.tolist() == [1, 2, 3]


QUEUE = Node(
    id="Q",
    kind="serviceWithBuffer",
    sla=5.0,
    roles={
        "arrivals": [10, 10, 0, 4, 2],
        "served": [6, 4, 4, 6, 8],
        "queueDepth": [4, 10, 6, 4, 0],
        "capacity": [6, 4, 4, 6, 10],
        "parallelism": [1, 2, 2, 1, 1],
        "processingTimeMsSum": [600, 800, 400, 600, 800],
        "servedCount": [6, 4, 4, 6, 8],
    },
)


def test_ratios_are_computed_from_what_was_summed() -> None:
    """SEMANTICS 5.1 over bins 0-1, 2-3, 4: served 10, 10, 8 of C 6+8, 8+6, 10; queue 10, 4, 0 at the ends;
    10/10 x 2 bins of 5 minutes; 1400 ms/10; the last step has one bin.
    """
    state = window(stored_run(QUEUE, bins=5), 0, 4, WindowOptions(step=2))
    [node] = state.nodes
    assert [time.minute for time in state.timestamps] == [0, 10, 20]
    assert (state.window.bin_count, state.window.step) == (5, 2)
    assert node.metrics["arrivals"].tolist() == [20, 4, 2]
    assert node.metrics["queueDepth"].tolist() == [10, 4, 0]
    assert node.metrics["capacity"].tolist() == [10, 10, 10]
    assert node.metrics["parallelism"].tolist() == [2, 1, 1]
    assert node.derived["utilization"].tolist() == [10 / 14, 10 / 14, 0.8]
    assert node.derived["latencyMinutes"].tolist() == [10, 4, 0]
    assert node.derived["serviceTimeMs"].tolist() == [140, 100, 100]
    assert node.derived["throughputRatio"].tolist() == [0.5, 1, 1]
    assert len(node.colours) == 3


def test_sojourns_of_a_step_are_those_of_all_that_left_in_it() -> None:
    """SEMANTICS 5.6: Little's law over the whole run, which starts and ends empty: the area 2+7+8+5+2 bins over 26."""
    run = stored_run(QUEUE, bins=5)
    whole = window(run, 0, 4, WindowOptions(step=5)).nodes[0].derived["sojournMeanMinutes"]
    assert whole.tolist() == pytest.approx([24 / 26 * 5])


def test_many_bins_need_a_step() -> None:
    """CONTRACT 6: 1000 bins are 500 steps of 2; 1001 are too many, and the hint says which step fits."""
    run = stored_run(Node(id="A", roles={"arrivals": 1.0, "served": 1.0}), bins=1001)
    assert len(window(run, 0, 999, WindowOptions(step=2)).timestamps) == 500
    with pytest.raises(LimitError, match="1001 bins in steps of 2") as caught:
        window(run, 0, 1000, WindowOptions(step=2))
    assert "step of 3 bins" in caught.value.hint


@pytest.mark.parametrize("step", [0, -1])
def test_a_step_is_at_least_one_bin(step: int) -> None:
    """A step below 1 is the caller's mistake."""
    with pytest.raises(InputError, match=f"step is {step}"):
        window(stored_run(QUEUE, bins=5), 0, 4, WindowOptions(step=step))


@given(bins=st.integers(1, 12), step=st.integers(1, 13), data=st.data())
def test_steps_keep_the_total(bins: int, step: int, data: st.DataObject) -> None:
    """Law: the flows of a window add up to the same total, whatever the step."""
    flow = data.draw(st.lists(st.integers(0, 100), min_size=bins, max_size=bins), label="flow")
    first = data.draw(st.integers(0, bins - 1), label="first")
    steps = Steps(first=first, last=bins - 1, size=step)
    assert sum(steps.sums(np.array(flow, dtype=float)).tolist()) == sum(flow[first:])
    assert steps.lengths.sum() == bins - first
