"""Steps for routers and what they bring to their targets (SEMANTICS 4.6)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowtime_core.engine.steps import (
    RouterStep,
    SumStep,
)
from flowtime_core.records.ids import derived_key
from flowtime_core.records.model import BufferNode, RouterNode

if TYPE_CHECKING:
    from flowtime_core.engine.context import Context


def add_router(context: Context, node: RouterNode, pointer: str) -> None:
    """Add a router's own step; what it brings to its targets is added by :func:`add_targets`."""
    source = context.resolve(node.input, f"{pointer}/inputs/queue", f"input of router {node.id!r}")
    if source is None:
        return
    if not _routes_are_good(context, node, pointer):
        return
    targets = dict.fromkeys(route.target for route in node.routes)
    weights: list[float] = []
    classes: list[tuple[str, ...]] = []
    for target in targets:
        routes = [route for route in node.routes if route.target == target]
        weights.append(math.fsum(1.0 if r.weight is None else r.weight for r in routes if not r.classes))
        classes.append(tuple(sorted(name for route in routes for name in route.classes)))
    step = RouterStep(
        key=node.id,
        input=source,
        parts=tuple(derived_key("part", f"{node.id}@{target}") for target in targets),
        targets=tuple(targets),
        weights=tuple(weights),
        classes=tuple(classes),
    )
    context.add(step, pointer)


def _routes_are_good(context: Context, node: RouterNode, pointer: str) -> bool:
    """Report weights that are not positive, and classes routed twice."""
    good = True
    routed: set[str] = set()
    for i, route in enumerate(node.routes):
        if route.weight is not None and route.weight <= 0.0:
            message = f"route of {node.id!r} to {route.target!r} has weight {route.weight:g}, expected more than 0"
            context.report("invalid_topology", f"{pointer}/routes/{i}/weight", message, node_id=node.id)
            good = False
        for name in route.classes:
            if name in routed:
                message = f"router {node.id!r} routes class {name!r} twice"
                context.report("invalid_topology", f"{pointer}/routes/{i}/classes", message, node_id=node.id)
                good = False
            routed.add(name)
    return good


def routed_targets(context: Context) -> dict[str, list[str]]:
    """Return the parts that routers bring to each target, in order of router id and route."""
    brought: dict[str, list[str]] = {}
    routers = (step for step in context.steps if isinstance(step, RouterStep))
    for step in sorted(routers, key=lambda step: step.key):
        for target, part in zip(step.targets, step.parts, strict=True):
            brought.setdefault(target, []).append(part)
    return brought


def add_targets(context: Context) -> None:
    """Let routers override their targets (SEMANTICS 4.6)."""
    replaceable = {node.id for node in context.model.nodes if not isinstance(node, (BufferNode, RouterNode))}
    for target, parts in routed_targets(context).items():
        if target in context.places and target not in replaceable:
            message = f"a router cannot override {target!r}: it is no const, pmf or expr node"
            context.report("invalid_topology", context.places[target], message, node_id=target)
            continue
        context.steps = [step for step in context.steps if step.writes != (target,)]
        context.add(SumStep(key=target, parts=tuple(parts)), context.places.get(target, ""))
