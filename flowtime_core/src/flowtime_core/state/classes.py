"""The classes of a node: its roles and metrics for each class that it carries (SEMANTICS 4.10)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from flowtime_core.engine.metrics import derive_metrics
from flowtime_core.records.grid import Grid
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import FloatArray, read_only
from flowtime_core.records.topology import QUEUE_KINDS
from flowtime_core.state.course import Course
from flowtime_core.state.derive import step_roles
from flowtime_core.state.facts import carried_classes
from flowtime_core.state.steps import Steps


def node_classes(
    run: StoredRun, of: Course, grid: Grid, steps: Steps, wanted: Collection[str]
) -> dict[str, dict[str, FloatArray]]:
    """Return roles and metrics by class, one value per step; ``wanted`` classes only, or all when it is empty."""
    node = of.data.node
    carried = {role: carried_classes(run, node, role) for role in of.values}
    found: dict[str, dict[str, FloatArray]] = {}
    for flow_class in (one.id for one in run.model.classes if not wanted or one.id in wanted):
        roles = {
            role: _class_values(run, of, role, ids[flow_class]) for role, ids in carried.items() if flow_class in ids
        }
        if roles:
            shown = step_roles(roles, steps)
            metrics = {**shown, **derive_metrics(node.kind, shown, grid.bin_ms * steps.lengths)}
            found[flow_class] = {name: read_only(values) for name, values in metrics.items()}
    return found


def _class_values(run: StoredRun, of: Course, role: str, series_id: str) -> FloatArray:
    """Return a class as stored; of the released flow of a queue it has the share that it has of what is served."""
    values = run.series[series_id].values
    if role != "served" or of.data.node.kind not in QUEUE_KINDS:
        return values
    stored, released = of.data.values["served"], of.values["served"]
    changed = (stored != released) & np.isfinite(stored) & (stored != 0.0)
    return np.where(changed, values * (released / np.where(changed, stored, 1.0)), values)
