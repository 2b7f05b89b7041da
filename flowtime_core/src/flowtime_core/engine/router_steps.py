"""Steps for routers and what they bring to their targets (SEMANTICS 4.6)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowtime_core.engine.steps import (
    RouterStep,
    SumStep,
)
from flowtime_core.expr.functions import find_function
from flowtime_core.expr.kernels.whole import exact_sum
from flowtime_core.records.ids import derived_key
from flowtime_core.records.model import BufferNode, RouterNode

if TYPE_CHECKING:
    from flowtime_core.engine.context import Context
    from flowtime_core.engine.steps import Step


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
        weights.append(exact_sum([1.0 if r.weight is None else r.weight for r in routes if not r.classes]))
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
    declared = {flow_class.id for flow_class in context.model.classes}
    routed: set[str] = set()
    if math.isinf(exact_sum([route.weight or 0.0 for route in node.routes])):
        message = f"weights of router {node.id!r} sum to more than a number holds"
        context.report("invalid_topology", f"{pointer}/routes", message, node_id=node.id, hint="divide them all")
        good = False
    for i, route in enumerate(node.routes):
        if find_function(route.target) is not None:
            message = f"route of {node.id!r} leads to {route.target!r}, which is the name of a function"
            where = f"{pointer}/routes/{i}/target"
            context.report("reserved_id", where, message, node_id=node.id, hint=route.target.lower())
            good = False
        if route.weight is not None and route.weight <= 0.0:
            message = f"route of {node.id!r} to {route.target!r} has weight {route.weight:g}, expected more than 0"
            context.report("invalid_topology", f"{pointer}/routes/{i}/weight", message, node_id=node.id)
            good = False
        for name in route.classes:
            if name in routed:
                message = f"router {node.id!r} routes class {name!r} twice"
                context.report("invalid_topology", f"{pointer}/routes/{i}/classes", message, node_id=node.id)
                good = False
            elif declared and name not in declared:
                message = f"router {node.id!r} routes class {name!r}, which is not declared"
                hint = context.names.suggest(name, lambda: declared)
                where = f"{pointer}/routes/{i}/classes"
                context.report("unknown_class", where, message, node_id=node.id, hint=hint)
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
        brought = SumStep(key=target, parts=tuple(parts))
        kept: list[Step] = [brought if step.writes == (target,) else step for step in context.steps]
        context.steps = kept if target in context.places else [*kept, brought]
        context.places.setdefault(target, "")
