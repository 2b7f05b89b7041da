"""Edges: whether they carry what their source passes on, and bring what arrives at their target (SEMANTICS 4.9).

What an edge with a lag carries is published where it arrives; what it took in is that plus the change in transit.
Edges of one type share what their source passes on; those of an effort edge's multiplier aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from flowtime_core.analysis.evidence import Flow
from flowtime_core.analysis.finding import beyond, tell
from flowtime_core.analysis.queue_rule import buffer_behind, is_computed, released
from flowtime_core.engine.edge_steps import edge_measure
from flowtime_core.records.ids import derived_key
from flowtime_core.records.model import RouterNode
from flowtime_core.records.topology import QUEUE_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from flowtime_core.analysis.evidence import Evidence
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.series import FloatArray
    from flowtime_core.records.topology import Edge, TopologyNode


@frozen(kw_only=True, eq=False)
class Sum:
    """What several flows bring together; ``size`` bounds the rounding of each bin, ``vague`` is flow without class."""

    flow: Flow
    size: FloatArray
    vague: FloatArray


def check_edges(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per node and type of edge whose flows do not add up, then one for their classes."""
    return tuple(
        finding
        for node in evidence.model.topology.nodes
        for finding in (*_outgoing(evidence, node), *_incoming(evidence, node))
    )


# --- out of a node --------------------------------------------------------------------------------------------------


