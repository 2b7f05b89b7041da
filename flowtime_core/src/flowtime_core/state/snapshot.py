"""The state of every node and edge at one bin."""

from __future__ import annotations

from collections.abc import Mapping

from flowtime_core.records.edge_state import EdgeSnapshot, EdgeWindow
from flowtime_core.records.grid import Grid
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import FloatArray
from flowtime_core.records.state import BinDetail, NodeSnapshot, NodeWindow, SlaSnapshot, StateSnapshot
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.state.load import load_nodes
from flowtime_core.state.metadata import run_metadata
from flowtime_core.state.mode import check_mode
from flowtime_core.state.select import select
from flowtime_core.state.span import check_bin, check_step
from flowtime_core.state.steps import Steps
from flowtime_core.state.survey import survey
from flowtime_core.state.warnings import edge_warnings, state_warnings

_ALL = WindowOptions()


def snapshot(run: StoredRun, t: int, options: WindowOptions = _ALL) -> StateSnapshot:
    """Return the state of every node and edge at bin ``t``, in topology order, whatever step the options have.

    Raises
    ------
    PreconditionError
        ``no_topology``.
    InputError
        ``invalid_bin``; ``unknown_node``, ``unknown_class`` or ``invalid_input`` for options that name nothing.
    InvalidDataError
        ``missing_node_data``, ``mode_validation_failed``: the data does not fit the run's mode.
    """
    nodes = load_nodes(run)
    check_bin(run.model.grid, t, "binIndex")
    check_step(options.step)
    check_mode(run, nodes)
    shown = select(survey(run, nodes), Steps(first=t, last=t), options)
    return StateSnapshot(
        metadata=run_metadata(run),
        bin=_bin_detail(run.model.grid, t),
        nodes=tuple(_node(node) for node in shown.nodes),
        warnings=state_warnings(run, nodes),
        edges=tuple(_edge(edge) for edge in shown.edges),
        edge_warnings=edge_warnings(run),
    )


def _bin_detail(grid: Grid, t: int) -> BinDetail:
    return BinDetail(index=t, start=grid.bin_start(t), end=grid.bin_start(t + 1), duration_minutes=grid.bin_minutes)


def _node(node: NodeWindow) -> NodeSnapshot:
    return NodeSnapshot(
        id=node.id,
        kind=node.kind,
        metrics=_first(node.metrics),
        derived=_first(node.derived),
        colour=node.colours[0],
        telemetry=node.telemetry,
        facts=node.facts,
        by_class={name: _first(values) for name, values in node.by_class.items()},
        constraints={name: _first(values) for name, values in node.constraints.items()},
        sla=tuple(
            SlaSnapshot(kind=one.kind, status=one.status, value=float(one.values[0]), threshold=one.threshold)
            for one in node.sla
        ),
        is_paused=any(node.paused),
    )


def _edge(edge: EdgeWindow) -> EdgeSnapshot:
    return EdgeSnapshot(
        edge=edge.edge,
        volumes=_first(edge.volumes),
        by_class={name: _first(values) for name, values in edge.by_class.items()},
    )


def _first(values: Mapping[str, FloatArray]) -> dict[str, float]:
    return {name: float(series[0]) for name, series in values.items()}
