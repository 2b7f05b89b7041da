"""Steps for routers, retries, shared constraints and edges (SEMANTICS 4.6 to 4.9)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from attrs import evolve

from flowtime_core.engine.kernels.retry import apply_policy
from flowtime_core.engine.names import role_pointer
from flowtime_core.engine.steps import (
    AllocationStep,
    AttemptsStep,
    CapStep,
    EchoStep,
    EdgeStep,
    ExprStep,
    GivenStep,
    QueueStep,
    RetryVolumeStep,
    RouterStep,
    SumStep,
)
from flowtime_core.records.ids import derived_key
from flowtime_core.records.model import BufferNode, RouterNode
from flowtime_core.records.topology import NumberBinding, SeriesBinding

if TYPE_CHECKING:
    from flowtime_core.engine.context import Context
    from flowtime_core.engine.steps import Step
    from flowtime_core.records.topology import Constraint, Edge, TopologyNode

FAILURE_MEASURES: Final = {"errors": "errors", "failures": "failures", "exhaustedfailures": "exhaustedFailures"}
ATTEMPT_MEASURES: Final = frozenset({"attempts", "load"})


# --- routers --------------------------------------------------------------------------------------------------------


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


# --- retries --------------------------------------------------------------------------------------------------------


def add_retry(context: Context, index: int, node: TopologyNode) -> None:
    """Add the generated retry echo of a node, and its failures by attempt where attempts are limited."""
    derived = context.names.derived
    echo = derived.get((node.id, "retryEcho"))
    if echo is None:
        return
    names, semantics = context.names, node.semantics
    pointer = role_pointer(index, "retryEcho")
    failures = names.role(node.id, "failures") or names.role(node.id, "errors")
    kernel, corrections = apply_policy(semantics.retry_kernel)
    for correction in corrections:
        message = f"retry kernel of {node.id!r}: {correction}"
        context.report("retry_kernel_policy", role_pointer(index, "retryKernel"), message, node_id=node.id)
    if failures is None:
        message = f"the retry echo of {node.id!r} needs failures or errors, and neither is mapped"
        context.report("missing_mapping", pointer, message, node_id=node.id, hint="map failures")
        return
    if semantics.max_attempts is not None:
        retried = _add_attempts(context, index, node, failures, kernel)
        if retried is None:
            return
        failures = retried
    context.add(EchoStep(key=echo, failures=failures, kernel=kernel), pointer)


def _add_attempts(
    context: Context, index: int, node: TopologyNode, failures: str, kernel: tuple[float, ...]
) -> str | None:
    """Add the split of failures by attempt; return the key of those that are tried again."""
    most = node.semantics.max_attempts or 0
    pointer = role_pointer(index, "maxAttempts")
    attempts = context.names.role(node.id, "attempts") or context.names.role(node.id, "arrivals")
    if most < 1 or kernel[0] > 0.0 or attempts is None:
        what = f"maxAttempts of {node.id!r}"
        if most < 1:
            message = f"{what} is {most}, expected 1 or more"
        elif attempts is None:
            message = f"{what} needs attempts or arrivals, and neither is mapped"
        else:
            message = f"{what} needs a retry kernel that begins with 0, got {kernel[0]:g}"
        context.report("invalid_topology", pointer, message, node_id=node.id)
        return None
    hidden = derived_key("exhausted", node.id)
    step = AttemptsStep(
        node_id=node.id,
        failures=failures,
        attempts=attempts,
        kernel=kernel,
        max_attempts=most,
        retried=derived_key("retried", node.id),
        exhausted=context.names.derived.get((node.id, "exhaustedFailures"), hidden),
    )
    context.add(step, pointer)
    return step.retried


# --- shared constraints ---------------------------------------------------------------------------------------------


def add_constraints(context: Context) -> None:
    """Add the allocation of every attached constraint, and put its grants where they cap (SEMANTICS 4.7)."""
    attached: dict[str, list[TopologyNode]] = {}
    for node in sorted(context.model.topology.nodes, key=lambda node: node.id):
        for constraint_id in dict.fromkeys(node.constraints):
            attached.setdefault(constraint_id, []).append(node)
    constraints = {constraint.id: (i, constraint) for i, constraint in enumerate(context.model.topology.constraints)}
    used = sorted(constraint_id for constraint_id in attached if constraint_id in constraints)
    demands = [derived_key("demand", constraint_id) for constraint_id in used]
    for constraint_id in used:
        index, constraint = constraints[constraint_id]
        own = derived_key("demand", constraint_id)
        others = tuple(key for key in demands if key != own)
        _add_allocation(context, index, constraint, attached[constraint_id], others)
    _add_caps(context, [node for node in context.model.topology.nodes if set(node.constraints) & set(used)])


def _grant_key(constraint_id: str, node_id: str) -> str:
    return derived_key("grant", f"{constraint_id}@{node_id}")


def _grants(context: Context, node: TopologyNode) -> tuple[str, ...]:
    known = {constraint.id for constraint in context.model.topology.constraints}
    return tuple(_grant_key(constraint_id, node.id) for constraint_id in sorted({*node.constraints} & known))


def _add_allocation(
    context: Context, index: int, constraint: Constraint, nodes: list[TopologyNode], others: tuple[str, ...]
) -> None:
    names = context.names
    pointer = f"/topology/constraints/{index}"
    capacity = None
    match constraint.served:
        case SeriesBinding(name=name):
            capacity = context.resolve(name, f"{pointer}/semantics/served", f"served of constraint {constraint.id!r}")
        case NumberBinding(value=value):
            capacity = derived_key("limit", constraint.id)
            context.number(capacity, value, f"{pointer}/semantics/served")
        case _:
            pass
    if isinstance(constraint.arrivals, SeriesBinding):
        where = f"{pointer}/semantics/arrivals"
        context.resolve(constraint.arrivals.name, where, f"arrivals of constraint {constraint.id!r}")
    asks = tuple(
        names.derived[node.id, "served"] if _is_server(context, node) else names.role(node.id, "arrivals")
        for node in nodes
    )
    grants = tuple(_grant_key(constraint.id, node.id) for node in nodes)
    step = AllocationStep(constraint_id=constraint.id, asks=asks, grants=grants, capacity=capacity, others=others)
    context.add(step, pointer)


def _is_server(context: Context, node: TopologyNode) -> bool:
    """Tell whether the engine derives what a queue serves."""
    derived = context.names.derived
    return (node.id, "queueDepth") in derived and (node.id, "served") in derived


def _add_caps(context: Context, nodes: list[TopologyNode]) -> None:
    """Give derived servers their grants; put a cap behind every mapped served series of the others."""
    caps: dict[str, list[TopologyNode]] = {}
    for node in nodes:
        if _is_server(context, node):
            context.steps = [
                evolve(step, grants=_grants(context, node))
                if isinstance(step, QueueStep) and step.released == derived_key("served", node.id)
                else step
                for step in context.steps
            ]
        elif (served := context.names.role(node.id, "served")) is not None:
            caps.setdefault(served, []).append(node)
    for served, capped in caps.items():
        _add_cap(context, served, capped)


def uncapped_key(context: Context, node_id: str) -> str:
    """Return the key of a series node before any constraint caps it."""
    uncapped = derived_key("uncapped", node_id)
    return uncapped if uncapped in context.places else node_id


def _add_cap(context: Context, served: str, nodes: list[TopologyNode]) -> None:
    uncapped = derived_key("uncapped", served)
    renamed: list[Step] = []
    for step in context.steps:
        if isinstance(step, (GivenStep, ExprStep, SumStep)) and step.key == served:
            renamed.append(evolve(step, key=uncapped))
            context.places[uncapped] = context.places[served]
        else:
            renamed.append(step)
    if renamed == context.steps:
        for node in nodes:
            message = f"constrained node {node.id!r}: its served series {served!r} is computed for another node"
            context.report("invalid_topology", context.places[node.id], message, node_id=node.id)
        return
    context.steps = renamed
    unserved = (context.names.derived.get((node.id, "unserved")) for node in nodes)
    step = CapStep(
        key=served,
        source=uncapped,
        grants=tuple(sorted({grant for node in nodes for grant in _grants(context, node)})),
        unserved=tuple(key for key in unserved if key is not None),
    )
    context.add(step, context.places[uncapped])


# --- edges ----------------------------------------------------------------------------------------------------------


def edge_measure(edge: Edge) -> str:
    """Return what an edge carries, as a role: its measure, else its port, else served (SEMANTICS 4.9)."""
    named = edge.measure or (edge.source.port if edge.source.port != "out" else "") or "served"
    lower = named.lower()
    if lower in ATTEMPT_MEASURES:
        return "attempts"
    return FAILURE_MEASURES.get(lower, "served")


def volume_of(measure: str) -> str:
    """Return the name of an edge's series for what it carries."""
    return {"served": "flowVolume", "attempts": "attemptsVolume"}.get(measure, "failuresVolume")


