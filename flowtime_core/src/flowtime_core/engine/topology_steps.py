"""Steps for the nodes of the topology: queues and sinks (SEMANTICS 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.engine.steps import QueueStep, SinkStep
from flowtime_core.records.ids import derived_key
from flowtime_core.records.model import BufferNode

if TYPE_CHECKING:
    from flowtime_core.engine.context import Context
    from flowtime_core.records.policy import DispatchSchedule, WipLimit
    from flowtime_core.records.topology import TopologyNode


def add_topology_node(context: Context, index: int, node: TopologyNode) -> None:
    """Add what the engine derives for one topology node, and tell what it does not heed."""
    derived = context.names.derived
    pointer = f"/topology/nodes/{index}"
    _note_idle_policies(context, pointer, node)
    if (node.id, "queueDepth") in derived:
        _refuse_namesake(context, pointer, node)
        context.add(_queue_step(context, pointer, node), pointer)
    elif node.kind == "sink" and (node.id, "served") in derived:
        arrivals = context.names.role(node.id, "arrivals")
        if arrivals is not None:
            errors = context.names.role(node.id, "errors")
            key = derived[node.id, "served"]
            context.add(SinkStep(node_id=node.id, key=key, arrivals=arrivals, errors=errors), pointer)


def _note_idle_policies(context: Context, pointer: str, node: TopologyNode) -> None:
    """Tell which policies of a node rule nothing: it has no queue, or one that has its own among the series nodes.

    A schedule on a node without a queue says when it is open, and initial content begins whatever depth it shows.
    """
    if (node.id, "queueDepth") in context.names.derived:
        return
    depth = context.names.role(node.id, "queueDepth")
    is_authored = any(isinstance(other, BufferNode) and other.id == depth for other in context.model.nodes)
    idle = {
        "wipLimit": node.wip is not None,
        "dispatchSchedule": node.dispatch is not None and is_authored,
        "initialCondition": node.initial_depth is not None and depth is None,
    }
    why, hint = f"the engine derives no queue at {node.id!r}", "make it a queue that the engine derives, or remove it"
    if is_authored:
        why, hint = f"its queue is the series node {depth!r}", f"write it at {depth!r}"
    for key in (key for key, is_given in idle.items() if is_given):
        message = f"{key} of {node.id!r} is ignored: {why}"
        context.report("unknown_key", f"{pointer}/{key}", message, node_id=node.id, hint=hint)


def _refuse_namesake(context: Context, pointer: str, node: TopologyNode) -> None:
    """Report an authored queue of the same id: both would publish under it."""
    if any(isinstance(other, BufferNode) and other.id == node.id for other in context.model.nodes):
        message = f"queue {node.id!r} is computed here, and a series node {node.id!r} is another queue"
        hint = f"name it: queueDepth: {node.id}, or give one of them another id"
        context.report("duplicate_id", f"{pointer}/id", message, node_id=node.id, hint=hint)


def _queue_step(context: Context, pointer: str, node: TopologyNode) -> QueueStep:
    _check_wip(context, node.wip, pointer, node.id)
    names = context.names
    served = names.derived.get((node.id, "served"))
    outflow = names.role(node.id, "served" if served is None else "capacity")
    return QueueStep(
        node_id=node.id,
        derived=served is not None,
        arrivals=names.role(node.id, "arrivals"),
        outflow=outflow,
        parallelism=names.role(node.id, "parallelism"),
        loss=names.role(node.id, "loss") or names.role(node.id, "errors"),
        dispatch=_dispatch(context, node.dispatch, pointer, node.id),
        wip_limit=_fixed_limit(node.wip),
        wip_series=_limit_series(context, node.wip, pointer, node.id),
        overflow_from=_overflow_into(context, node.id),
        initial=node.initial_depth or 0.0,
        depth=names.derived[node.id, "queueDepth"],
        released=derived_key("released", node.id) if served is None else served,
        overflow=names.derived.get((node.id, "overflow")),
    )


def buffer_step(context: Context, node: BufferNode, pointer: str) -> QueueStep:
    """Return the step of an authored queue among the series nodes (SEMANTICS 2.5)."""
    arrivals = context.resolve(node.inflow, f"{pointer}/inflow", f"inflow of {node.id!r}")
    outflow = loss = None
    if node.outflow is not None:
        outflow = context.resolve(node.outflow, f"{pointer}/outflow", f"outflow of {node.id!r}")
    if node.loss is not None:
        loss = context.resolve(node.loss, f"{pointer}/loss", f"loss of {node.id!r}")
    _check_wip(context, node.wip, pointer, node.id)
    initial = node.initial_depth if node.initial_depth is not None else _initial_of_reader(context, node.id)
    return QueueStep(
        node_id=node.id,
        derived=False,
        arrivals=arrivals,
        outflow=outflow,
        parallelism=None,
        loss=loss,
        dispatch=_dispatch(context, node.dispatch, pointer, node.id),
        wip_limit=_fixed_limit(node.wip),
        wip_series=_limit_series(context, node.wip, pointer, node.id),
        overflow_from=(),
        initial=initial,
        depth=node.id,
        released=derived_key("released", node.id),
        overflow=None if node.wip is None else derived_key("overflow", node.id),
    )


def _initial_of_reader(context: Context, key: str) -> float:
    """Return the initial depth of the topology node whose queueDepth names this series, else 0."""
    found: float | None = None
    for index, node in enumerate(context.model.topology.nodes):
        if node.initial_depth is None or context.names.role(node.id, "queueDepth") != key:
            continue
        if found is not None and found != node.initial_depth:
            message = f"queue {key!r} begins with {node.initial_depth:g} at {node.id!r} and with {found:g} elsewhere"
            pointer = f"/topology/nodes/{index}/initialCondition"
            context.report("invalid_topology", pointer, message, node_id=node.id, hint=f"give it once, at {key!r}")
        found = node.initial_depth
    return 0.0 if found is None else found


def _dispatch(
    context: Context, dispatch: DispatchSchedule | None, pointer: str, node_id: str
) -> DispatchSchedule | None:
    """Return the schedule with the key of its capacity series."""
    if dispatch is None or dispatch.capacity_series is None:
        return dispatch
    where = f"{pointer}/dispatchSchedule/capacitySeries"
    key = context.resolve(dispatch.capacity_series, where, f"capacitySeries of {node_id!r}")
    return evolve(dispatch, capacity_series=key)


def _fixed_limit(wip: WipLimit | None) -> float | None:
    return None if wip is None or isinstance(wip.limit, str) else float(wip.limit)


def _limit_series(context: Context, wip: WipLimit | None, pointer: str, node_id: str) -> str | None:
    if wip is None or not isinstance(wip.limit, str):
        return None
    return context.resolve(wip.limit, f"{pointer}/wipLimit", f"wipLimit of {node_id!r}")


def _overflow_into(context: Context, target: str) -> tuple[str, ...]:
    """Return the overflow series that join a node, in order of their ids: a sum must not depend on declarations."""
    derived = context.names.derived
    topology = [(node.id, node.wip) for node in context.model.topology.nodes if (node.id, "overflow") in derived]
    series = [(node.id, node.wip) for node in context.model.nodes if isinstance(node, BufferNode)]
    sources = {node_id for node_id, wip in (*topology, *series) if wip is not None and wip.overflow == target}
    return tuple(derived_key("overflow", node_id) for node_id in sorted(sources))


def _check_wip(context: Context, wip: WipLimit | None, pointer: str, node_id: str) -> None:
    """Report a negative limit, and an overflow target whose queue is not derived (SEMANTICS 4.5)."""
    if wip is None:
        return
    if not isinstance(wip.limit, str) and wip.limit < 0.0:
        message = f"wipLimit of {node_id!r} is {wip.limit:g}, expected 0 or more"
        context.report("invalid_topology", f"{pointer}/wipLimit", message, node_id=node_id)
    if wip.overflow is not None and (wip.overflow, "queueDepth") not in context.names.derived:
        message = f"wipOverflow of {node_id!r} names {wip.overflow!r}, which is no queue that the engine derives"
        queues = [place for place, measure in context.names.derived if measure == "queueDepth"]
        hint = context.names.suggest(wip.overflow, lambda: queues)
        context.report("invalid_topology", f"{pointer}/wipOverflow", message, node_id=node_id, hint=hint)
