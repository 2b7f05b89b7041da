"""Routers: everything that comes in goes out, class by class (SEMANTICS 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowtime_core.analysis.finding import beyond, tell
from flowtime_core.records.model import RouterNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flowtime_core.analysis.evidence import Evidence, Flow
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.series import FloatArray


def check_routers(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return a finding per router that has no route for part of its input, or that gains or loses on the way."""
    routers = [node for node in evidence.model.nodes if isinstance(node, RouterNode)]
    return tuple(
        finding
        for group in _groups(routers)
        for finding in (*(found for router in group for found in _unrouted(evidence, router)), *_leaks(evidence, group))
    )


def _unrouted(evidence: Evidence, router: RouterNode) -> Iterator[Diagnostic]:
    """Without a route by weight, classes that no route takes go nowhere."""
    source = evidence.series(router.input)
    if source is None or any(not route.classes for route in router.routes):
        return
    rest = source.values
    for name in {name for route in router.routes for name in route.classes}:
        rest = rest - source.classes.get(name, 0.0)
    message = f"router {router.id!r} has no route for part of its input"
    yield from tell("router_missing_class_route", message, beyond(rest, source.values), node_id=router.id)


def _groups(routers: Sequence[RouterNode]) -> list[list[RouterNode]]:
    """Put routers together that share a target: only all of them fill it."""
    groups: list[list[RouterNode]] = []
    for router in routers:
        targets = _targets([router])
        sharing = [group for group in groups if targets & _targets(group)]
        groups = [group for group in groups if group not in sharing]
        groups.append([*(member for group in sharing for member in group), router])
    return groups


def _targets(routers: Sequence[RouterNode]) -> set[str]:
    return {route.target for router in routers for route in router.routes}


def _leaks(evidence: Evidence, group: Sequence[RouterNode]) -> Iterator[Diagnostic]:
    """Compare what routers take in with what their targets hold, the total and every class of it.

    A target that a shared constraint caps holds less than it was sent, and is not judged.
    """
    capped = {evidence.roles.get((node.id, "served")) for node in evidence.model.topology.nodes if node.constraints}
    sources = _all(evidence, [router.input for router in group])
    targets = _all(evidence, sorted(_targets(group)))
    if capped & _targets(group) or not sources or not targets:
        return
    names: list[str | None] = [None, *sorted({name for flow in sources for name in flow.classes})]
    size = _sum([np.abs(flow.values) for flow in (*sources, *targets)])
    off = [beyond(_class_sum(sources, name) - _class_sum(targets, name), size) for name in names]
    worst = np.max(np.abs(off), axis=0)
    ids = ", ".join(repr(router.id) for router in group)
    message = f"router {ids} does not send out what comes in"
    yield from tell("router_class_leakage", message, worst, node_id=group[0].id)


def _all(evidence: Evidence, names: Sequence[str]) -> list[Flow]:
    """Return the series behind names; nothing when one of them is not at hand."""
    found = [evidence.series(name) for name in names]
    return [flow for flow in found if flow is not None] if None not in found else []


def _class_sum(flows: Sequence[Flow], name: str | None) -> FloatArray:
    """Return the total of flows, or one class of it."""
    return _sum([flow.values if name is None else flow.classes.get(name, 0.0 * flow.values) for flow in flows])


def _sum(parts: Sequence[FloatArray]) -> FloatArray:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
