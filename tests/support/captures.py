"""Captured runs made by hand: a stored run whose files are written out, bin by bin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flowtime_core.artifacts.bundle import render_run
from flowtime_core.codec.gap_configuration import decode_gap_configuration
from flowtime_core.pipelines.plan_capture import plan_capture
from flowtime_core.records.grid import Grid
from flowtime_core.records.ids import SeriesId
from flowtime_core.records.measure import MEASURES
from flowtime_core.records.model import ConstNode, FlowClass, Model, ModelMetadata, Output
from flowtime_core.records.series import Series
from flowtime_core.records.topology import NumberBinding, SelfBinding, Semantics, SeriesBinding, Topology, TopologyNode
from tests.support.runs import evaluated_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.telemetry import Capture

CAPTURED: Final = datetime(2026, 1, 1, tzinfo=UTC)
BINS: Final = 12
GRID: Final = Grid(bins=BINS, bin_size=5, bin_unit="minutes", start=datetime(2025, 1, 1, tzinfo=UTC))
NAN: Final = float("nan")
ARRIVALS: Final = tuple(float(t) for t in range(BINS))
SERVED: Final = tuple(t / 3 for t in range(BINS))


def _series(series_id: SeriesId, values: Sequence[float], measure: str) -> Series:
    known = MEASURES[measure]
    return Series(id=series_id.text, unit=known.unit, kind=known.kind, values=np.array(values, dtype=np.float64))


def run_tree(
    *,
    outputs: Iterable[Output] = (),
    arrivals: Sequence[float] = ARRIVALS,
    served: Sequence[float] = SERVED,
    classes: tuple[str, ...] = (),
    grid: Grid = GRID,
    with_topology: bool = True,
) -> FileTree:
    """The files of a run: Desk with arrivals, served, queueDepth and a number as capacity, Door with arrivals."""
    nodes = (
        TopologyNode(
            id="Desk",
            kind="queue",
            semantics=Semantics(
                bindings={
                    "arrivals": SeriesBinding(name="demand"),
                    "served": SeriesBinding(name="done"),
                    "queueDepth": SelfBinding(),
                    "capacity": NumberBinding(value=3.0),
                }
            ),
        ),
        TopologyNode(id="Door", semantics=Semantics(bindings={"arrivals": SeriesBinding(name="demand")})),
    )
    model = Model(
        grid=grid,
        nodes=(ConstNode(id="demand", values=1.0), ConstNode(id="done", values=1.0)),
        topology=Topology(nodes=nodes) if with_topology else Topology(),
        outputs=tuple(outputs),
        classes=tuple(FlowClass(id=name) for name in classes),
        metadata=ModelMetadata(id="two-desks", title="Two desks", version="1.2.0"),
    )
    series = {
        "demand": _series(SeriesId.of_node("demand"), arrivals, "arrivals"),
        "done": _series(SeriesId.of_node("done"), served, "served"),
        "queueDepth@Desk": _series(SeriesId(name="queueDepth", component="Desk"), [0.5] * grid.bins, "queueDepth"),
    }
    series |= {
        f"demand#{name}": _series(SeriesId.of_node("demand", name), arrivals, "arrivals") for name in reversed(classes)
    }
    keys = {
        ("Desk", "arrivals"): "demand",
        ("Desk", "served"): "done",
        ("Desk", "queueDepth"): "queueDepth@Desk",
        ("Door", "arrivals"): "demand",
    }
    run = evaluated_run(
        model=model, series=series, written=tuple(series), role_keys=keys if with_topology else {}, warnings=()
    )
    return render_run(run)


def captured(tree: FileTree, gaps: str = "", **options: Any) -> Capture:  # noqa: ANN401 - any option of the capture
    """The capture of a run, with gaps as YAML."""
    configuration = decode_gap_configuration(gaps, source="gaps.yaml") if gaps else None
    return plan_capture(tree, captured=CAPTURED, gaps=configuration, **options)


def rules(*lines: str) -> str:
    """A gap configuration of rules in flow style, without their braces."""
    return "seed: 7\nrules:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


def rows(data: bytes) -> dict[int, str]:
    """The cells of a CSV by bin."""
    header, *lines = data.decode().splitlines()
    assert header == "bin_index,value"
    return {int(line.partition(",")[0]): line.partition(",")[2] for line in lines}


def without_file(tree: FileTree, *paths: str) -> FileTree:
    """The tree without some files."""
    return {path: data for path, data in tree.items() if path not in paths}
