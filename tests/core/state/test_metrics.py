"""How often nodes met their level (REF 5.6.1), by hand-checked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowtime_core.errors import InputError
from flowtime_core.state.metrics import metrics
from tests.support.stored_runs import Node, stored_run

NAN = math.nan
DESK = Node(id="Desk", roles={"arrivals": [20, 20, 0, 10], "served": [19, 18, 0, 20]})


def test_a_bin_meets_the_level_from_95_percent_on() -> None:
    """REF 5.6.1: 19 of 20 meets it, 18 does not, nothing to do meets it, more than came counts as all."""
    [level] = metrics(stored_run(DESK)).services
    assert level.ratios.tolist() == [0.95, 0.9, 1, 1]
    assert (level.bins_met, level.bins_total, level.share) == (3, 4, 0.75)


def test_an_unknown_bin_does_not_count() -> None:
    """REF 5.6.1: null where either is null; a node with no known bin has met nothing."""
    unknown = Node(id="Desk", roles={"arrivals": [NAN, 0, 4, 4], "served": [1, NAN, 4, NAN]})
    [level] = metrics(stored_run(unknown, mode="telemetry")).services
    np.testing.assert_array_equal(level.ratios, [NAN, NAN, 1, NAN])
    assert (level.bins_met, level.bins_total) == (1, 1)
    [level] = metrics(stored_run(unknown, mode="telemetry"), 0, 1).services
    assert level.share == 0


def test_only_nodes_that_serve_or_hold_have_a_level() -> None:
    """REF 5.6.1: dependencies and sinks have none, nor a queue that does not say what it served."""
    others = [Node(id=kind, kind=kind, roles={"arrivals": 1.0, "served": 1.0}) for kind in ("dependency", "sink")]
    pit = Node(id="Pit", kind="dlq", roles={"arrivals": 1.0, "queueDepth": 1.0})
    queue = Node(id="Q", kind="queue", roles={"arrivals": 1.0, "served": 1.0, "queueDepth": 0.0})
    assert [level.id for level in metrics(stored_run(DESK, *others, pit, queue)).services] == ["Desk", "Q"]


def test_a_window_has_its_own_start() -> None:
    """CONTRACT 6: start and end bins, both included."""
    levels = metrics(stored_run(DESK), 1, 2)
    assert levels.start is not None
    assert (levels.start.minute, levels.bins, levels.bin_minutes) == (5, 2, 5)
    assert metrics(stored_run(DESK, start=None)).start is None


@pytest.mark.parametrize(("start", "end"), [(0, 4), (-1, 2), (2, 1)])
def test_bins_outside_the_grid_are_refused(start: int, end: int) -> None:
    """CONTRACT 6: `invalid_bin`."""
    with pytest.raises(InputError) as caught:
        metrics(stored_run(DESK), start, end)
    assert caught.value.code == "invalid_bin"
