"""Evaluated runs made by hand: what the engine would hand over, without the engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import evolve

from flowtime_core.records.diagnostic import BinRange, Diagnostic
from flowtime_core.records.grid import Grid
from flowtime_core.records.ids import SeriesId
from flowtime_core.records.measure import ENTITIES_PER_BIN, MEASURES
from flowtime_core.records.model import ConstNode, ExprNode, Model, ModelMetadata, Rng
from flowtime_core.records.run import EvaluatedRun, Provenance
from flowtime_core.records.series import Series
from flowtime_core.records.topology import (
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

if TYPE_CHECKING:
    from collections.abc import Sequence

CREATED: Final = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
RUN_ID: Final = "run_20250301T120000Z_0123abcd"
HASHES: Final = {name: f"sha256:{letter * 64}" for name, letter in (("input", "a"), ("scenario", "b"), ("other", "c"))}

PROVENANCE: Final = Provenance(
    generator="flowtime-sim",
    mode="simulation",
    input_hash=HASHES["input"],
    scenario_hash=HASHES["scenario"],
    model_id="model_1",
    template_id="two-desks",
    template_version="1.2.0",
    template_title="Two desks",
    template_narrative="A desk overflows after lunch.",
    parameters={"rate": 4, "label": "é"},
    parameters_hash=HASHES["other"],
    bindings={"demand": HASHES["other"]},
    rng=Rng(seed=7),
)

MODEL: Final = Model(
    grid=Grid(bins=4, bin_size=5, bin_unit="minutes", start=datetime(2025, 1, 1, tzinfo=UTC)),
    nodes=(ConstNode(id="demand", values=(1.0, 2.5, 0.1, 1e300)), ExprNode(id="staff", text="demand * 2")),
    topology=Topology(
        nodes=(
            TopologyNode(
                id="Desk",
                kind="queue",
                semantics=Semantics(
                    bindings={
                        "arrivals": SeriesBinding(name="demand"),
                        "served": SeriesBinding(name="nowhere"),
                        "queueDepth": SelfBinding(),
                        "capacity": NumberBinding(value=3.0),
                    }
                ),
            ),
            TopologyNode(
                id="Door",
                semantics=Semantics(
                    bindings={"arrivals": SeriesBinding(name="demand"), "served": SeriesBinding(name="nowhere")}
                ),
            ),
        ),
        edges=(Edge(id="e1", source=Endpoint(node="Door"), target=Endpoint(node="Desk")),),
        constraints=(Constraint(id="shared", arrivals=SeriesBinding(name="demand"), served=NumberBinding(value=2.0)),),
    ),
    metadata=ModelMetadata(id="two-desks", title="Two desks", version="1.2.0"),
)

WARNINGS: Final = (
    Diagnostic(
        code="outflow_exceeds_queue",
        message="more left than was there",
        node_id="Desk",
        bins=(BinRange(0, 2),),
        total=3.5,
    ),
    Diagnostic(code="unknown_output", message="output 'x' selects no series", edge_ids=("e1",), value=float("inf")),
)


def series_of(key: str, values: Sequence[float]) -> Series:
    """Return a series under an engine key, named as a run directory names it."""
    measure, at, node_id = key.partition("@")
    unit, kind = (MEASURES[measure].unit, MEASURES[measure].kind) if at else (ENTITIES_PER_BIN, "flow")
    series_id = SeriesId(name=measure, component=node_id) if at else SeriesId.of_node(key)
    return Series(id=series_id.text, unit=unit, kind=kind, values=np.array(values, dtype=np.float64))


def evaluated_run(**changes: Any) -> EvaluatedRun:  # noqa: ANN401 - any field of the run
    """Return a small run: a derived server, a number binding, an unmapped role, warnings and values of all sorts."""
    table = {
        "demand": (1.0, 2.5, 0.1, 1e300),
        "staff": (2.0, 5.0, 0.2, float("nan")),
        "queueDepth@Desk": (0.0, 1e-7, float("inf"), 3.0),
        "served@Desk": (1.0, 2.0, 3.0, 1 / 3),
    }
    run = EvaluatedRun(
        run_id=RUN_ID,
        created=CREATED,
        model=MODEL,
        spec_text="schemaVersion: 1\r\n# as submitted\n",
        series={key: series_of(key, values) for key, values in table.items()},
        written=tuple(table),
        role_keys={
            ("Desk", "arrivals"): "demand",
            ("Desk", "queueDepth"): "queueDepth@Desk",
            ("Desk", "served"): "served@Desk",
            ("Door", "arrivals"): "demand",
        },
        warnings=WARNINGS,
        provenance=PROVENANCE,
    )
    return evolve(run, **changes)
