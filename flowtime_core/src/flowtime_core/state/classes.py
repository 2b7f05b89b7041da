"""The classes of a node: its roles and metrics for each class that it carries (SEMANTICS 4.10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from flowtime_core.engine.kernels.mix import rescale, shares
from flowtime_core.engine.metrics import derive_metrics
from flowtime_core.records.fixed import read_only
from flowtime_core.records.grid import Grid
from flowtime_core.records.ids import SeriesId, class_series_id
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import FloatArray
from flowtime_core.records.topology import QUEUE_KINDS, TopologyNode
from flowtime_core.state.course import Course, initial_depth, overflow_into
from flowtime_core.state.derive import step_roles
from flowtime_core.state.facts import carried_classes
from flowtime_core.state.load import is_computed
from flowtime_core.state.steps import Steps


def node_classes(
    run: StoredRun, of: Course, grid: Grid, steps: Steps, wanted: Collection[str]
) -> dict[str, dict[str, FloatArray]]:
    """Return roles and metrics by class, one value per step; ``wanted`` classes only, or all when it is empty."""
    node = of.data.node
    carried = {role: carried_classes(run, node, role) for role in of.values}
    left = _released_by_class(run, of, carried.get("queueDepth", {}))
    found: dict[str, dict[str, FloatArray]] = {}
    for flow_class in (one.id for one in run.model.classes if not wanted or one.id in wanted):
        roles = {
            role: _class_values(run, of, role, ids[flow_class]) for role, ids in carried.items() if flow_class in ids
        }
        if flow_class in left:
            roles["served"] = left[flow_class]
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


def _released_by_class(run: StoredRun, of: Course, depths: Mapping[str, str]) -> dict[str, FloatArray]:
    """Return the released flow of an authored queue by class: first in, first out, whatever its served series says.

    What has left a queue in a bin is what it held and took in, less what it holds; all that leaves has that mix
    (SEMANTICS 4.10). Empty where the engine did not compute the depth or nobody maps served.
    """
    node, values = of.data.node, of.values
    served = run.role_series.get((node.id, "served"))
    is_authored = served not in {None, SeriesId(name="served", component=node.id).text}
    if not depths or not is_authored or not is_computed(run, node):
        return {}
    inflow = _inflow_by_class(run, node, tuple(depths))
    initial = [initial_depth(of.data) * share for share in shares([float(part[0]) for part in inflow])]
    held = [run.series[series_id].values for series_id in depths.values()]
    before = [np.concatenate([[first], part[:-1]]) for first, part in zip(initial, held, strict=True)]
    left = [np.maximum(was + came - stays, 0.0) for was, came, stays in zip(before, inflow, held, strict=True)]
    return dict(zip(depths, rescale(left, values["served"]), strict=True))


def _inflow_by_class(run: StoredRun, node: TopologyNode, names: tuple[str, ...]) -> list[FloatArray]:
    """Return arrivals and overflow received by class; what is negative or undefined counts 0, as in the queue."""
    arrivals = run.role_series.get((node.id, "arrivals"))
    sources = [*([] if arrivals is None else [arrivals]), *overflow_into(run, node.id)]
    sources = [source for source in sources if source in run.series]
    total = np.zeros(run.model.grid.bins)
    parts = [np.zeros_like(total) for _ in names]
    for source in sources:
        whole = run.series[source].values
        counts = np.isfinite(whole) & (whole >= 0.0)
        total = total + np.where(counts, whole, 0.0)
        ids = [class_series_id(source, name) for name in names]
        parts = [
            part + np.where(counts, run.series[series_id].values, 0.0) if series_id in run.series else part
            for part, series_id in zip(parts, ids, strict=True)
        ]
    return rescale(parts, total)
