"""A node over the whole run: its roles, its gate, and what passes through its queue."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from flowtime_core.engine.kernels.dispatch import gate
from flowtime_core.engine.kernels.sojourn import Passage, passage
from flowtime_core.engine.variation import distribution_cv, observed_cv
from flowtime_core.records.ids import SeriesId
from flowtime_core.records.model import BufferNode, PmfNode, RouterNode
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import BoolArray, FloatArray
from flowtime_core.records.topology import QUEUE_KINDS, NumberBinding
from flowtime_core.state.load import NodeRoles, series_name


@frozen(kw_only=True)
class Course:
    """A node over the whole run; arrays have shape (bins,).

    Attributes
    ----------
    values : mapping of role to array
        As stored, but ``served`` of a queue is the released flow.
    opened : array of bool or None
        Which bins the dispatch schedule opens; None without one.
    """

    data: NodeRoles
    values: Mapping[str, FloatArray] = field(eq=False)
    opened: BoolArray | None = field(eq=False)


def course(data: NodeRoles) -> Course:
    """Return a node over the whole run."""
    dispatch, values = data.dispatch, dict(data.values)
    opened = None
    if dispatch is not None:
        bins = len(next(iter(values.values()), ()))
        opened = gate(bins, dispatch.period_bins, dispatch.phase_offset)
    if (data.node.kind in QUEUE_KINDS or data.authored is not None) and "served" in values:
        values["served"] = released(values["served"], opened, data.dispatch_cap)
    return Course(data=data, values=values, opened=opened)


def released(served: FloatArray, opened: BoolArray | None, cap: FloatArray | None) -> FloatArray:
    """``released[t] = g[t] x min(max(0, served[t]), dispatch cap)`` (SEMANTICS 4.3b, 4.4), shape (bins,).

    Undefined stays undefined. What a derived server served has passed gate and cap already and comes back
    unchanged.
    """
    flow = np.maximum(served, 0.0)
    if cap is not None:
        flow = np.where(np.isnan(cap), flow, np.minimum(flow, np.maximum(cap, 0.0)))
    return flow if opened is None else np.where(opened | np.isnan(flow), flow, 0.0)


def stay(run: StoredRun, of: Course) -> Passage | None:
    """Return what came to the queue of a node and what left it (SEMANTICS 5.6); None where it has no queue."""
    node, values = of.data.node, of.values
    if node.kind not in QUEUE_KINDS or "queueDepth" not in values:
        return None
    depth = values["queueDepth"]
    inflow = np.maximum(values.get("arrivals", np.zeros(len(depth))), 0.0)
    for series_id in overflow_into(run, node.id):
        # What is not measured is unknown: with it nobody can tell how long the rest has waited.
        inflow = inflow + (run.series[series_id].values if series_id in run.series else np.full(len(depth), np.nan))
    return passage(inflow, depth, initial_depth(of.data))


def overflow_into(run: StoredRun, node_id: str) -> tuple[str, ...]:
    """Return the series of what overflows into a queue from others, authored ones included; a run may lack some."""
    places = [(node.id, node.wip) for node in run.model.topology.nodes]
    queues = [(node.id, node.wip) for node in run.model.nodes if isinstance(node, BufferNode)]
    sources = [source for source, wip in (*places, *queues) if wip is not None and wip.overflow == node_id]
    return tuple(SeriesId(name="overflow", component=source).text for source in sources)


def initial_depth(data: NodeRoles) -> float:
    """Return Q[-1] [entities]: that of the authored queue behind the node, else the node's own, else 0."""
    authored = None if data.authored is None else data.authored.initial_depth
    return (data.node.initial_depth if authored is None else authored) or 0.0


def variation(run: StoredRun, of: Course, role: str) -> float:
    """Return the Cv of a role [1] (SEMANTICS 5.3): of its pmf, 0 for a number, else observed over the run."""
    if isinstance(of.data.node.semantics.bindings.get(role), NumberBinding):
        return 0.0
    name = series_name(run, of.data.node, role)
    found = (one for one in run.model.nodes if isinstance(one, PmfNode) and one.id == name and not one.source)
    pmf = next(found, None)
    routed = any(name == route.target for one in run.model.nodes if isinstance(one, RouterNode) for route in one.routes)
    return observed_cv(of.values[role]) if pmf is None or routed else distribution_cv(pmf.distribution)
