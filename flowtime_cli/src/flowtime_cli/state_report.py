"""What ``flowtime state`` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from flowtime_cli.number import ABSENT, amount, duration, percent
from flowtime_cli.render import KINDS, LONGEST_NAME, Screen, course_table, header_lines, moment_text, node_table
from flowtime_cli.sparkline import PAINT
from flowtime_cli.table import Column, fit_table
from flowtime_core.pipelines.answer_state import window_signals
from flowtime_core.pipelines.summarise import summarise_nodes
from flowtime_core.state.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.state import NodeSnapshot, StateWarning
    from flowtime_core.records.window_options import WindowOptions

COLUMNS: Final = (
    Column("node"),
    Column("kind", optional=2),
    Column("arrivals", right=True),
    Column("served", right=True),
    Column("errors", right=True, optional=1),
    Column("queue", right=True),
    Column("capacity", right=True, optional=3),
    Column("utilization", right=True),
    Column("latency", right=True),
    Column("colour"),
)
VALUES: Final = (Column("series"), Column("value", right=True))


def snapshot_lines(run: StoredRun, t: int, shown: WindowOptions, screen: Screen) -> list[str]:
    """Return one row per node at one bin, then one per const, pmf and expr node."""
    state = snapshot(run, t, shown)
    rows = [_cells(node, screen) for node in state.nodes if "value" not in node.metrics]
    values = [[node.id, amount(_known(node.metrics, "value"))] for node in state.nodes if "value" in node.metrics]
    moment = "" if run.model.grid.start is None else f" {screen.glyphs.dot} from {moment_text(run.model.grid, t)}"
    return [
        *header_lines(run, screen),
        f"bin {t}{moment}",
        "",
        *fit_table(COLUMNS, rows, rule=screen.glyphs.rule, width=screen.width),
        *(["", *fit_table(VALUES, values, rule=screen.glyphs.rule, width=screen.width)] if values else []),
        *_warnings(state.warnings),
    ]


def window_lines(run: StoredRun, first: int, last: int, shown: WindowOptions, screen: Screen) -> list[str]:
    """Return one row per node over a window, and its course, so many bins at a time as a step has."""
    state = snapshot(run, first, shown)
    summed = summarise_nodes(run, first, last, shown.step)
    nodes = [node for node in summed if not shown.nodes or node.id in shown.nodes]
    signals = window_signals(run, first, last, shown.nodes)
    return [
        *header_lines(run, screen),
        f"bins {first} to {last}" + ("" if shown.step == 1 else f", {shown.step} at a time"),
        "",
        *node_table(nodes, screen),
        "",
        *course_table(nodes, run.model.grid, screen, first=first, last=last),
        *_warnings((*state.warnings, *signals)),
    ]


def _cells(node: NodeSnapshot, screen: Screen) -> list[str]:
    known = {**node.metrics, **node.derived}
    colour = PAINT.get(node.colour)
    return [
        screen.cut(node.id, LONGEST_NAME),
        KINDS.get(node.kind, node.kind),
        *(amount(_known(known, role)) for role in ("arrivals", "served", "errors", "queueDepth", "capacity")),
        percent(_known(known, "utilization")),
        duration(_known(known, "latencyMinutes")),
        ABSENT if colour is None else click.style(node.colour, fg=colour),
    ]


def _known(values: Mapping[str, float], name: str) -> float | None:
    """Return a defined value; NaN and absence are one to a reader."""
    value = values.get(name)
    return None if value is None or value != value else value  # noqa: PLR0124 - NaN


def _warnings(warnings: tuple[StateWarning, ...]) -> list[str]:
    lines = [f"{warning.severity}[{warning.code}]: {warning.message}" for warning in warnings]
    return ["", *lines] if lines else []
