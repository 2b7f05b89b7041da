"""From the stored roles of a node to its metrics and colours over a range of bins."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from flowtime_core.engine.kernels.dispatch import gate
from flowtime_core.engine.metrics import derive_metrics, node_colour
from flowtime_core.records.grid import Grid
from flowtime_core.records.series import FloatArray
from flowtime_core.records.topology import QUEUE_KINDS
from flowtime_core.state.load import NodeRoles


@frozen(kw_only=True)
class NodeState:
    """Roles, derived metrics and colours of a node, one value per bin of a range."""

    metrics: Mapping[str, FloatArray] = field(eq=False)
    derived: Mapping[str, FloatArray] = field(eq=False)
    colours: tuple[str, ...]


def released(data: NodeRoles, served: FloatArray) -> FloatArray:
    """``released[t] = g[t] x min(max(0, served[t]), dispatch cap)`` (SEMANTICS 4.3b, 4.4), shape (bins,).

    Undefined stays undefined. What a derived server served has passed gate and cap already and comes back
    unchanged.
    """
    flow = np.maximum(served, 0.0)
    if data.dispatch_cap is not None:
        flow = np.where(np.isnan(data.dispatch_cap), flow, np.minimum(flow, np.maximum(data.dispatch_cap, 0.0)))
    if data.node.dispatch is None:
        return flow
    opened = gate(len(served), data.node.dispatch.period_bins, data.node.dispatch.phase_offset)
    return np.where(opened | np.isnan(flow), flow, 0.0)


def derive(data: NodeRoles, grid: Grid, first: int, last: int) -> NodeState:
    """Return the state of a node over bins ``first`` to ``last``, both included."""
    roles = dict(data.values)
    if data.node.kind in QUEUE_KINDS and "served" in roles:
        roles["served"] = released(data, roles["served"])
    metrics = {role: values[first : last + 1] for role, values in roles.items()}
    derived = derive_metrics(data.node.kind, metrics, grid.bin_ms)
    sla = data.node.semantics.sla_minutes
    colours = node_colour(data.node.kind, derived, sla, (last + 1 - first,))
    return NodeState(metrics=metrics, derived=derived, colours=tuple(colours.tolist()))