def add_edges(context: Context) -> None:
    """Add what every edge carries, and the echoes that come back over them (SEMANTICS 4.9)."""
    edges = context.model.topology.edges
    totals: dict[tuple[str, str], float] = {}
    for edge in sorted(edges, key=lambda edge: edge.id):
        if edge_measure(edge) == "served":
            place = (edge.source.node, edge.type)
            totals[place] = totals.get(place, 0.0) + edge.weight
    carried: dict[str, list[Edge]] = {}
    for i, edge in enumerate(edges):
        pointer = f"/topology/edges/{i}"
        if edge.lag < 0:
            message = f"lag of edge {edge.id!r} is {edge.lag}, expected 0 or more"
            context.report("invalid_topology", f"{pointer}/lag", message)
            continue
        step = _edge_step(context, edge, totals)
        if step is not None:
            context.add(step, pointer)
            if edge_measure(edge) == "served" and edge.type == "throughput":
                carried.setdefault(edge.target.node, []).append(edge)
    for node_id, incoming in carried.items():
        _add_retry_volumes(context, node_id, sorted(incoming, key=lambda edge: edge.id))


def _edge_step(context: Context, edge: Edge, totals: dict[tuple[str, str], float]) -> EdgeStep | None:
    measure = edge_measure(edge)
    weight = total = 1.0
    multiplier = 1.0 if edge.multiplier is None else edge.multiplier
    if measure != "served":
        source = context.names.role(edge.source.node, measure)
    else:
        source = _routed_part(context, edge)
        if source is None:
            source = released_key(context, edge.source.node)
            weight, total = edge.weight, totals[edge.source.node, edge.type]
        if edge.type != "effort":
            multiplier = 1.0
    if source is None:
        return None
    return EdgeStep(
        edge_id=edge.id,
        key=derived_key(volume_of(measure), edge.id),
        source=source,
        weight=weight if total != 0.0 else 0.0,
        total=total if total != 0.0 else 1.0,
        multiplier=multiplier,
        lag=edge.lag,
        in_transit=derived_key("inTransit", edge.id) if edge.lag > 0 else None,
    )


