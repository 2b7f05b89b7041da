"""Steps for shared constraints: allocations, and caps on what nodes serve (SEMANTICS 4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.engine.names import role_pointer
from flowtime_core.engine.steps import (
    AllocationStep,
    CapStep,
    ExprStep,
    GivenStep,
    QueueStep,
    SinkStep,
    SumStep,
)
from flowtime_core.records.ids import derived_key
from flowtime_core.records.topology import NumberBinding, SeriesBinding

if TYPE_CHECKING:
    from flowtime_core.engine.context import Context
    from flowtime_core.engine.steps import Step
    from flowtime_core.records.topology import Constraint, TopologyNode


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
        case None:
            pass
        case _:
            message = f"served of constraint {constraint.id!r} names no series of the model and is no number"
            hint = "give a const node that source, and name the node"
            context.report("invalid_topology", f"{pointer}/semantics/served", message, hint=hint)
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
        if isinstance(step, (GivenStep, ExprStep, SumStep, SinkStep)) and step.key == served:
            renamed.append(evolve(step, key=uncapped))
            context.places[uncapped] = context.places[served]
        else:
            renamed.append(step)
    if renamed == context.steps:
        for node in nodes:
            message = f"constrained node {node.id!r}: its served series {served!r} is computed for another node"
            pointer = role_pointer(context.names.nodes[node.id][0], "served")
            context.report("invalid_topology", pointer, message, node_id=node.id)
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
