"""Signals of a node over a window of bins, told when a state is asked for (SEMANTICS 6.1).

Roles are float64 arrays of shape (bins,), one value per bin of the window, NaN where nothing is known. A signal
needs a queue whose queue time is defined in some bin of the window.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from flowtime_core.engine.metrics import effective_capacity, latency_minutes, queue_time_ms
from flowtime_core.engine.tolerance import tolerance
from flowtime_core.expr.kernels.whole import exact_sum, mean
from flowtime_core.records.diagnostic import BinRange, Diagnostic
from flowtime_core.records.topology import QUEUE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.series import BoolArray, FloatArray
    from flowtime_core.records.topology import TopologyNode

SHORTEST_STREAK: Final = 3
"""Growth counts from so many steps on, overload and age from so many bins on."""

STATIONARITY_TOLERANCE: Final = 0.25
"""How far the mean arrivals of the two halves of a window may lie apart, as a share of the larger one."""

SIGNAL_ROLES: Final = {
    "backlog_growth_streak": "queueDepth",
    "backlog_overload_ratio": "arrivals",
    "backlog_age_risk": "latencyMinutes",
    "littles-law-non-stationary": "arrivals",
}
"""The code of every signal, and the series it is about."""


def signals(
    node: TopologyNode,
    roles: Mapping[str, FloatArray],
    *,
    bin_ms: float,
    first: int = 0,
    stationarity: float = STATIONARITY_TOLERANCE,
) -> tuple[Diagnostic, ...]:
    """Return the signals of a node, each with its longest streak of bins (the first of equals) and its worst value.

    Parameters
    ----------
    node : TopologyNode
        Whose signals; only queues have any.
    roles : mapping of role to float64 array, shape (bins of the window,)
        ``queueDepth``, ``served`` (the released flow), ``arrivals``, ``capacity``, ``parallelism``; those it has.
    bin_ms : float
        Length of a bin [ms].
    first : int
        Number of the window's first bin: the bins of findings are those of the grid.
    stationarity : float
        Most that the mean arrivals of two halves may differ, as a share of the larger.
    """
    if node.kind not in QUEUE_KINDS or "queueDepth" not in roles or "served" not in roles:
        return ()
    latency = latency_minutes(queue_time_ms(roles["queueDepth"], roles["served"], bin_ms))
    if np.isnan(latency).all():
        return ()
    with np.errstate(invalid="ignore"):  # infinite less infinite is undefined, and so no signal
        found = (
            _growth(node.id, roles["queueDepth"], first),
            _overload(node.id, roles, first),
            _age(node, latency, first),
            _drift(node.id, roles.get("arrivals"), first, stationarity),
        )
    return tuple(signal for signal in found if signal is not None)


def longest_streak(holds: BoolArray) -> tuple[int, int]:
    """Return first position and length of the longest run of True, the first of equals; length 0 without any."""
    best = (0, 0)
    start = 0
    for t, yes in enumerate(holds.tolist()):
        if not yes:
            start = t + 1
        elif t + 1 - start > best[1]:
            best = (start, t + 1 - start)
    return best


def _growth(node_id: str, depth: FloatArray, first: int) -> Diagnostic | None:
    """A queue that rises in at least three steps on end; the streak begins at the bin before the first rise."""
    rises = depth[1:] - depth[:-1]
    start, length = longest_streak(rises > tolerance(depth[1:]))
    if length < SHORTEST_STREAK:
        return None
    streak = rises[start : start + length].tolist()
    return Diagnostic(
        code="backlog_growth_streak",
        message=f"the queue of {node_id!r} grows {length} bins on end",
        node_id=node_id,
        bins=(BinRange(first + start, first + start + length),),
        value=max(streak),
        total=exact_sum(streak),
    )


def _overload(node_id: str, roles: Mapping[str, FloatArray], first: int) -> Diagnostic | None:
    """Arrivals above the effective capacity in at least three bins on end; the value is the worst ratio."""
    if "arrivals" not in roles or "capacity" not in roles:
        return None
    arrivals = roles["arrivals"]
    capacity = effective_capacity(roles["capacity"], roles.get("parallelism"))
    start, length = longest_streak((capacity > 0.0) & (arrivals - capacity > tolerance(capacity)))
    if length < SHORTEST_STREAK:
        return None
    streak = slice(start, start + length)
    return Diagnostic(
        code="backlog_overload_ratio",
        message=f"more arrives at {node_id!r} than it can serve, {length} bins on end",
        node_id=node_id,
        bins=(BinRange(first + start, first + start + length - 1),),
        value=float(np.max(arrivals[streak] / capacity[streak])),
    )


def _age(node: TopologyNode, latency: FloatArray, first: int) -> Diagnostic | None:
    """Latency [min] above ``slaMin`` in at least three bins on end; the value is the worst latency."""
    sla = node.semantics.sla_minutes
    if sla is None or sla <= 0.0:
        return None
    start, length = longest_streak(latency - sla > tolerance(latency))
    if length < SHORTEST_STREAK:
        return None
    return Diagnostic(
        code="backlog_age_risk",
        message=f"work waits at {node.id!r} for longer than {sla:g} minutes, {length} bins on end",
        node_id=node.id,
        bins=(BinRange(first + start, first + start + length - 1),),
        value=float(np.max(latency[start : start + length])),
    )


def _drift(node_id: str, arrivals: FloatArray | None, first: int, most: float) -> Diagnostic | None:
    """Mean arrivals of the two halves of the window that lie far apart: Little's law needs a steady flow."""
    if arrivals is None:
        return None
    middle = len(arrivals) // 2
    means = [_mean(half) for half in (arrivals[:middle], arrivals[middle:])]
    larger, smaller = np.max(means), np.min(means)  # NaN where a half has no value
    if not larger > 0.0 or not larger - smaller > most * larger + tolerance(larger):
        return None
    return Diagnostic(
        code="littles-law-non-stationary",
        message=f"arrivals at {node_id!r} average {means[0]:.6g} in the first half and {means[1]:.6g} in the second",
        node_id=node_id,
        bins=(BinRange(first, first + len(arrivals) - 1),),
        value=float((larger - smaller) / larger),
    )


def _mean(values: FloatArray) -> float:
    """Return the mean of the finite values, NaN without any."""
    known = values[np.isfinite(values)].tolist()
    return mean(known) if known else math.nan