def released_key(context: Context, node_id: str) -> str | None:
    """Return the key of what a node passes on: the released flow of a queue, else served (SEMANTICS 4.3)."""
    entry = context.names.nodes.get(node_id)
    if entry is not None and (node_id, "queueDepth") in context.names.derived:
        served = context.names.derived.get((node_id, "served"))
        return derived_key("released", node_id) if served is None else served
    return context.names.role(node_id, "served")


def _routed_part(context: Context, edge: Edge) -> str | None:
    """Return the key of what a router sends to the arrivals of the edge's target, where the source is a router."""
    arrivals = context.names.role(edge.target.node, "arrivals")
    own = {edge.source.node, context.names.role(edge.source.node, "served")}
    for step in context.steps:
        if isinstance(step, RouterStep) and step.key in own and arrivals in step.targets:
            return step.parts[step.targets.index(arrivals)]
    return None


def _add_retry_volumes(context: Context, node_id: str, incoming: list[Edge]) -> None:
    echo = context.names.role(node_id, "retryEcho")
    if echo is None:
        return
    step = RetryVolumeStep(
        node_id=node_id,
        echo=echo,
        flows=tuple(derived_key("flowVolume", edge.id) for edge in incoming),
        keys=tuple(derived_key("retryVolume", edge.id) for edge in incoming),
    )
    context.add(step, f"/topology/nodes/{context.names.nodes[node_id][0]}")
