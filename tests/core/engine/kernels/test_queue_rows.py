"""The queue recurrence row by row: fractions of an entity, and rows run one after the other (SEMANTICS 4.3, 4.5)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from flowtime_core.engine.kernels import queue
from flowtime_core.engine.kernels.queue import QueueFlows

Advance = Callable[[QueueFlows, int, int], None]
WAYS = [(1, "_single"), (1, ""), (3, "")]


def flows(width: int, initial: float, inflow: list[float], loss: list[float], room: list[float]) -> QueueFlows:
    """Flows of a queue with limit 2.5, equal in every scenario."""

    def column(values: list[float]) -> np.ndarray:
        return np.repeat(np.array(values)[:, np.newaxis], width, axis=1)

    names = ("depth", "released", "overflow", "cut")
    return QueueFlows(
        initial=initial,
        inflow=column(inflow),
        loss=column(loss),
        room=column(room),
        limit=np.full((len(inflow), width), 2.5),
        **{name: np.full((len(inflow), width), np.nan) for name in names},
    )


def results(q: QueueFlows) -> dict[str, list[float]]:
    """Depth, released, overflow and cut, which every scenario has alike."""
    arrays = {"depth": q.depth, "released": q.released, "overflow": q.overflow, "cut": q.cut}
    assert all((array == array[:, :1]).all() for array in arrays.values())
    return {name: array[:, 0].tolist() for name, array in arrays.items()}


@pytest.mark.parametrize("by_bin", [False, True])
@pytest.mark.parametrize(("width", "way"), WAYS)
def test_an_authored_queue_in_fractions(width: int, way: str, *, by_bin: bool) -> None:
    """4.3b From 0.5: +1 -0.75 -0.25 = 0.5; +0.25 -1 = -0.25, cut; +3 = 3, of which 0.5 overflows; -2.25 = 0.25."""
    q = flows(width, 0.5, [1, 0.25, 3, 0], [0.25, 0, 0, 0], [0.75, 1, 0, 2.25])
    advance: Advance = getattr(queue, f"advance_authored{way}")
    for lo, hi in [(t, t + 1) for t in range(4)] if by_bin else [(0, 4)]:
        advance(q, lo, hi)
    assert results(q) == {
        "depth": [0.5, 0, 2.5, 0.25],
        "released": [0.75, 1, 0, 2.25],
        "overflow": [0, 0, 0.5, 0],
        "cut": [0, 0.25, 0, 0],
    }


@pytest.mark.parametrize("by_bin", [False, True])
@pytest.mark.parametrize(("width", "way"), WAYS)
def test_a_derived_server_in_fractions(width: int, way: str, *, by_bin: bool) -> None:
    """4.3a From 0.5: 1.5 less 0.25 serves 0.75 of 1.25; 0.75 serves all; 3 keeps 2.5; of 2.5, 2.75 cannot be lost."""
    q = flows(width, 0.5, [1, 0.25, 3, 0], [0.25, 0, 0, 2.75], [0.75, 1, 0, 9])
    advance: Advance = getattr(queue, f"advance_derived{way}")
    for lo, hi in [(t, t + 1) for t in range(4)] if by_bin else [(0, 4)]:
        advance(q, lo, hi)
    assert results(q) == {
        "depth": [0.5, 0, 2.5, 0],
        "released": [0.75, 0.75, 0, 0],
        "overflow": [0, 0, 0.5, 0],
        "cut": [0, 0, 0, 0.25],
    }
