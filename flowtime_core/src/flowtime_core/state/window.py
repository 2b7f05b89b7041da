"""The state of every node over a window of bins."""

from __future__ import annotations

from datetime import datetime

from flowtime_core.errors import ConflictError
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import read_only
from flowtime_core.records.state import NodeWindow, StateWindow, WindowSlice
from flowtime_core.state.derive import derive
from flowtime_core.state.load import NodeRoles, load_nodes
from flowtime_core.state.metadata import run_metadata
from flowtime_core.state.mode import check_mode
from flowtime_core.state.span import check_window
from flowtime_core.state.telemetry import node_telemetry
from flowtime_core.state.warnings import state_warnings


def window(run: StoredRun, start: int, end: int) -> StateWindow:
    """Return the state of every node over bins ``start`` to ``end``, both included, in topology order.

    Raises
    ------
    PreconditionError
        ``no_topology``.
    InputError
        ``invalid_bin``.
    LimitError
        ``window_too_large`` for more than 500 bins.
    ConflictError
        ``start_unknown`` when the grid has no start, so that bins have no time.
    InvalidDataError
        ``missing_node_data``, ``mode_validation_failed``: the data does not fit the run's mode.
    """
    nodes = load_nodes(run)
    check_mode(run, nodes)
    check_window(run.model.grid, start, end)
    return StateWindow(
        metadata=run_metadata(run),
        window=WindowSlice(start_bin=start, end_bin=end),
        timestamps=_timestamps(run, start, end),
        nodes=tuple(_node(run, data, start, end) for data in nodes),
        warnings=state_warnings(run, nodes),
    )


def _timestamps(run: StoredRun, start: int, end: int) -> tuple[datetime, ...]:
    starts = (run.model.grid.bin_start(t) for t in range(start, end + 1))
    times = tuple(time for time in starts if time is not None)
    if not times:
        raise ConflictError(
            f"run {run.run_id!r}: the grid has no start, so the bins of a window have no time",
            code="start_unknown",
            hint="give grid.start, or window.start in the template",
        )
    return times


def _node(run: StoredRun, data: NodeRoles, start: int, end: int) -> NodeWindow:
    state = derive(data, run.model.grid, start, end)
    return NodeWindow(
        id=data.node.id,
        kind=data.node.kind,
        metrics={name: read_only(values) for name, values in state.metrics.items()},
        derived={name: read_only(values) for name, values in state.derived.items()},
        colours=state.colours,
        telemetry=node_telemetry(run, data),
    )
