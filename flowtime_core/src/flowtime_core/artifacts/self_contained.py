"""The model as a run stores it: every role reads a file of the run, so a copied directory still answers every query."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from flowtime_core.artifacts.layout import series_uri
from flowtime_core.engine.names import resolve_names
from flowtime_core.records.measure import ROLES
from flowtime_core.records.model import BufferNode
from flowtime_core.records.topology import FileBinding, NumberBinding, SeriesBinding, TopologyNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.engine.names import Names
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import EvaluatedRun
    from flowtime_core.records.topology import Binding, Constraint

Queue = TypeVar("Queue", TopologyNode, BufferNode)


def self_contained_model(run: EvaluatedRun, paths: Mapping[str, str]) -> Model:
    """Return the model with every role that reads a series bound to its file, and every role that is a number to it.

    Parameters
    ----------
    run : EvaluatedRun
        A role whose text names nothing falls away, but in a telemetry run it stays, to tell that nobody measured it.
        Aliases, which bound roles no longer give, become ``Node.role`` in policies.
    paths : mapping of engine key to path
        File of each written series.
    """
    topology, names = run.model.topology, resolve_names(run.model)
    is_measured = run.telemetry is not None
    role_keys = _unmeasured(run) if is_measured else run.role_keys
    reads: dict[tuple[str, str], Binding] = {
        place: FileBinding(uri=series_uri(paths[key])) for place, key in role_keys.items() if place[1] in ROLES
    }
    reads = _numbers(names) | reads
    return evolve(
        run.model,
        nodes=tuple(
            _without_aliases(node, names) if isinstance(node, BufferNode) else node for node in run.model.nodes
        ),
        topology=evolve(
            topology,
            nodes=tuple(
                _without_aliases(_bind_node(node if is_measured else _mapped(node), reads), names)
                for node in topology.nodes
            ),
            constraints=tuple(_bind_constraint(constraint, paths) for constraint in topology.constraints),
        ),
    )


def _unmeasured(run: EvaluatedRun) -> dict[tuple[str, str], str]:
    """Return the roles of a telemetry run but those that read one of its measured files."""
    measured = {
        (node.id, role)
        for node in run.model.topology.nodes
        for role, binding in node.semantics.bindings.items()
        if isinstance(binding, FileBinding)
    }
    return {place: key for place, key in run.role_keys.items() if place not in measured}


def _mapped(node: TopologyNode) -> TopologyNode:
    """Return a node without the names of series; a telemetry run keeps those that nobody measured."""
    stays = {role: one for role, one in node.semantics.bindings.items() if not isinstance(one, SeriesBinding)}
    return evolve(node, semantics=evolve(node.semantics, bindings=stays))


def _numbers(names: Names) -> dict[tuple[str, str], Binding]:
    """Return the roles that read a number, their own or by ``Node.role`` that of another node."""
    given = {
        names.bound[node_id, role]: binding
        for node_id, (_, node) in names.nodes.items()
        for role, binding in node.semantics.bindings.items()
        if isinstance(binding, NumberBinding)
    }
    places = ((node_id, role) for node_id in names.nodes for role in ROLES)
    return {place: given[key] for place in places if (key := names.role(*place)) in given}


def _bind_node(node: TopologyNode, reads: Mapping[tuple[str, str], Binding]) -> TopologyNode:
    own = {role: reads[node.id, role] for role in ROLES if (node.id, role) in reads}
    return evolve(node, semantics=evolve(node.semantics, bindings={**node.semantics.bindings, **own}))


def _without_aliases(queue: Queue, names: Names) -> Queue:
    dispatch, wip = queue.dispatch, queue.wip
    if dispatch is not None and dispatch.capacity_series is not None:
        dispatch = evolve(dispatch, capacity_series=_plain_name(dispatch.capacity_series, names))
    if wip is not None and isinstance(wip.limit, str):
        wip = evolve(wip, limit=_plain_name(wip.limit, names))
    return evolve(queue, dispatch=dispatch, wip=wip)


def _plain_name(text: str, names: Names) -> str:
    """Return ``Node.role`` for an alias, and any other text as it is."""
    role, at, node_id = names.aliases.get(text, "").partition("@")
    return f"{node_id}.{role}" if at else text


def _bind_constraint(constraint: Constraint, paths: Mapping[str, str]) -> Constraint:
    arrivals, served = _bind(constraint.arrivals, paths), _bind(constraint.served, paths)
    return evolve(constraint, arrivals=arrivals, served=served)


def _bind(binding: Binding | None, paths: Mapping[str, str]) -> Binding | None:
    if isinstance(binding, SeriesBinding) and binding.name in paths:
        return FileBinding(uri=series_uri(paths[binding.name]))
    return binding
