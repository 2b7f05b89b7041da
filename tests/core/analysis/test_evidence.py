"""Evidence of a fresh evaluation and of a stored run (SEMANTICS 6)."""

from __future__ import annotations

from attrs import evolve

from flowtime_core.analysis.evidence import evidence_from_run, evidence_from_table
from flowtime_core.records.grid import Grid
from flowtime_core.records.model import (
    BufferNode,
    ClassArrival,
    ConstNode,
    FlowClass,
    Model,
    Route,
    RouterNode,
)
from flowtime_core.records.topology import (
    Edge,
    Endpoint,
    FileBinding,
    NumberBinding,
    Semantics,
    SeriesBinding,
    Topology,
    TopologyNode,
)
from tests.support.runs import series_of
from tests.support.stored_runs import stored_run
from tests.support.tables import run

DESK = TopologyNode(
    id="Desk",
    kind="queue",
    semantics=Semantics(
        bindings={
            "arrivals": SeriesBinding(name="demand"),
            "capacity": NumberBinding(value=3.0),
            "queueDepth": SeriesBinding(name="backlog"),
        }
    ),
)
EDGE = Edge(id="e", source=Endpoint(node="Desk"), target=Endpoint(node="Desk"))
MODEL = Model(
    grid=Grid(bins=2, bin_size=1, bin_unit="hours"),
    nodes=(
        ConstNode(id="demand", values=(4.0, 4.0)),
        BufferNode(id="store", inflow="demand"),
        RouterNode(id="split", input="demand", routes=(Route(target="away"),)),
    ),
    topology=Topology(nodes=(DESK,), edges=(EDGE,)),
    classes=(FlowClass(id="red"),),
    class_arrivals=(ClassArrival(node_id="demand", class_id="red", rate=1.0),),
)


def test_a_fresh_evaluation_has_its_roles_numbers_aliases_and_classes() -> None:
    """Roles read series or numbers; names in the model are ids, aliases and `Node.role`."""
    seen = evidence_from_table(run(MODEL))
    depth, demand, capacity = seen.role("Desk", "queueDepth"), seen.series("demand"), seen.role("Desk", "capacity")
    assert depth is not None
    assert demand is not None
    assert capacity is not None
    assert depth.values.tolist() == [1.0, 2.0]
    assert capacity.values.tolist() == [3.0, 3.0]
    assert demand.classes["red"].tolist() == [4.0, 4.0]
    assert seen.series("backlog") is depth
    assert seen.series("Desk.queue") is depth
    assert seen.series("`Desk`.queueDepth") is depth
    assert seen.series("nothing") is None
    assert seen.values("Desk", "errors") is None
    assert seen.computed == {"queueDepth@Desk", "store"}
    carried = seen.edge("e", "flowVolume")
    assert carried is not None
    assert carried.values.tolist() == [3.0, 3.0]


def test_a_stored_run_has_them_too() -> None:
    """Written ids become the engine's names; a series whose id is of neither shape keeps it."""
    bindings = dict(DESK.semantics.bindings) | {
        "queueDepth": FileBinding(uri="file:../series/x.csv"),
        "arrivals": FileBinding(uri="file:../series/y.csv"),
    }
    node = evolve(DESK, semantics=Semantics(bindings=bindings))
    model = evolve(MODEL, topology=Topology(nodes=(node,), edges=(EDGE,)))
    series = {
        "demand@DEMAND@DEFAULT": series_of("demand", (4, 4)),
        "demand@DEMAND@red": series_of("demand", (4, 4)),
        "queueDepth@Desk@DEFAULT": series_of("queueDepth@Desk", (1, 2)),
        "away@AWAY@DEFAULT": series_of("away", (4, 4)),
        "edge_e_flowVolume@EDGE_E_FLOWVOLUME@DEFAULT": series_of("demand", (3, 3)),
        "odd": series_of("odd", (7, 7)),
    }
    roles = {
        ("Desk", "arrivals"): "demand@DEMAND@DEFAULT",
        ("Desk", "queueDepth"): "queueDepth@Desk@DEFAULT",
        ("Desk", "served"): "gone@GONE@DEFAULT",
    }
    seen = evidence_from_run(evolve(stored_run(), model=model, series=series, role_series=roles))
    assert seen.flows.keys() == {"demand", "queueDepth@Desk", "away", "flowVolume@e", "odd", "capacity@Desk"}
    assert list(seen.flows["demand"].classes) == ["red"]
    assert seen.values("Desk", "served") is None
    assert seen.roles["Desk", "capacity"] == "capacity@Desk"
    assert seen.computed == {"queueDepth@Desk", "store"}
