"""Shared constraints: whether what they need is at hand (SEMANTICS 4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.records.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.analysis.evidence import Evidence
    from flowtime_core.records.topology import Constraint, TopologyNode


def check_constraints(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per node and constraint whose capacity, or whose named arrivals, the run does not hold."""
    constraints = {constraint.id: constraint for constraint in evidence.model.topology.constraints}
    return tuple(
        finding
        for node in evidence.model.topology.nodes
        for constraint_id in dict.fromkeys(node.constraints)
        if constraint_id in constraints
        for finding in _missing(evidence, node, constraints[constraint_id])
    )


def _missing(evidence: Evidence, node: TopologyNode, constraint: Constraint) -> Iterator[Diagnostic]:
    """Arrivals need not be named: the engine works out the demand itself."""
    where = f"constraint {constraint.id!r} of {node.id!r}"
    if constraint.arrivals is not None and evidence.bound(constraint.arrivals) is None:
        yield Diagnostic(code="constraint_missing_arrivals", message=f"{where} has no arrivals", node_id=node.id)
    if evidence.bound(constraint.served) is None:
        message = f"{where} has no capacity, so it never limits"
        yield Diagnostic(code="constraint_missing_served", message=message, node_id=node.id)