def _outgoing(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    passed = passed_on(evidence, node)
    edges = [
        edge for edge in evidence.model.topology.edges if edge.source.node == node.id and edge_measure(edge) == "served"
    ]
    if passed is None or not _carries_all(evidence, node, edges):
        return
    for kind in dict.fromkeys(edge.type for edge in edges):
        group = [edge for edge in edges if edge.type == kind]
        carried = _total(evidence, [_taken_in(evidence, edge) for edge in group], group)
        if carried is not None:
            message = f"{kind} edges out of {node.id!r} do not carry what it passes on"
            yield from _compare("outgoing", message, node, passed, carried, group)


def passed_on(evidence: Evidence, node: TopologyNode) -> Flow | None:
    """Return what a node hands to its edges: the released flow of a queue that the engine computes, else served.

    The classes of what an authored queue released are first in, first out, not those of its served series.
    """
    own = evidence.flows.get(derived_key("released", node.id))
    if own is not None:
        return own
    served = evidence.role(node.id, "served")
    has_queue = node.kind in QUEUE_KINDS or buffer_behind(evidence, node) is not None
    if served is None or not has_queue or not is_computed(evidence, node):
        return served
    if evidence.roles[node.id, "served"] == derived_key("served", node.id):
        return served
    values = released(evidence, node)
    return None if values is None else Flow(values=values)


def _carries_all(evidence: Evidence, node: TopologyNode, edges: Sequence[Edge]) -> bool:
    """Tell whether the edges lead to every target: those of a router follow its routes, and may leave some out."""
    own = {node.id, evidence.roles.get((node.id, "served"))}
    router = next((item for item in evidence.model.nodes if isinstance(item, RouterNode) and item.id in own), None)
    if router is None:
        return True
    fed = [evidence.roles.get((edge.target.node, "arrivals")) for edge in edges]
    return sorted({route.target for route in router.routes}) == sorted(name or "" for name in fed)


def _taken_in(evidence: Evidence, edge: Edge) -> Flow | None:
    """Return what an edge took in: what arrived plus the change in transit, before its multiplier."""
    flow = evidence.edge(edge.id, "flowVolume")
    factor = 1.0 if edge.multiplier is None or edge.type != "effort" else edge.multiplier
    if flow is None or factor == 0.0:
        return None
    if edge.lag == 0:
        return _each(flow, lambda values, _name: values / factor)
    transit = evidence.edge(edge.id, "inTransit")
    if transit is None:
        return None
    return _each(flow, lambda values, name: (values + _change(_part(transit, name))) / factor)


def _part(flow: Flow, name: str | None) -> FloatArray:
    return flow.values if name is None else flow.classes.get(name, np.zeros_like(flow.values))


def _change(level: FloatArray) -> FloatArray:
    return np.diff(level, prepend=0.0)


def _each(flow: Flow, change: Callable[[FloatArray, str | None], FloatArray]) -> Flow:
    """Return a flow with its total and every class changed."""
    return Flow(
        values=change(flow.values, None), classes={name: change(part, name) for name, part in flow.classes.items()}
    )


# --- into a node ----------------------------------------------------------------------------------------------------


def _incoming(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    """Compare arrivals with what the edges bring, and with that and the retries or the demand from outside on top."""
    arrivals = evidence.role(node.id, "arrivals")
    edges = [edge for edge in evidence.model.topology.edges if edge.target.node == node.id]
    if arrivals is None or not edges or any(edge_measure(edge) != "served" for edge in edges):
        return
    brought = _best(evidence, node, arrivals, [evidence.edge(edge.id, "flowVolume") for edge in edges], ())
    if brought is None:
        return
    if _ignores_lag(evidence, node, arrivals, brought, edges):
        ids = tuple(edge.id for edge in edges if edge.lag > 0)
        message = f"arrivals of {node.id!r} ignore the lag of {', '.join(map(repr, ids))}"
        off = _off(arrivals, brought)
        yield from tell("edge_behavior_violation_lag", message, off, node_id=node.id, edge_ids=ids)
        return
    message = f"arrivals of {node.id!r} are not what its edges bring"
    yield from _compare("incoming", message, node, arrivals, brought, edges)


def _ignores_lag(evidence: Evidence, node: TopologyNode, arrivals: Flow, brought: Sum, edges: Sequence[Edge]) -> bool:
    """Tell whether arrivals are not what edges bring, but what they took in, without their lag."""
    if not any(edge.lag > 0 for edge in edges) or not _off(arrivals, brought).any():
        return False
    prompt = _best(evidence, node, arrivals, [_prompt(evidence, edge) for edge in edges], edges)
    return prompt is not None and not _off(arrivals, prompt).any()


def _prompt(evidence: Evidence, edge: Edge) -> Flow | None:
    """Return what an edge would bring without its lag."""
    factor = 1.0 if edge.multiplier is None or edge.type != "effort" else edge.multiplier
    taken = _taken_in(evidence, edge)
    return None if taken is None else _each(taken, lambda values, _name: values * factor)


def _best(
    evidence: Evidence, node: TopologyNode, arrivals: Flow, flows: Sequence[Flow | None], lagged: Sequence[Edge]
) -> Sum | None:
    """Return the sum that explains arrivals best, with or without retries and demand from outside."""
    extras = [flow for role in ("retryEcho", "externalDemand") if (flow := evidence.role(node.id, role)) is not None]
    choices = [extras[i:j] for i in range(len(extras) + 1) for j in range(i, len(extras) + 1)]
    sums = [found for chosen in choices if (found := _total(evidence, [*flows, *chosen], lagged)) is not None]
    return min(sums, key=lambda found: float(np.abs(_off(arrivals, found)).sum()), default=None)


# --- sums -----------------------------------------------------------------------------------------------------------


def _total(evidence: Evidence, flows: Sequence[Flow | None], lagged: Sequence[Edge]) -> Sum | None:
    """Add flows with their classes; None where one is not at hand. What took a level in transit rounds as that does."""
    zero = np.zeros(evidence.model.grid.bins)
    values, size, vague = zero, zero, zero
    for edge in lagged:
        transit = evidence.edge(edge.id, "inTransit")
        if transit is not None:
            size = size + np.abs(transit.values) + np.abs(transit.values - _change(transit.values))
    classes: dict[str, FloatArray] = {}
    for flow in flows:
        if flow is None:
            return None
        values, size = values + flow.values, size + np.abs(flow.values)
        if not flow.classes:
            vague = vague + np.abs(flow.values)
        for name, part in flow.classes.items():
            classes[name] = classes.get(name, zero) + part
    return Sum(flow=Flow(values=values, classes=classes), size=size, vague=vague)


def _off(flow: Flow, found: Sum) -> FloatArray:
    return beyond(flow.values - found.flow.values, found.size + np.abs(flow.values))


def _compare(
    way: str, message: str, node: TopologyNode, flow: Flow, found: Sum, edges: Sequence[Edge]
) -> Iterator[Diagnostic]:
    """Yield where the total differs; where it agrees, where classes do."""
    ids = tuple(edge.id for edge in edges)
    off = _off(flow, found)
    if off.any():
        yield from tell(f"edge_flow_mismatch_{way}", message, off, node_id=node.id, edge_ids=ids)
        return
    size = found.size + np.abs(flow.values)
    wrong = _wrong_classes(flow.classes, found.flow.classes, size)
    if not wrong:
        return
    names = ", ".join(map(repr, sorted(wrong)))
    unseen = [name for name, part in flow.classes.items() if part.any() and name not in found.flow.classes]
    is_partial = bool(unseen) or bool(beyond(found.vague, size).any())
    code = "edge_class_partial_coverage" if is_partial else "edge_class_mismatch"
    worst = np.max(np.abs(list(wrong.values())), axis=0)
    where = f"{way} edges of {node.id!r}"
    message = f"{where} do not cover its classes: {names}" if is_partial else f"{where} differ from it in {names}"
    yield from tell(code, message, worst, node_id=node.id, edge_ids=ids)


def _wrong_classes(
    own: Mapping[str, FloatArray], carried: Mapping[str, FloatArray], size: FloatArray
) -> dict[str, FloatArray]:
    """Return by how much each class differs, for those that do; a flow without classes has none to compare."""
    names = sorted({*own, *carried}) if own else []
    zero = np.zeros_like(size)
    off = {name: beyond(own.get(name, zero) - carried.get(name, zero), size) for name in names}
    return {name: amounts for name, amounts in off.items() if amounts.any()}
