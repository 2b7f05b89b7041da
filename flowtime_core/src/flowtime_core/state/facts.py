"""What a node of a run is, whatever the bin (SEMANTICS 4.1, 4.10); reads no series."""

from __future__ import annotations

from typing import Final

from flowtime_core.records.ids import SeriesId, class_series_id
from flowtime_core.records.measure import ROLES
from flowtime_core.records.node_facts import Analytics, ClassCoverage, ClassTruth, NodeFacts
from flowtime_core.records.run import StoredRun
from flowtime_core.records.state import EdgeQuality
from flowtime_core.records.topology import QUEUE_KINDS, TopologyNode
from flowtime_core.state.load import authored_queue

CATEGORIES: Final = frozenset({"queue", "dlq", "router", "dependency", "sink"})
"""Kinds that are categories of their own; every other kind is a service."""


def category(node: TopologyNode) -> str:
    """Return the category of a node: a sink by role or kind, else its kind, else service."""
    if node.role == "sink":
        return "sink"
    return node.kind if node.kind in CATEGORIES else "service"


def analytics(node: TopologyNode) -> Analytics:
    """Return which metrics mean something at a node."""
    named = category(node)
    has_queue = node.kind in QUEUE_KINDS
    with_buffer = named == "service" and has_queue
    return Analytics(
        identity="serviceWithBuffer" if with_buffer else named, has_queue=has_queue, has_service=named == "service"
    )


def node_facts(run: StoredRun, node: TopologyNode) -> NodeFacts:
    """Return what a node of a run is."""
    return NodeFacts(
        category=category(node),
        analytics=analytics(node),
        classes=class_truth(run, node),
        aliases=node.semantics.aliases,
        dispatch=(authored_queue(run, node) or node).dispatch,
        max_attempts=node.semantics.max_attempts,
        explicit=frozenset(role for role in ROLES if _is_explicit(run, node, role)),
    )


def _is_explicit(run: StoredRun, node: TopologyNode, role: str) -> bool:
    """Tell whether the model maps a role; what the engine derives is written under the id of the node."""
    return run.role_series.get((node.id, role)) != SeriesId(name=role, component=node.id).text


def carried_classes(run: StoredRun, node: TopologyNode, role: str) -> dict[str, str]:
    """Return the series of each declared class that a role carries, by class."""
    total = run.role_series.get((node.id, role))
    if total is None:
        return {}
    ids = {one.id: class_series_id(total, one.id) for one in run.model.classes}
    return {flow_class: series_id for flow_class, series_id in ids.items() if series_id in run.series}


def class_truth(run: StoredRun, node: TopologyNode) -> ClassTruth:
    """Return what a node knows of classes: its coverage is that of its arrivals (SEMANTICS 4.10)."""
    declared, carried = len(run.model.classes), len(carried_classes(run, node, "arrivals"))
    coverage: ClassCoverage = "missing" if carried == 0 else "full" if carried == declared else "partial"
    has_specific = any(carried_classes(run, node, role) for role in ROLES)
    return ClassTruth(coverage=coverage, has_specific=has_specific, has_fallback=bool(declared) and not has_specific)


def run_coverage(run: StoredRun) -> ClassCoverage:
    """Return full if all nodes are, missing if all are, else partial (SEMANTICS 4.10)."""
    found = [class_truth(run, node).coverage for node in run.model.topology.nodes]
    if all(coverage == "missing" for coverage in found):
        return "missing"
    return "full" if all(coverage == "full" for coverage in found) else "partial"


def edge_quality(run: StoredRun) -> EdgeQuality:
    """Return how well the edges say what flows: whether each carries classes where its source does."""
    flows = [(edge, SeriesId.of_edge(edge.id, "flowVolume").text) for edge in run.model.topology.edges]
    stored = {edge: series_id for edge, series_id in flows if series_id in run.series}
    if not stored:
        return "missing"
    if not run.model.classes:
        return "exact"
    classed = {edge for edge, series_id in stored.items() if _has_classes(run, series_id)}
    if not classed:
        return "partialClass" if run_coverage(run) == "partial" else "approx"
    nodes = {node.id: node for node in run.model.topology.nodes}
    silent = (edge for edge in stored if edge not in classed)
    return (
        "partialClass" if any(carried_classes(run, nodes[edge.source.node], "served") for edge in silent) else "exact"
    )


def _has_classes(run: StoredRun, series_id: str) -> bool:
    return any(class_series_id(series_id, one.id) in run.series for one in run.model.classes)
