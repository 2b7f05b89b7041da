"""The state of every node over a window of bins."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.errors import ConflictError, InputError, LimitError, PreconditionError
from flowtime_core.records.policy import DispatchSchedule
from flowtime_core.state.snapshot import snapshot
from flowtime_core.state.window import window
from tests.support.stored_runs import ORDER_SERVICE, START, SUPPORT_QUEUE, Node, stored_run


def test_both_ends_belong_to_the_window() -> None:
    """A window from 1 to 3 has three bins, three timestamps and three values per series."""
    answer = window(stored_run(ORDER_SERVICE, SUPPORT_QUEUE), 1, 3)
    assert (answer.window.start_bin, answer.window.end_bin, answer.window.bin_count) == (1, 3, 3)
    assert answer.timestamps == tuple(START + timedelta(minutes=5 * t) for t in (1, 2, 3))
    np.testing.assert_array_equal(answer.nodes[0].metrics["served"], [6, 9, 4])
    assert answer.nodes[0].colours == ("yellow", "red", "red")
    assert answer.nodes[1].colours == ("red", "red", "green")


def test_values_of_a_window_cannot_be_written() -> None:
    """An answer is a value: its arrays are read-only and equal windows are equal."""
    run = stored_run(ORDER_SERVICE)
    answer = window(run, 0, 3)
    assert not answer.nodes[0].derived["utilization"].flags.writeable
    assert answer == window(run, 0, 3)
    assert answer != window(run, 0, 2)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (-1, 3, "startBin is -1, expected 0 to 3"),
        (4, 4, "startBin is 4, expected 0 to 3"),
        (0, 4, "endBin is 4, expected 0 to 3"),
        (2, 1, "endBin is 1, expected 2 to 3"),
    ],
)
def test_a_window_outside_the_grid_is_refused_with_the_range(start: int, end: int, message: str) -> None:
    """CONTRACT 6: every wrong end is `invalid_bin`, and the message says what is allowed."""
    with pytest.raises(InputError, match=message) as caught:
        window(stored_run(ORDER_SERVICE), start, end)
    assert caught.value.code == "invalid_bin"


def test_a_window_holds_at_most_500_bins() -> None:
    """CONTRACT 6: 500 bins are answered, 501 are `window_too_large`."""
    run = stored_run(Node(id="A", roles={"arrivals": 1.0, "served": 1.0}), bins=501)
    assert len(window(run, 1, 500).timestamps) == 500
    with pytest.raises(LimitError, match="501 bins") as caught:
        window(run, 0, 500)
    assert caught.value.code == "window_too_large"


def test_a_window_needs_the_start_of_the_grid() -> None:
    """CONTRACT 6: without a start the bins have no time, which is a conflict of the stored run."""
    with pytest.raises(ConflictError) as caught:
        window(stored_run(ORDER_SERVICE, start=None), 0, 3)
    assert caught.value.code == "start_unknown"


def test_a_run_without_topology_has_no_window() -> None:
    """CONTRACT 6: without topology nodes there is nothing to answer about."""
    with pytest.raises(PreconditionError):
        window(stored_run(), 0, 0)


FLOW = st.floats(min_value=0, max_value=1e6)
ROLE_NAMES = ("arrivals", "served", "errors", "attempts", "queueDepth", "capacity", "processingTimeMsSum")


@given(
    data=st.data(),
    bins=st.integers(1, 8),
    kind=st.sampled_from(["service", "queue", "serviceWithBuffer", "dlq"]),
)
def test_a_window_is_the_row_of_its_snapshots(data: st.DataObject, bins: int, kind: str) -> None:
    """Law: what a window shows at a bin is what the snapshot of that bin shows, for all nodes, values and bins."""
    roles = {role: data.draw(st.lists(FLOW, min_size=bins, max_size=bins), label=role) for role in ROLE_NAMES}
    dispatch = DispatchSchedule(period_bins=2, phase_offset=1)
    run = stored_run(Node(id="A", kind=kind, sla=3.0, dispatch=dispatch, roles=roles), bins=bins)
    start = data.draw(st.integers(0, bins - 1), label="start")
    answer = window(run, start, bins - 1)
    assert answer.metadata == snapshot(run, start).metadata
    for t in range(start, bins):
        moment = snapshot(run, t)
        assert (moment.bin.start, moment.warnings) == (answer.timestamps[t - start], answer.warnings)
        for row, node in zip(answer.nodes, moment.nodes, strict=True):
            assert (row.id, row.kind, row.telemetry) == (node.id, node.kind, node.telemetry)
            assert row.colours[t - start] == node.colour
            for shown, single in ((row.metrics, node.metrics), (row.derived, node.derived)):
                assert shown.keys() == single.keys()
                for name, values in shown.items():
                    np.testing.assert_array_equal(values[t - start], single[name])
