"""Queues: whether the depth follows from the flows, and whether what waits can be judged (SEMANTICS 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowtime_core.analysis.finding import beyond, tell
from flowtime_core.analysis.queue_rule import queue_rule, released, schedule
from flowtime_core.engine.tolerance import ABSOLUTE
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.topology import QUEUE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.analysis.evidence import Evidence
    from flowtime_core.analysis.queue_rule import QueueRule
    from flowtime_core.records.series import FloatArray
    from flowtime_core.records.topology import TopologyNode


def check_depths(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per queue whose depth is not what the depth before and the flows of the bin make of it."""
    return tuple(finding for node in evidence.model.topology.nodes for finding in _depth(evidence, node))


def _depth(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    rule = queue_rule(evidence, node)
    if rule is not None:
        message = f"queueDepth of {node.id!r} does not follow from its flows"
        yield from tell("queue_depth_mismatch", message, _off(rule), node_id=node.id)


def _off(rule: QueueRule) -> FloatArray:
    """Return depth less ``min(max(0, ((Q[t-1] + in) - released) - loss), limit)``, Q[t-1] as stated.

    So a bin is to blame only for its own flows, and a bin after an unknown depth is not judged.
    """
    before = np.concatenate([[rule.initial], rule.depth[:-1]])
    level = ((before + rule.inflow) - rule.released) - rule.loss
    size = np.abs(before) + np.abs(rule.inflow) + np.abs(rule.released) + np.abs(rule.loss)
    expected = np.minimum(np.maximum(level, 0.0), rule.limit)
    return beyond(rule.depth - expected, size)


def check_latency(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a remark per queue with bins in which work waits and none is released: latency is undefined there.

    Not for a dead letter queue or one where work comes to rest, nor for a service with a buffer.
    """
    nodes = (node for node in evidence.model.topology.nodes if node.kind not in {"dlq", "serviceWithBuffer"})
    return tuple(finding for node in nodes if not _is_end(evidence, node) for finding in _latency(evidence, node))


def _is_end(evidence: Evidence, node: TopologyNode) -> bool:
    """Tell whether only terminal edges lead to a queue, and none out of it."""
    edges = evidence.model.topology.edges
    inbound = [edge for edge in edges if edge.target.node == node.id]
    outbound = any(edge.source.node == node.id for edge in edges)
    return bool(inbound) and not outbound and all(edge.type == "terminal" for edge in inbound)


def _latency(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    depth, flow = evidence.values(node.id, "queueDepth"), released(evidence, node)
    if depth is None or flow is None:
        return
    waiting = np.where((flow <= ABSOLUTE) & (np.abs(depth) > ABSOLUTE), depth, 0.0)
    code, why = "queue_latency_unreported", "nothing is served"
    if schedule(evidence, node) is not None:
        code, why = "queue_latency_gate_closed", "the schedule lets nothing go"
    message = f"work waits at {node.id!r} while {why}: its latency is undefined"
    yield from tell(code, message, waiting, node_id=node.id, summed=False)


def check_depth_presence(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a remark per queue without a depth at hand."""
    return tuple(
        Diagnostic(code="missing_queue_depth_series", message=f"{node.id!r} has no queueDepth", node_id=node.id)
        for node in evidence.model.topology.nodes
        if (node.kind in QUEUE_KINDS or "queueDepth" in node.semantics.bindings)
        and evidence.role(node.id, "queueDepth") is None
    )


def check_dispatch(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return what is wrong with dispatch schedules: no capacity at hand, nothing to dispatch, never a dispatch."""
    return tuple(finding for node in evidence.model.topology.nodes for finding in _dispatch(evidence, node))


def _dispatch(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    dispatch = schedule(evidence, node)
    if dispatch is None:
        return
    cap = dispatch.capacity_series
    if cap is not None and evidence.series(cap) is None:
        message = f"the run does not hold {cap!r}, the capacity of the schedule of {node.id!r}"
        yield Diagnostic(code="dispatch_capacity_missing", message=message, node_id=node.id)
    arrivals, flow = evidence.values(node.id, "arrivals"), released(evidence, node)
    if evidence.role(node.id, "served") is None:
        message = f"{node.id!r} has a schedule and no served"
        yield Diagnostic(code="dispatch_missing_served_series", message=message, node_id=node.id)
    elif arrivals is not None and flow is not None and _total(arrivals) > ABSOLUTE >= _total(flow):
        message = f"the schedule of {node.id!r} never lets anything go"
        yield Diagnostic(code="dispatch_never_releases", message=message, node_id=node.id, value=_total(arrivals))


def _total(values: FloatArray) -> float:
    """Return the sum of what is above 0."""
    return float(np.nansum(np.maximum(values, 0.0)))
