"""Short ways to write a model in a test."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.simulate import SeriesTable
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.grid import Grid
from flowtime_core.records.model import ConstNode, ExprNode, Model, SeriesNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import (
    Binding,
    Constraint,
    Edge,
    Endpoint,
    NumberBinding,
    SelfBinding,
    Semantics,
    SeriesBinding,
    Topology,
    TopologyNode,
)


def hours(bins: int) -> Grid:
    """A grid of so many hours."""
    return Grid(bins=bins, bin_size=1, bin_unit="hours")


def series(**values: str | float | Sequence[float]) -> tuple[SeriesNode, ...]:
    """A text becomes an expression, numbers a const."""
    return tuple(
        ExprNode(id=id, text=given)
        if isinstance(given, str)
        else ConstNode(id=id, values=float(given) if isinstance(given, (int, float)) else tuple(map(float, given)))
        for id, given in values.items()
    )


def bound(given: str | float | Binding) -> Binding:
    """A text names a series (``self`` is itself), a number is a number."""
    if isinstance(given, str):
        return SelfBinding() if given == "self" else SeriesBinding(name=given)
    return NumberBinding(value=float(given)) if isinstance(given, (int, float)) else given


def place(
    id: str,
    kind: str = "service",
    *,
    initial: float | None = None,
    dispatch: DispatchSchedule | None = None,
    wip: WipLimit | None = None,
    constraints: tuple[str, ...] = (),
    retry_kernel: tuple[float, ...] | None = None,
    max_attempts: int | None = None,
    **roles: str | float | Binding,
) -> TopologyNode:
    """A topology node with its roles."""
    bindings = {role: bound(given) for role, given in roles.items()}
    return TopologyNode(
        id=id,
        kind=kind,
        semantics=Semantics(bindings=bindings, retry_kernel=retry_kernel, max_attempts=max_attempts),
        initial_depth=initial,
        dispatch=dispatch,
        wip=wip,
        constraints=constraints,
    )


def shared(id: str, served: str | float | Binding) -> Constraint:
    """A shared constraint with its capacity."""
    return Constraint(id=id, served=bound(served))


def edge(id: str, source: str, target: str, **more: float | str) -> Edge:
    """An edge; ``node:port`` as on the wire."""
    ends = [Endpoint(node=text.partition(":")[0], port=text.partition(":")[2]) for text in (source, target)]
    weight, multiplier, lag = more.get("weight", 1.0), more.get("multiplier"), more.get("lag", 0)
    return Edge(
        id=id,
        source=ends[0],
        target=ends[1],
        type=str(more.get("type", "throughput")),
        measure=str(more.get("measure", "")),
        weight=float(weight),
        multiplier=None if multiplier is None else float(multiplier),
        lag=int(lag),
    )


def model(
    bins: int,
    nodes: Sequence[SeriesNode] = (),
    places: Sequence[TopologyNode] = (),
    *,
    edges: Sequence[Edge] = (),
    constraints: Sequence[Constraint] = (),
    grid: Grid | None = None,
) -> Model:
    """A model on a grid of hours."""
    topology = Topology(nodes=tuple(places), edges=tuple(edges), constraints=tuple(constraints))
    return Model(grid=hours(bins) if grid is None else grid, nodes=tuple(nodes), topology=topology)


def errors_of(faulty: Model) -> list[Diagnostic]:
    """Every finding with which the compiler refuses a model."""
    with pytest.raises(DocumentInvalidError) as caught:
        compile_model(faulty)
    return list(caught.value.findings)


def error_of(faulty: Model) -> Diagnostic:
    """The only finding with which the compiler refuses a model."""
    (finding,) = errors_of(faulty)
    return finding


def values(table: SeriesTable, key: str, scenario: int = 0) -> list[float]:
    """One series as plain numbers."""
    return [float(value) for value in table.values(key, scenario)]


def told(table: SeriesTable, scenario: int = 0) -> list[tuple[str, str | None, str]]:
    """Code, node and bins of what was noticed."""
    return [(d.code, d.node_id, ",".join(map(str, d.bins))) for d in table.diagnostics(scenario)]
