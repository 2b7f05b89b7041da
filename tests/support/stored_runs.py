"""Stored runs built by hand: nodes with roles as numbers per bin, nothing on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from attrs import evolve, frozen

from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.grid import Grid
from flowtime_core.records.ids import SeriesId
from flowtime_core.records.measure import MEASURES
from flowtime_core.records.model import FlowClass, Mode, Model, Rng
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import Series
from flowtime_core.records.topology import (
    Binding,
    Edge,
    Endpoint,
    FileBinding,
    NumberBinding,
    Position,
    Semantics,
    Topology,
    TopologyNode,
)

START = datetime(2025, 1, 1, tzinfo=UTC)
HASH = "sha256:" + "ab" * 32
INPUT_HASH = "sha256:" + "cd" * 32

Values = Sequence[float] | float


@frozen(kw_only=True)
class Node:
    """A topology node with its values: a list is a stored series, a number a constant role."""

    id: str
    kind: str = "service"
    roles: Mapping[str, Values]
    sla: float | None = None
    dispatch: DispatchSchedule | None = None
    aliases: Mapping[str, str] = EMPTY
    initial: float | None = None
    wip: WipLimit | None = None
    constraints: tuple[str, ...] = ()
    position: Position | None = None

    def stored_id(self, role: str) -> str:
        """The id of the series that carries a role."""
        return SeriesId.of_node(f"{self.id}_{role}").text

    def uri(self, role: str) -> str:
        """The file a role is bound to."""
        return f"file:{self.id}_{'queue' if role == 'queueDepth' else role}.csv"

    def record(self) -> TopologyNode:
        """The node as the stored model has it."""
        bindings: dict[str, Binding] = {
            role: NumberBinding(value=float(values))
            if isinstance(values, int | float)
            else FileBinding(uri=self.uri(role))
            for role, values in self.roles.items()
        }
        return TopologyNode(
            id=self.id,
            kind=self.kind,
            semantics=Semantics(bindings=bindings, sla_minutes=self.sla, aliases=self.aliases),
            dispatch=self.dispatch,
            initial_depth=self.initial,
            wip=self.wip,
            constraints=self.constraints,
            position=self.position,
        )


def stored_series(name: str, values: Sequence[float]) -> dict[str, Series]:
    """One declared series as a run stores it, by its id."""
    series_id = SeriesId.of_node(name).text
    return {series_id: Series(id=series_id, unit="entities/bin", kind="flow", values=np.array(values, dtype=float))}


def edge(way: str, **fields: Any) -> Edge:  # noqa: ANN401 - any field of an edge
    """The edge ``From -> To``, with ports as ``From:port``."""
    source, target = (
        Endpoint(node=node, port=port) for node, _, port in (end.partition(":") for end in way.split("->"))
    )
    return Edge(**{"id": f"{source.node}->{target.node}", "source": source, "target": target, **fields})


def with_series(run: StoredRun, **tables: Mapping[str, Sequence[float]]) -> StoredRun:
    """The run with more stored series: totals by id, and for each other keyword the parts of that class."""
    series = dict(run.series)
    for flow_class, table in tables.items():
        for stem, values in table.items():
            series_id = f"{stem}@{'DEFAULT' if flow_class == 'totals' else flow_class}"
            measure = stem.partition("@")[0].rpartition("_")[2]
            kind = MEASURES[measure].kind if measure in MEASURES else "flow"
            series[series_id] = Series(id=series_id, unit="", kind=kind, values=np.array(values, dtype=float))
    return evolve(run, series=series)


def with_edges(run: StoredRun, *edges: Edge) -> StoredRun:
    """The run with these edges in its topology."""
    return evolve(run, model=evolve(run.model, topology=evolve(run.model.topology, edges=edges)))


def with_classes(run: StoredRun, *classes: str) -> StoredRun:
    """The run with these declared classes."""
    return evolve(run, model=evolve(run.model, classes=tuple(FlowClass(id=name) for name in classes)))


def stored_run(
    *nodes: Node,
    mode: Mode = "simulation",
    bins: int = 4,
    bin_size: int = 5,
    start: datetime | None = START,
    warnings: Iterable[Diagnostic] = (),
) -> StoredRun:
    """A run of these nodes; telemetry runs list every bound file as a source."""
    bound = [
        (node, role, values)
        for node in nodes
        for role, values in node.roles.items()
        if not isinstance(values, int | float)
    ]
    series: dict[str, Series] = {}
    for node, role, values in bound:
        series |= stored_series(f"{node.id}_{role}", values)
    return StoredRun(
        run_id="run_state_fixture",
        mode=mode,
        created=START,
        model=Model(
            grid=Grid(bins=bins, bin_size=bin_size, bin_unit="minutes", start=start),
            topology=Topology(nodes=tuple(node.record() for node in nodes)),
            mode=mode,
        ),
        series=series,
        role_series={(node.id, role): node.stored_id(role) for node, role, _ in bound},
        warnings=tuple(warnings),
        template_id="order-system",
        template_title="Order System Fixture",
        template_version="1.0.0",
        template_narrative="",
        schema_version=1,
        model_hash=HASH,
        scenario_hash=HASH,
        input_hash=INPUT_HASH,
        rng=Rng(),
        engine_version="0.1.0",
        source="engine",
        telemetry_sources=tuple(node.uri(role) for node, role, _ in bound) if mode == "telemetry" else (),
    )


ORDER_SERVICE = Node(
    id="OrderService",
    roles={
        "arrivals": [10, 10, 10, 10],
        "served": [9, 6, 9, 4],
        "errors": [1, 1, 1, 1],
        "capacity": [12, 7, 9, 4],
    },
)
SUPPORT_QUEUE = Node(
    id="SupportQueue",
    kind="queue",
    sla=5.0,
    roles={
        "arrivals": [9, 7, 9, 5],
        "served": [9, 6, 9, 4],
        "errors": [0, 0, 0, 0],
        "queueDepth": [2, 10, 20, 0],
    },
)
"""The two nodes whose states the reference publishes."""
