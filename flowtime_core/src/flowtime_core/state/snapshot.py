"""The state of every node at one bin."""

from __future__ import annotations

from flowtime_core.records.grid import Grid
from flowtime_core.records.run import StoredRun
from flowtime_core.records.state import BinDetail, NodeSnapshot, StateSnapshot
from flowtime_core.state.derive import derive
from flowtime_core.state.load import NodeRoles, load_nodes
from flowtime_core.state.metadata import run_metadata
from flowtime_core.state.mode import check_mode
from flowtime_core.state.span import check_bin
from flowtime_core.state.telemetry import node_telemetry
from flowtime_core.state.warnings import state_warnings


def snapshot(run: StoredRun, t: int) -> StateSnapshot:
    """Return the state of every node at bin ``t``, in topology order.

    Raises
    ------
    PreconditionError
        ``no_topology``.
    InputError
        ``invalid_bin``.
    InvalidDataError
        ``missing_node_data``, ``mode_validation_failed``: the data does not fit the run's mode.
    """
    nodes = load_nodes(run)
    check_bin(run.model.grid, t, "binIndex")
    check_mode(run, nodes)
    return StateSnapshot(
        metadata=run_metadata(run),
        bin=_bin_detail(run.model.grid, t),
        nodes=tuple(_node(run, data, t) for data in nodes),
        warnings=state_warnings(run, nodes),
    )


def _bin_detail(grid: Grid, t: int) -> BinDetail:
    return BinDetail(index=t, start=grid.bin_start(t), end=grid.bin_start(t + 1), duration_minutes=grid.bin_minutes)


def _node(run: StoredRun, data: NodeRoles, t: int) -> NodeSnapshot:
    state = derive(data, run.model.grid, t, t)
    return NodeSnapshot(
        id=data.node.id,
        kind=data.node.kind,
        metrics={name: float(values[0]) for name, values in state.metrics.items()},
        derived={name: float(values[0]) for name, values in state.derived.items()},
        colour=state.colours[0],
        telemetry=node_telemetry(run, data),
    )
