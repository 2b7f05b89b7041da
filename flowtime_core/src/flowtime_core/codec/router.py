"""Routers on the wire (SEMANTICS 4.6): ``inputs`` and ``routes`` on the node, or nested under ``router``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.number import json_number
from flowtime_core.records.ids import is_node_id
from flowtime_core.records.model import Route, RouterNode

if TYPE_CHECKING:
    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain


def read_router(fields: Fields, node_id: str, labels: dict[str, str]) -> RouterNode | None:
    """Return a router; a class may be routed once, a weight must be above 0 (SEMANTICS 4.6)."""
    nested = fields.mapping("router", what=f"the router of {fields.what}")
    body = nested or fields
    inputs = body.mapping("inputs", what=f"inputs of {fields.what}", required=True, hint="inputs: {queue: series}")
    queue = inputs.text("queue", required=True) if inputs is not None else ""
    routes = tuple(_read_route(route) for route in body.mappings("routes", what="route", name_by="target"))
    if not routes:
        body.missing("routes", hint="routes: [{target: series, weight: 1}]")
    _check_classes_once(body, routes)
    for closed in (inputs, nested):
        if closed is not None:
            closed.close()
    return RouterNode(id=node_id, input=queue, routes=routes, labels=labels)


def _read_route(route: Fields) -> Route:
    target = route.text("target", required=True)
    if target and not is_node_id(target):
        route.error("target", f"target {target!r} is no series id", code="invalid_id")
    weight = route.number("weight")
    if weight is not None and weight <= 0:
        route.error("weight", f"weight of {route.what} is {json_number(weight)}, expected more than 0")
    classes = route.texts("classes")
    if classes and weight is not None:
        text = f"weight of {route.what} is ignored: it takes its classes whole"
        route.note("weight", text, code="unknown_key", hint="remove weight or classes")
    route.close()
    return Route(target=target, weight=weight, classes=classes)


def _check_classes_once(body: Fields, routes: tuple[Route, ...]) -> None:
    seen: set[str] = set()
    for flow_class in (name for route in routes for name in route.classes):
        if flow_class in seen:
            body.error("routes", f"{body.what} routes class {flow_class!r} twice", code="duplicate_id")
        seen.add(flow_class)


def router_to_plain(node: RouterNode) -> dict[str, Plain]:
    """Return ``inputs`` and ``routes``, to be merged into the node."""
    return {"inputs": {"queue": node.input}, "routes": [_route_to_plain(route) for route in node.routes]}


def _route_to_plain(route: Route) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"target": route.target}
    if route.classes:
        plain["classes"] = list(route.classes)
    if route.weight is not None:
        plain["weight"] = json_number(route.weight)
    return plain
