"""The model as a run stores it: every role reads a file of the run, so a copied directory still answers every query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.artifacts.layout import series_uri
from flowtime_core.records.measure import ROLES
from flowtime_core.records.topology import FileBinding, SeriesBinding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.model import Model
    from flowtime_core.records.run import EvaluatedRun
    from flowtime_core.records.topology import Binding, Constraint, TopologyNode


def self_contained_model(run: EvaluatedRun, paths: Mapping[str, str]) -> Model:
    """Return the model with every role that reads a series bound to its file.

    Parameters
    ----------
    run : EvaluatedRun
        Roles bound to a number have no engine key and stay numbers; a role whose text names nothing falls away, but in
        a telemetry run it stays, to tell that nobody measured it.
    paths : mapping of engine key to path
        File of each written series.
    """
    topology = run.model.topology
    is_measured = run.telemetry is not None
    role_keys = _unmeasured(run) if is_measured else run.role_keys
    return evolve(
        run.model,
        topology=evolve(
            topology,
            nodes=tuple(
                _bind_node(node if is_measured else _mapped(node), role_keys, paths) for node in topology.nodes
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


def _bind_node(node: TopologyNode, role_keys: Mapping[tuple[str, str], str], paths: Mapping[str, str]) -> TopologyNode:
    reads: dict[str, Binding] = {
        role: FileBinding(uri=series_uri(paths[role_keys[node.id, role]]))
        for role in ROLES
        if (node.id, role) in role_keys
    }
    return evolve(node, semantics=evolve(node.semantics, bindings={**node.semantics.bindings, **reads}))


def _bind_constraint(constraint: Constraint, paths: Mapping[str, str]) -> Constraint:
    arrivals, served = _bind(constraint.arrivals, paths), _bind(constraint.served, paths)
    return evolve(constraint, arrivals=arrivals, served=served)


def _bind(binding: Binding | None, paths: Mapping[str, str]) -> Binding | None:
    if isinstance(binding, SeriesBinding) and binding.name in paths:
        return FileBinding(uri=series_uri(paths[binding.name]))
    return binding
