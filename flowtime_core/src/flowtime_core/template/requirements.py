"""What a mode asks of the model a template makes, beyond what every model must be (REQUIREMENTS: T4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.records.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flowtime_core.records.document import Document
    from flowtime_core.records.model import Model
    from flowtime_core.records.topology import TopologyNode

_OPEN_KINDS: Final = frozenset({"external", "router"})
"""Kinds whose arrivals are not of their own."""

_SERVING_KINDS: Final = frozenset({"service", "serviceWithBuffer", "queue", "dependency"})
_SERVING_ROLES: Final = ("served", "queueDepth", "capacity")


def lacking(model: Model, document: Document, findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return what a simulation lacks: a start, a topology, roles that give its nodes numbers; telemetry needs none.

    The numbers come from evaluation, so every node says what arrives, and a node that serves says what leaves: by
    ``served``, ``queueDepth`` or ``capacity``. What ``findings`` found to be wrong is not lacking as well.
    """
    if model.mode != "simulation":
        return ()
    faults = [fault for fault in findings if fault.is_error]
    return tuple(need for need in _simulation(model, document) if not any(_covers(f, need) for f in faults))


def _covers(fault: Diagnostic, need: Diagnostic) -> bool:
    """Tell whether a fault at or below the place of a need explains it."""
    if need.code == "start_unknown" and fault.code == "invalid_grid":
        return True
    place, pointer = fault.location, need.location
    return place is not None and pointer is not None and place.pointer.startswith(pointer.pointer)


def _simulation(model: Model, document: Document) -> Iterator[Diagnostic]:
    if model.grid.start is None:
        yield Diagnostic(
            code="start_unknown",
            message="a simulation needs the start of its window",
            location=document.locate("/window"),
            hint="window: {start: 2025-01-01T00:00:00Z, timezone: UTC}",
        )
    if not model.topology.nodes:
        yield Diagnostic(
            code="no_topology",
            message="a simulation needs at least one topology node",
            location=document.locate("/topology"),
        )
    for index, node in enumerate(model.topology.nodes):
        location = document.locate(f"/topology/nodes/{index}/semantics")
        for message in _lacks(node):
            yield Diagnostic(code="missing_mapping", message=message, location=location, node_id=node.id)


def _lacks(node: TopologyNode) -> Iterator[str]:
    roles = node.semantics.bindings
    if node.kind not in _OPEN_KINDS and "arrivals" not in roles:
        yield f"topology node {node.id!r} maps no arrivals, which a simulation needs"
    if node.kind in _SERVING_KINDS and not any(role in roles for role in _SERVING_ROLES):
        yield f"topology node {node.id!r} maps none of {', '.join(_SERVING_ROLES)}, of which a simulation needs one"
