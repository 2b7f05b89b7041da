"""Classes of flow: whether they sum to their totals, and reach what leaves a node (SEMANTICS 4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowtime_core.analysis.finding import beyond, tell
from flowtime_core.engine.tolerance import ABSOLUTE
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.model import BufferNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.analysis.evidence import Evidence, Flow

SUMMED = ("arrivals", "served", "errors")
"""Roles whose classes must sum to the total."""


def check_class_totals(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per role whose classes do not sum to its total."""
    return tuple(
        finding
        for node in evidence.model.topology.nodes
        for role in SUMMED
        for finding in _totals(evidence.role(node.id, role), node.id, role)
    )


def _totals(flow: Flow | None, node_id: str, role: str) -> Iterator[Diagnostic]:
    if flow is None or not flow.classes:
        return
    parts = list(flow.classes.values())
    off = flow.values
    for part in parts:
        off = off - part
    message = f"classes of the {role} of {node_id!r} do not sum to its total"
    yield from tell("class_totals_mismatch", message, beyond(off, np.abs(parts).sum(axis=0)), node_id=node_id)


def check_class_series(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per flow out of a node that lacks classes of the flow into it.

    Where a queue stands between them its depth carries the classes, and so does all that leaves it.
    """
    return tuple(finding for place in (*_of_nodes(evidence), *_of_buffers(evidence)) for finding in place)


def _of_nodes(evidence: Evidence) -> Iterator[Iterator[Diagnostic]]:
    for node in evidence.model.topology.nodes:
        for role in ("served", "errors"):
            flows = (evidence.role(node.id, name) for name in ("arrivals", role, "queueDepth"))
            yield _lacking(node.id, role, *flows)


def _of_buffers(evidence: Evidence) -> Iterator[Iterator[Diagnostic]]:
    for node in evidence.model.nodes:
        if isinstance(node, BufferNode):
            for role, name in (("outflow", node.outflow), ("loss", node.loss)):
                flows = (None if text is None else evidence.series(text) for text in (node.inflow, name, node.id))
                yield _lacking(node.id, role, *flows)


def _lacking(
    node_id: str, role: str, inflow: Flow | None, outflow: Flow | None, depth: Flow | None
) -> Iterator[Diagnostic]:
    """Tell of an outflow that is not all 0 and lacks classes that come in."""
    if inflow is None or outflow is None or not (np.abs(outflow.values) > ABSOLUTE).any():
        return
    known = {*outflow.classes, *(() if depth is None else depth.classes)}
    lost = sorted(name for name, part in inflow.classes.items() if part.any() and name not in known)
    if lost:
        state = "partial" if known else "missing"
        message = f"{role} of {node_id!r} lacks classes that come in: {', '.join(map(repr, lost))}"
        yield Diagnostic(code=f"class_series_{state}_{role}", message=message, node_id=node_id)
