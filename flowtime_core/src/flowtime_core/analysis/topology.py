"""Remarks about the topology: what is not mapped and so cannot be told, and edges that say two things (6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from flowtime_core.analysis.conservation import SERVER_KINDS, node_capacity
from flowtime_core.engine.tolerance import ABSOLUTE
from flowtime_core.records.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.analysis.evidence import Evidence
    from flowtime_core.records.topology import TopologyNode

WORKING_ROLES: Final = {
    "capacity": ("missing_capacity_series", "utilization"),
    "processingTimeMsSum": ("missing_processing_time_series", "service time"),
    "servedCount": ("missing_served_count_series", "service time"),
}
"""Roles that a node which serves is expected to have: the remark, and what is undefined without."""

CALLS: Final = frozenset({"effort", "dependency"})
"""Types of the edges by which a caller leans on a dependency; the second is an older word."""


def check_presence(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a remark per role that is expected of a node and not at hand."""
    return tuple(
        finding
        for node in evidence.model.topology.nodes
        for finding in (*_flows(evidence, node), *_work(evidence, node))
    )


def _flows(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    codes = {"served": "missing_served_series"}
    if node.kind == "dependency":
        codes = {"arrivals": "missing_dependency_arrivals", "served": "missing_dependency_served"}
    for role, code in codes.items():
        if evidence.role(node.id, role) is None:
            yield Diagnostic(code=code, message=f"{node.id!r} has no {role}", node_id=node.id)


def _work(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    for role, (code, lost) in WORKING_ROLES.items():
        expected = node.kind in SERVER_KINDS or role in node.semantics.bindings
        if expected and evidence.role(node.id, role) is None:
            message = f"{node.id!r} has no {role}, so no {lost}"
            yield Diagnostic(code=code, message=message, node_id=node.id)


def check_capacity(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a remark per node whose capacity is 0 in every bin."""
    return tuple(
        Diagnostic(code="capacity_all_zero", message=f"capacity of {node.id!r} is 0 in every bin", node_id=node.id)
        for node in evidence.model.topology.nodes
        if (capacity := node_capacity(evidence, node.id)) is not None and bool((np.abs(capacity) <= ABSOLUTE).all())
    )


def check_dependencies(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return remarks per dependency: nobody is seen to call it, or nobody who does counts attempts."""
    return tuple(
        finding
        for node in evidence.model.topology.nodes
        if node.kind == "dependency"
        for finding in _dependency(evidence, node)
    )


def _dependency(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    calls = [edge for edge in evidence.model.topology.edges if edge.target.node == node.id and edge.type in CALLS]
    if not calls:
        message = f"no effort edge leads to dependency {node.id!r}"
        yield Diagnostic(code="dependency_missing_effort_edges", message=message, node_id=node.id)
        return
    errors = evidence.values(node.id, "errors")
    fails = errors is not None and bool((errors > ABSOLUTE).any())
    if fails and all(evidence.role(edge.source.node, "attempts") is None for edge in calls):
        message = f"dependency {node.id!r} fails, and nobody who calls it counts attempts"
        edge_ids = tuple(edge.id for edge in calls)
        yield Diagnostic(code="dependency_retry_pressure_missing", message=message, node_id=node.id, edge_ids=edge_ids)


def check_dead_letters(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per dead letter queue and direction with edges that are not terminal."""
    return tuple(
        finding for node in evidence.model.topology.nodes if node.kind == "dlq" for finding in _dead(evidence, node.id)
    )


def _dead(evidence: Evidence, node_id: str) -> Iterator[Diagnostic]:
    edges = [edge for edge in evidence.model.topology.edges if edge.type != "terminal"]
    ways = {
        ("dlq_non_terminal_inbound", "into"): tuple(edge.id for edge in edges if edge.target.node == node_id),
        ("dlq_non_terminal_outbound", "out of"): tuple(edge.id for edge in edges if edge.source.node == node_id),
    }
    for (code, way), edge_ids in ways.items():
        if edge_ids:
            message = f"edges {way} dead letter queue {node_id!r} are not terminal"
            yield Diagnostic(code=code, message=message, node_id=node_id, edge_ids=edge_ids)
