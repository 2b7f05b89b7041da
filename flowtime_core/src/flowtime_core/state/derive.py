"""From the roles of a node to its metrics and colours over the steps of a window."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from flowtime_core.engine.kernels.sojourn import Passage, departures, mean_wait, wait_quantiles
from flowtime_core.engine.metrics import derive_metrics, effective_capacity, node_colour
from flowtime_core.records.grid import Grid
from flowtime_core.records.measure import MEASURES
from flowtime_core.records.series import FloatArray
from flowtime_core.state.course import Course
from flowtime_core.state.steps import Steps

QUANTILES = {"sojournP50Minutes": 0.5, "sojournP85Minutes": 0.85, "sojournP95Minutes": 0.95}


@frozen(kw_only=True)
class NodeState:
    """Roles, derived metrics and colours of a node, one value per step."""

    metrics: Mapping[str, FloatArray] = field(eq=False)
    derived: Mapping[str, FloatArray] = field(eq=False)
    colours: tuple[str, ...]


def derive(of: Course, grid: Grid, steps: Steps, variations: Mapping[str, float] | None = None) -> NodeState:
    """Return the state of a node over the steps of a window.

    Flows are summed, levels are those at the end of the step, ratios are computed from these (SEMANTICS 5.1, 5.3).
    ``variations`` are ``arrivalsCv`` and ``processingTimeCv`` [1] where known.
    """
    kind, values = of.data.node.kind, of.values
    metrics = step_roles(values, steps)
    inputs = {**metrics, **{name: np.asarray(cv) for name, cv in (variations or {}).items()}}
    if "capacity" in values:
        inputs["capacity"] = steps.sums(effective_capacity(values["capacity"], values.get("parallelism")))
        inputs.pop("parallelism", None)
    derived = derive_metrics(kind, inputs, grid.bin_ms * steps.lengths)
    colours = node_colour(kind, derived, of.data.node.semantics.sla_minutes, steps.starts.shape)
    return NodeState(metrics=metrics, derived=derived, colours=tuple(colours.tolist()))


def step_roles(values: Mapping[str, FloatArray], steps: Steps) -> dict[str, FloatArray]:
    """Return roles per step: flows as totals, levels at the end."""
    return {
        role: steps.sums(series) if MEASURES[role].kind == "flow" else steps.levels(series)
        for role, series in values.items()
    }


def sojourns(flow: Passage, grid: Grid, steps: Steps) -> dict[str, FloatArray]:
    """Return the mean and p50, p85, p95 of the sojourn of what left in each step [min] (SEMANTICS 5.6)."""
    left = departures(flow)
    parts = [left.between(start, end + 1) for start, end in zip(steps.starts, steps.ends, strict=True)]
    found = {"sojournMeanMinutes": np.array([mean_wait(part) for part in parts])}
    table = np.array([wait_quantiles(part, tuple(QUANTILES.values())) for part in parts])
    found |= {name: table[:, i] for i, name in enumerate(QUANTILES)}
    return {name: waits * grid.bin_minutes for name, waits in found.items()}
