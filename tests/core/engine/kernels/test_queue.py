"""The queue recurrence, array form and plain-float form (SEMANTICS 4.3, 4.5)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from flowtime_core.engine.kernels import queue
from flowtime_core.engine.kernels.queue import QueueFlows

Advance = Callable[[QueueFlows, int, int], None]


def flows(
    inflow: list[float], room: list[float], *, loss: float = 0.0, limit: float = math.inf, initial: float = 0.0
) -> QueueFlows:
    """A queue of one scenario."""
    shape = (len(inflow), 1)
    zeros = {name: np.zeros(shape) for name in ("depth", "released", "overflow", "cut")}
    return QueueFlows(
        initial=initial,
        inflow=np.array(inflow).reshape(shape),
        room=np.array(room).reshape(shape),
        loss=np.full(shape, loss),
        limit=np.full(shape, limit),
        **zeros,
    )


@pytest.mark.parametrize("advance", [queue.advance_derived, queue.advance_derived_single])
def test_the_derived_recurrence(advance: Advance) -> None:
    """4.3a 2 + 5 - 1 = 6, serves 4, 2 over the limit of 0 turn away; then 0 + 0: the loss of 1 is cut."""
    q = flows([5.0, 0.0], [4.0, 4.0], loss=1.0, limit=0.0, initial=2.0)
    advance(q, 0, 2)
    assert q.released[:, 0].tolist() == [4.0, 0.0]
    assert q.depth[:, 0].tolist() == [0.0, 0.0]
    assert q.overflow[:, 0].tolist() == [2.0, 0.0]
    assert q.cut[:, 0].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("advance", [queue.advance_authored, queue.advance_authored_single])
def test_the_authored_recurrence(advance: Advance) -> None:
    """4.3b ((2 + 5) - 4) - 1 = 2; ((2 + 0) - 4) - 1 = -3 is floored and the cut of 3 kept."""
    q = flows([5.0, 0.0], [4.0, 4.0], loss=1.0, limit=1.5, initial=2.0)
    advance(q, 0, 2)
    assert q.released[:, 0].tolist() == [4.0, 4.0]
    assert q.depth[:, 0].tolist() == [1.5, 0.0]
    assert q.overflow[:, 0].tolist() == [0.5, 0.0]
    assert q.cut[:, 0].tolist() == [0.0, 3.5]


@pytest.mark.parametrize(
    "advance",
    [
        queue.advance_authored,
        queue.advance_authored_single,
        queue.advance_derived,
        queue.advance_derived_single,
    ],
)
def test_no_bins_change_nothing(advance: Advance) -> None:
    """A kernel asked for no bins writes none."""
    q = flows([5.0, 5.0], [4.0, 4.0], initial=2.0)
    q.depth[0] = 7.0
    advance(q, 1, 1)
    assert q.depth[:, 0].tolist() == [7.0, 0.0]


def test_the_order_of_operations_is_the_one_written() -> None:
    """4.3 (Q + in) - loss, in that order: (1e16 + 1) - 1e16 is 0 in floats, 1 only in another order."""
    q = flows([1.0], [math.inf], loss=1e16, initial=1e16)
    queue.advance_derived_single(q, 0, 1)
    assert q.released[0, 0] == 0.0
