"""The state of every node and edge over a window of bins."""

from __future__ import annotations

from datetime import datetime

from flowtime_core.errors import ConflictError
from flowtime_core.records.run import StoredRun
from flowtime_core.records.state import StateWindow, WindowSlice
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.state.load import load_nodes
from flowtime_core.state.metadata import run_metadata
from flowtime_core.state.mode import check_mode
from flowtime_core.state.select import select
from flowtime_core.state.span import check_window
from flowtime_core.state.steps import Steps
from flowtime_core.state.survey import survey
from flowtime_core.state.warnings import edge_warnings, state_warnings

_ALL = WindowOptions()


def window(run: StoredRun, start: int, end: int, options: WindowOptions = _ALL) -> StateWindow:
    """Return the state of every node and edge over bins ``start`` to ``end``, both included, in topology order.

    Raises
    ------
    PreconditionError
        ``no_topology``.
    InputError
        ``invalid_bin``; ``unknown_node``, ``unknown_class`` or ``invalid_input`` for options that name nothing.
    LimitError
        ``window_too_large`` for more than 500 steps.
    ConflictError
        ``start_unknown`` when the grid has no start, so that bins have no time.
    InvalidDataError
        ``missing_node_data``, ``mode_validation_failed``: the data does not fit the run's mode.
    """
    nodes = load_nodes(run)
    check_mode(run, nodes)
    check_window(run.model.grid, start, end, options.step)
    steps = Steps(first=start, last=end, size=options.step)
    shown = select(survey(run, nodes), steps, options)
    return StateWindow(
        metadata=run_metadata(run),
        window=WindowSlice(start_bin=start, end_bin=end, step=options.step),
        timestamps=_timestamps(run, steps),
        nodes=shown.nodes,
        warnings=state_warnings(run, nodes),
        edges=shown.edges,
        edge_warnings=edge_warnings(run),
    )


def _timestamps(run: StoredRun, steps: Steps) -> tuple[datetime, ...]:
    starts = (run.model.grid.bin_start(t) for t in steps.starts.tolist())
    times = tuple(time for time in starts if time is not None)
    if not times:
        raise ConflictError(
            f"run {run.run_id!r}: the grid has no start, so the bins of a window have no time",
            code="start_unknown",
            hint="give grid.start, or window.start in the template",
        )
    return times
