"""The promises of a node: completion, age of the backlog, adherence to its schedule (SEMANTICS 5.5)."""

from __future__ import annotations

import numpy as np

from flowtime_core.engine.kernels.sojourn import Passage, oldest_age
from flowtime_core.engine.metrics import throughput_ratio
from flowtime_core.engine.sla import completion, schedule_adherence
from flowtime_core.records.fixed import read_only
from flowtime_core.records.grid import Grid
from flowtime_core.records.series import BoolArray, FloatArray
from flowtime_core.records.state import SlaKind, SlaStatus, SlaWindow
from flowtime_core.state.course import Course
from flowtime_core.state.steps import Steps


def promises(of: Course, flow: Passage | None, grid: Grid, steps: Steps) -> tuple[SlaWindow, ...]:
    """Return the promises that mean something at a node, one value per step.

    Over a step completion is what its flows complete, adherence the share of its open bins that served, the age that
    at its end.
    """
    values, found = of.values, list[SlaWindow]()
    if {"arrivals", "served"} <= values.keys():
        found.append(_promise("completion", _completion(of, steps)))
    if flow is not None:
        ages = steps.levels(oldest_age(flow, values["queueDepth"]) * grid.bin_minutes)
        silent: SlaStatus = "noEvents" if flow.known > steps.first else "unavailable"
        found.append(_promise("backlogAge", ages, of.data.node.semantics.sla_minutes, silent))
    if of.opened is not None and "served" in values:
        kept = schedule_adherence(values["served"], of.opened)
        found.append(_promise("scheduleAdherence", steps.means(kept, np.ones(len(kept))), 1.0))
    return tuple(found)


def _completion(of: Course, steps: Steps) -> FloatArray:
    arrivals, served = of.values["arrivals"], of.values["served"]
    ratio = throughput_ratio(steps.sums(served), steps.sums(arrivals))
    if of.opened is None:
        return ratio
    held = completion(throughput_ratio(served, arrivals), of.opened)
    return np.where(steps.peaks(of.opened.astype(np.float64)) > 0.0, ratio, steps.levels(held))


def _promise(
    kind: SlaKind, values: FloatArray, threshold: float | None = None, silent: SlaStatus = "noEvents"
) -> SlaWindow:
    status: SlaStatus = "ok" if np.isfinite(values).any() else silent
    return SlaWindow(kind=kind, status=status, values=read_only(values), threshold=threshold)


def paused(of: Course, steps: Steps) -> tuple[bool, ...]:
    """Tell at the end of each step whether work waits behind a closed gate; nothing without gate or queue."""
    if of.opened is None or "queueDepth" not in of.values:
        return ()
    waits: BoolArray = (of.values["queueDepth"] > 0.0) & ~of.opened
    return tuple(waits[steps.ends].tolist())
