"""The queue recurrence (SEMANTICS 4.3 and 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define

if TYPE_CHECKING:
    from flowtime_core.records.series import FloatArray


@define(kw_only=True)
class QueueFlows:
    """Arrays of one queue, all [bin, scenario] of one width; the kernel fills ``depth`` and what follows it.

    Attributes
    ----------
    inflow, loss, room, limit : arrays
        What enters; what is to be lost; what may leave at most; the WIP limit (+inf for none). Not NaN, not negative.
    depth, released, overflow, cut : arrays
        Level at the end of the bin; what left as served; what the limit turned away; what was to leave and was not
        there.
    """

    initial: float
    inflow: FloatArray
    loss: FloatArray
    room: FloatArray
    limit: FloatArray
    depth: FloatArray
    released: FloatArray
    overflow: FloatArray
    cut: FloatArray


def advance_authored(q: QueueFlows, lo: int, hi: int) -> None:
    """``Q[t] = max(0, ((Q[t-1] + in) - released) - loss)``, then ``Q = min(Q, limit)``; the floor's cut is kept."""
    depth = np.full_like(q.depth[:1], q.initial)[0] if lo == 0 else q.depth[lo - 1]
    q.released[lo:hi] = q.room[lo:hi]
    for t in range(lo, hi):
        level = ((depth + q.inflow[t]) - q.released[t]) - q.loss[t]
        q.cut[t] = np.where(level < 0.0, -level, 0.0)
        depth = _hold(q, t, np.where(level < 0.0, 0.0, level))


def advance_derived(q: QueueFlows, lo: int, hi: int) -> None:
    """``served[t] = min(room, (Q[t-1] + in) - loss)`` and ``Q[t]`` the rest, then ``Q = min(Q, limit)``."""
    depth = np.full_like(q.depth[:1], q.initial)[0] if lo == 0 else q.depth[lo - 1]
    for t in range(lo, hi):
        content: FloatArray = depth + q.inflow[t]
        wanted: FloatArray = q.loss[t]
        loss: FloatArray = np.where(wanted > content, content, wanted)
        q.cut[t] = wanted - loss
        available: FloatArray = content - loss
        q.released[t] = np.where(q.room[t] < available, q.room[t], available)
        depth = _hold(q, t, available - q.released[t])


def _hold(q: QueueFlows, t: int, level: FloatArray) -> FloatArray:
    """Keep at most the limit; the rest overflows."""
    over = level > q.limit[t]
    q.overflow[t] = np.where(over, level - q.limit[t], 0.0)
    kept: FloatArray = np.where(over, q.limit[t], level)
    q.depth[t] = kept
    return kept


def advance_authored_single(q: QueueFlows, lo: int, hi: int) -> None:
    """Do what :func:`advance_authored` does for one scenario, with the same operations in plain floats."""
    depth = q.initial if lo == 0 else float(q.depth[lo - 1, 0])
    q.released[lo:hi] = q.room[lo:hi]
    rows = zip(*(a[lo:hi, 0].tolist() for a in (q.inflow, q.room, q.loss, q.limit)), strict=True)
    out: list[tuple[float, float, float]] = []
    for inflow, released, loss, limit in rows:
        level = ((depth + inflow) - released) - loss
        cut = -level if level < 0.0 else 0.0
        depth = max(level, 0.0)
        over = depth - limit if depth > limit else 0.0
        depth = min(depth, limit)
        out.append((depth, over, cut))
    if out:
        q.depth[lo:hi, 0], q.overflow[lo:hi, 0], q.cut[lo:hi, 0] = zip(*out, strict=True)


def advance_derived_single(q: QueueFlows, lo: int, hi: int) -> None:
    """Do what :func:`advance_derived` does for one scenario, with the same operations in plain floats."""
    depth = q.initial if lo == 0 else float(q.depth[lo - 1, 0])
    rows = zip(*(a[lo:hi, 0].tolist() for a in (q.inflow, q.room, q.loss, q.limit)), strict=True)
    out: list[tuple[float, float, float, float]] = []
    for inflow, room, wanted, limit in rows:
        content = depth + inflow
        loss = min(wanted, content)
        available = content - loss
        released = min(available, room)
        depth = available - released
        over = depth - limit if depth > limit else 0.0
        depth = min(depth, limit)
        out.append((depth, released, over, wanted - loss))
    if out:
        q.depth[lo:hi, 0], q.released[lo:hi, 0], q.overflow[lo:hi, 0], q.cut[lo:hi, 0] = zip(*out, strict=True)
