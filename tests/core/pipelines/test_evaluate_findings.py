"""What a run is told beside its numbers: what the engine noticed, and every invariant (SEMANTICS 6.3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve

from flowtime_core.errors import DocumentInvalidError
from flowtime_core.pipelines.evaluate import evaluate_run
from flowtime_core.pipelines.prepare import Prepared
from flowtime_core.records.document import Document
from flowtime_core.records.grid import Grid
from flowtime_core.records.model import ClassArrival, ConstNode, Model, Route, RouterNode
from flowtime_core.records.run import EvaluatedRun
from flowtime_core.records.topology import Semantics, SeriesBinding, Topology, TopologyNode

SINK = TopologyNode(
    id="End",
    kind="sink",
    semantics=Semantics(bindings={"arrivals": SeriesBinding(name="demand"), "served": SeriesBinding(name="out")}),
)
MODEL = Model(
    grid=Grid(bins=2, bin_size=1, bin_unit="hours"),
    nodes=(ConstNode(id="demand", values=(4.0, 4.0)), ConstNode(id="out", values=(4.0, 5.0))),
    topology=Topology(nodes=(SINK,)),
)
UNROUTED = evolve(
    MODEL,
    nodes=(*MODEL.nodes, RouterNode(id="split", input="demand", routes=(Route(target="aside", classes=("red",)),))),
    class_arrivals=(ClassArrival(node_id="demand", class_id="blue"),),
)


def evaluate(model: Model) -> EvaluatedRun:
    """Evaluate a model as it stands."""
    prepared = Prepared(model=model, document=Document(source="model", plain=None))
    return evaluate_run(prepared, {}, created=datetime(2026, 1, 1, tzinfo=UTC), run_id="told")


def test_invariants_are_warnings_of_the_run() -> None:
    """6.1: a sink that serves 5 of 4."""
    [warning] = evaluate(MODEL).warnings
    assert (warning.code, warning.node_id, warning.value) == ("served_exceeds_arrivals", "End", 1.0)


def test_simulation_fails_on_an_error() -> None:
    """6.3: nothing takes the blue ones; the error is told once, with what else was found."""
    with pytest.raises(DocumentInvalidError) as caught:
        evaluate(UNROUTED)
    assert [finding.code for finding in caught.value.findings] == [
        "router_missing_class_route",
        "served_exceeds_arrivals",
        "router_class_leakage",
        "class_series_missing_served",
    ]


def test_telemetry_only_warns() -> None:
    """6.3: the same model, measured."""
    warnings = evaluate(evolve(UNROUTED, mode="telemetry")).warnings
    assert ("router_missing_class_route", "warning") in {(warning.code, warning.severity) for warning in warnings}
    assert not any(warning.is_error for warning in warnings)
