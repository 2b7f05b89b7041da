"""What rules the depth of a queue: its flows, schedule, limit and initial content (SEMANTICS 4.3 to 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from flowtime_core.engine.kernels.dispatch import gate
from flowtime_core.records.ids import derived_key
from flowtime_core.records.model import BufferNode
from flowtime_core.records.topology import QUEUE_KINDS

if TYPE_CHECKING:
    from flowtime_core.analysis.evidence import Evidence
    from flowtime_core.records.policy import DispatchSchedule, WipLimit
    from flowtime_core.records.series import FloatArray
    from flowtime_core.records.topology import TopologyNode


@frozen(kw_only=True, eq=False)
class QueueRule:
    """What makes the depth of a queue: arrays of shape (bins,), and the content before bin 0.

    Inputs of a depth that the engine computed are cleaned as it cleans them; for a measured depth they stay unknown
    where they are.
    """

    initial: float
    depth: FloatArray
    inflow: FloatArray
    released: FloatArray
    loss: FloatArray
    limit: FloatArray


def buffer_behind(evidence: Evidence, node: TopologyNode) -> BufferNode | None:
    """Return the authored queue that the queueDepth of a node names, or None."""
    name = evidence.roles.get((node.id, "queueDepth"))
    buffers = (item for item in evidence.model.nodes if isinstance(item, BufferNode))
    return next((item for item in buffers if item.id == name), None)


def schedule(evidence: Evidence, node: TopologyNode) -> DispatchSchedule | None:
    """Return the dispatch schedule that rules the queue of a node."""
    return (buffer_behind(evidence, node) or node).dispatch


def is_computed(evidence: Evidence, node: TopologyNode) -> bool:
    """Tell whether the engine computed the depth of a node."""
    return evidence.roles.get((node.id, "queueDepth")) in evidence.computed


def queue_rule(evidence: Evidence, node: TopologyNode) -> QueueRule | None:
    """Return what rules the depth of a node; None where it has none, or where the run does not hold what it needs."""
    depth = evidence.values(node.id, "queueDepth")
    buffer = buffer_behind(evidence, node)
    if depth is None or (buffer is None and node.kind not in QUEUE_KINDS):
        return None
    parts = (
        _inflow(evidence, node, buffer),
        _released(evidence, node, buffer),
        _loss(evidence, node, buffer),
        _limit(evidence, node.wip if buffer is None else buffer.wip),
    )
    if any(part is None for part in parts):
        return None
    inflow, out, loss, limit = (part for part in parts if part is not None)
    initial = node.initial_depth if buffer is None or buffer.initial_depth is None else buffer.initial_depth
    return QueueRule(initial=initial or 0.0, depth=depth, inflow=inflow, released=out, loss=loss, limit=limit)


def released(evidence: Evidence, node: TopologyNode) -> FloatArray | None:
    """Return what a node lets go: at a queue what passes gate and cap, else served; None where that is unknown."""
    buffer = buffer_behind(evidence, node)
    if buffer is None and node.kind not in QUEUE_KINDS:
        return evidence.values(node.id, "served")
    return _released(evidence, node, buffer)


def _clean(evidence: Evidence, node: TopologyNode, values: FloatArray) -> FloatArray:
    """Return values as a queue takes them in: negative as 0, and undefined as 0 where the engine computed it."""
    if not is_computed(evidence, node):
        return np.maximum(values, 0.0)
    return np.where(np.isfinite(values) & (values > 0.0), values, 0.0)


def _flow(evidence: Evidence, node: TopologyNode, role: str, name: str | None) -> FloatArray | None:
    """Return a role, else a series of the buffer behind it; nothing flows where neither is mapped and computed."""
    flow = evidence.role(node.id, role)
    if flow is None and name is not None:
        flow = evidence.series(name)
        if flow is None:
            return None
    if flow is not None:
        return _clean(evidence, node, flow.values)
    lost = role in node.semantics.bindings or not is_computed(evidence, node)
    return None if lost else np.zeros(evidence.model.grid.bins)


def _inflow(evidence: Evidence, node: TopologyNode, buffer: BufferNode | None) -> FloatArray | None:
    """Return arrivals and the overflow of others that joins them."""
    inflow = _flow(evidence, node, "arrivals", None if buffer is None else buffer.inflow)
    buffers = [item for item in evidence.model.nodes if isinstance(item, BufferNode)]
    limits = [(item.id, item.wip) for item in evidence.model.topology.nodes]
    for source, wip in (*limits, *((item.id, item.wip) for item in buffers)):
        if wip is not None and wip.overflow == node.id:
            joining = evidence.flows.get(derived_key("overflow", source))
            if joining is None or inflow is None:
                return None
            inflow = inflow + joining.values
    return inflow


def _released(evidence: Evidence, node: TopologyNode, buffer: BufferNode | None) -> FloatArray | None:
    """Return ``g x min(served, cap)``."""
    served = _flow(evidence, node, "served", None if buffer is None else buffer.outflow)
    return _dispatched(evidence, (buffer or node).dispatch, served)


def _dispatched(evidence: Evidence, dispatch: DispatchSchedule | None, served: FloatArray | None) -> FloatArray | None:
    if dispatch is None or served is None:
        return served
    flow = served
    if dispatch.capacity_series is not None:
        cap = evidence.series(dispatch.capacity_series)
        if cap is None:
            return None
        flow = np.where(np.isnan(cap.values), flow, np.minimum(flow, np.maximum(cap.values, 0.0)))
    return np.where(gate(len(flow), dispatch.period_bins, dispatch.phase_offset), flow, 0.0)


def _loss(evidence: Evidence, node: TopologyNode, buffer: BufferNode | None) -> FloatArray | None:
    """Return the explicit loss, else that of the buffer, else the errors; a queue may have none (SEMANTICS 4.3)."""
    nothing = np.zeros(evidence.model.grid.bins)
    if buffer is not None and "loss" not in node.semantics.bindings:
        return nothing if buffer.loss is None else _flow(evidence, node, "loss", buffer.loss)
    role = "loss" if "loss" in node.semantics.bindings else "errors"
    if role not in node.semantics.bindings:
        return nothing
    flow = evidence.role(node.id, role) or evidence.bound(node.semantics.bindings[role])
    return None if flow is None else _clean(evidence, node, flow.values)


def _limit(evidence: Evidence, wip: WipLimit | None) -> FloatArray | None:
    """Return the WIP limit, +inf where there is none."""
    bins = evidence.model.grid.bins
    if wip is None or not isinstance(wip.limit, str):
        return np.full(bins, np.inf if wip is None else wip.limit)
    series = evidence.series(wip.limit)
    return None if series is None else np.where(np.isnan(series.values), np.inf, np.maximum(series.values, 0.0))
