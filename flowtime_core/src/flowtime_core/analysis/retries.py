"""Retries: whether attempts add up, and whether what limits them is at hand (SEMANTICS 4.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from flowtime_core.analysis.conservation import has_queue
from flowtime_core.analysis.finding import beyond, tell
from flowtime_core.records.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.analysis.evidence import Evidence

SERIES_MISSING: Final = {
    "attempts": "attempts_series_missing",
    "failures": "failures_series_missing",
    "retryEcho": "retry_echo_series_missing",
    "exhaustedFailures": "exhausted_failures_series_missing",
}
"""The code of a role that is mapped and has no value in any bin."""


def check_exhaustion(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per node that limits attempts and has no exhausted failures at hand."""
    return tuple(
        Diagnostic(
            code="missing_exhausted_failures_series",
            message=f"{node.id!r} limits attempts and has no exhaustedFailures",
            node_id=node.id,
        )
        for node in evidence.model.topology.nodes
        if node.semantics.max_attempts is not None and evidence.role(node.id, "exhaustedFailures") is None
    )


def check_retry_series(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per role about retries that is mapped and known in no bin."""
    return tuple(
        Diagnostic(code=code, message=f"{role} of {node.id!r} is mapped and has no values", node_id=node.id)
        for node in evidence.model.topology.nodes
        for role, code in SERIES_MISSING.items()
        if role in node.semantics.bindings and _is_empty(evidence, node.id, role)
    )


def _is_empty(evidence: Evidence, node_id: str, role: str) -> bool:
    values = evidence.values(node_id, role)
    return values is None or not np.isfinite(values).any()


def check_attempts(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per node whose attempts are not what was served, what failed and what a constraint left.

    Not at a queue: there an attempt may end in a later bin.
    """
    nodes = (node for node in evidence.model.topology.nodes if not has_queue(evidence, node))
    return tuple(finding for node in nodes for finding in _attempts(evidence, node.id))


def _attempts(evidence: Evidence, node_id: str) -> Iterator[Diagnostic]:
    attempts, served = evidence.values(node_id, "attempts"), evidence.values(node_id, "served")
    failed = evidence.values(node_id, "failures")
    failed = evidence.values(node_id, "errors") if failed is None else failed
    if attempts is None or served is None or failed is None:
        return
    unserved = evidence.values(node_id, "unserved")
    ends = served + failed if unserved is None else served + failed + unserved
    message = f"attempts of {node_id!r} are not what was served and what failed"
    size = np.abs(attempts) + np.abs(served) + np.abs(failed)
    yield from tell("attempts_conservation_mismatch", message, beyond(attempts - ends, size), node_id=node_id)
