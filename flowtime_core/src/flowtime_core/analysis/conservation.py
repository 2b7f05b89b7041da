"""Amounts of a node that must not be negative, and those that others bound (SEMANTICS 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from flowtime_core.analysis.finding import beyond, excess, tell
from flowtime_core.engine.metrics import effective_capacity
from flowtime_core.records.topology import QUEUE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.analysis.evidence import Evidence
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.series import FloatArray
    from flowtime_core.records.topology import TopologyNode

NEGATIVE: Final = {
    "arrivals": "arrivals_negative",
    "served": "served_negative",
    "errors": "errors_negative",
    "attempts": "attempts_negative",
    "failures": "failures_negative",
    "exhaustedFailures": "exhausted_failures_negative",
    "queueDepth": "queue_negative",
    "retryEcho": "retry_echo_negative",
    "retryBudgetRemaining": "retry_budget_negative",
}
"""The code of a negative amount, by role."""

LEVELS: Final = frozenset({"queueDepth", "retryBudgetRemaining"})
"""Roles whose values do not add up over bins."""

SERVER_KINDS: Final = frozenset({"service", "serviceWithBuffer", "router", "external"})
"""Kinds that a capacity bounds; the reference counts everything it does not know as a service."""


def has_queue(evidence: Evidence, node: TopologyNode) -> bool:
    """Tell whether a node holds work back, so that what leaves in a bin may pass what comes in it."""
    return node.kind in QUEUE_KINDS or evidence.role(node.id, "queueDepth") is not None


def check_negatives(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per role that is negative somewhere: no amount or level is."""
    return tuple(finding for node in evidence.model.topology.nodes for finding in _negatives(evidence, node.id))


def _negatives(evidence: Evidence, node_id: str) -> Iterator[Diagnostic]:
    for role, code in NEGATIVE.items():
        values = evidence.values(node_id, role)
        if values is not None:
            amounts = np.minimum(beyond(values, values), 0.0)
            message = f"{role} of {node_id!r} is negative"
            yield from tell(code, message, amounts, node_id=node_id, summed=role not in LEVELS)


def check_bounds(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per amount that passes what bounds it."""
    return tuple(
        finding
        for node in evidence.model.topology.nodes
        for finding in (*_of_intake(evidence, node), *_of_capacity(evidence, node), *_of_attempts(evidence, node))
    )


def _pass(evidence: Evidence, code: str, node_id: str, pair: tuple[str, str], message: str) -> Iterator[Diagnostic]:
    """Yield where the first role passes the second."""
    amount, most = (evidence.values(node_id, role) for role in pair)
    if amount is not None and most is not None:
        yield from tell(code, message, excess(amount, most), node_id=node_id)


def _of_intake(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    """Without a queue nothing is served, fails or is attempted out of bins gone by; retries come in as attempts."""
    if has_queue(evidence, node):
        return
    intake = "arrivals" if evidence.role(node.id, "attempts") is None else "attempts"
    if node.kind != "dependency":
        message = f"{node.id!r} serves more than its {intake}"
        yield from _pass(evidence, "served_exceeds_arrivals", node.id, ("served", intake), message)
    message = f"more fails at {node.id!r} than its {intake}"
    yield from _pass(evidence, "errors_exceed_arrivals", node.id, ("errors", intake), message)
    message = f"{node.id!r} attempts less than what arrives"
    yield from _pass(evidence, "attempts_below_arrivals", node.id, ("arrivals", "attempts"), message)


def node_capacity(evidence: Evidence, node_id: str) -> FloatArray | None:
    """Return capacity x parallelism (SEMANTICS 4.3), NaN where unknown; None without a capacity."""
    capacity = evidence.values(node_id, "capacity")
    if capacity is None:
        return None
    return effective_capacity(capacity, evidence.values(node_id, "parallelism"))


def _of_capacity(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    served, capacity = evidence.values(node.id, "served"), node_capacity(evidence, node.id)
    if node.kind in SERVER_KINDS and served is not None and capacity is not None:
        message = f"{node.id!r} serves more than its capacity"
        yield from tell("served_exceeds_capacity", message, excess(served, capacity), node_id=node.id)


def _of_attempts(evidence: Evidence, node: TopologyNode) -> Iterator[Diagnostic]:
    message = f"more fails at {node.id!r} than is attempted"
    yield from _pass(evidence, "failures_exceed_attempts", node.id, ("failures", "attempts"), message)
    failed = "errors" if evidence.role(node.id, "failures") is None else "failures"
    message = f"more of the {failed} of {node.id!r} are exhausted than there are"
    yield from _pass(evidence, f"exhausted_exceeds_{failed}", node.id, ("exhaustedFailures", failed), message)
