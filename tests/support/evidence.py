"""Evidence made by hand: the series of an evaluation as a check sees them, right or wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import evolve

from flowtime_core.analysis.evidence import Evidence, Flow
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.grid import Grid
from flowtime_core.records.ids import derived_key
from flowtime_core.records.model import Model, SeriesNode
from flowtime_core.records.topology import Binding, Constraint, Edge, Endpoint, Semantics, Topology, TopologyNode

Numbers = Sequence[float]


def place(id: str = "Desk", kind: str = "service", **roles: Binding) -> TopologyNode:
    """A topology node; the bindings of its roles matter only where a check asks what was mapped."""
    return TopologyNode(id=id, kind=kind, semantics=Semantics(bindings=roles))


def edge(source: str, target: str, **changes: object) -> Edge:
    """An edge named after its ends, such as `A->B`."""
    made = Edge(id=f"{source}->{target}", source=Endpoint(node=source), target=Endpoint(node=target))
    return evolve(made, **changes)  # type: ignore[arg-type]


def evidence(
    *nodes: TopologyNode,
    flows: Mapping[str, Numbers],
    edges: Sequence[Edge] = (),
    constraints: Sequence[Constraint] = (),
    series: Sequence[SeriesNode] = (),
    roles: Mapping[tuple[str, str], str] | None = None,
    computed: Sequence[str] = (),
) -> Evidence:
    """Evidence of these series: `Node.role`, an engine name such as `flowVolume@A->B`, or with a class `x#red`."""
    named = {_name(key): np.array(values, dtype=np.float64) for key, values in flows.items()}
    found = {
        name: Flow(
            values=values,
            classes={key.partition("#")[2]: part for key, part in named.items() if key.startswith(f"{name}#")},
        )
        for name, values in named.items()
        if "#" not in name
    }
    places = {
        (key.partition(".")[0], key.partition(".")[2]): _name(key) for key in flows if "." in key and "#" not in key
    }
    bins = len(next(iter(named.values()))) if named else 3
    model = Model(
        grid=Grid(bins=bins, bin_size=1, bin_unit="hours"),
        nodes=tuple(series),
        topology=Topology(nodes=nodes, edges=tuple(edges), constraints=tuple(constraints)),
    )
    return Evidence(model=model, flows=found, roles=places | dict(roles or {}), computed=frozenset(computed))


def _name(key: str) -> str:
    whole, hash_sign, flow_class = key.partition("#")
    node_id, dot, role = whole.partition(".")
    return (derived_key(role, node_id) if dot else whole) + hash_sign + flow_class


def told(findings: Sequence[Diagnostic]) -> list[tuple[str, str | None, str, float | None, float | None]]:
    """Code, node, bins, worst value and total of each finding."""
    return [(f.code, f.node_id, ", ".join(map(str, f.bins)), f.value, f.total) for f in findings]
