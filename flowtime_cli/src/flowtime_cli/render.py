"""Answers of the core as text for people."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from flowtime_cli.finding import finding_lines
from flowtime_cli.number import ABSENT, amount, duration, percent
from flowtime_cli.sparkline import PAINT, Glyphs, glyphs_for, sparkline, stretched
from flowtime_cli.table import Column, fit_table, render_table, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.summary import NodeSummary, SeriesSummary, Trend

WIDEST: Final = 100
NARROWEST: Final = 80
LONGEST_NAME: Final = 18
SHORTEST_COURSE: Final = 8
DAY_MINUTES: Final = 1440
MOST_WARNINGS: Final = 12

KINDS: Final = {"serviceWithBuffer": "svc+queue"}
"""Shorter words for the kinds that need them."""

NODE_COLUMNS: Final = (
    Column("node"),
    Column("kind", optional=2),
    Column("arrivals", right=True, group="over the run"),
    Column("served", right=True, group="over the run"),
    Column("errors", right=True, group="over the run", optional=1),
    Column("max", right=True, group="queue"),
    Column("mean", right=True, group="utilization", optional=3),
    Column("max", right=True, group="utilization"),
    Column("max", right=True, group="latency"),
    Column("bins", right=True, group="worst"),
)
SERIES_COLUMNS: Final = (
    Column("series"),
    Column("unit", optional=1),
    Column("total", right=True),
    Column("mean", right=True),
    Column("max", right=True),
)
MEASURES: Final = {"queueDepth": "queue", "utilization": "utilization", "arrivals": "arrivals"}


@dataclass(frozen=True, kw_only=True)
class Screen:
    """How wide the output is and what it can show."""

    width: int
    glyphs: Glyphs

    @classmethod
    def of_stdout(cls) -> Screen:
        """Return what standard output is: 80 to 100 columns."""
        columns = shutil.get_terminal_size((WIDEST, 24)).columns
        return cls(width=min(WIDEST, max(NARROWEST, columns)), glyphs=glyphs_for(sys.stdout))

    def cut(self, text: str, width: int) -> str:
        """Return a text no longer than a width."""
        return text if len(text) <= width else text[: width - 1] + self.glyphs.cut


def header_lines(run: StoredRun, screen: Screen) -> list[str]:
    """Return the title of a run and what it covers."""
    dot = f" {screen.glyphs.dot} "
    who = f"{run.template_id} {run.template_version}"
    title = who if run.template_title == run.template_id else f"{click.style(run.template_title, bold=True)}{dot}{who}"
    facts = [grid_text(run.model.grid), run.mode] + ([f"seed {run.rng.seed}"] if run.rng is not None else [])
    return [title, dot.join(facts)]


def grid_text(grid: Grid) -> str:
    """Return ``96 bins of 15 minutes from 2025-01-06 00:00 UTC``."""
    size = f"1 {grid.bin_unit.removesuffix('s')}" if grid.bin_size == 1 else f"{grid.bin_size} {grid.bin_unit}"
    start = grid.bin_start(0)
    return f"{grid.bins} bins of {size}" + ("" if start is None else f" from {start:%Y-%m-%d %H:%M} UTC")


def node_table(nodes: Sequence[NodeSummary], screen: Screen) -> list[str]:
    """Return one row per node: totals, peaks, and how many bins have its worst colour."""
    rows = [_node_cells(node, screen) for node in nodes]
    return fit_table(NODE_COLUMNS, rows, rule=screen.glyphs.rule, width=screen.width)


def course_table(
    nodes: Sequence[NodeSummary], grid: Grid, screen: Screen, *, first: int = 0, last: int | None = None
) -> list[str]:
    """Return one row per node: the course of its queue, load or arrivals over the bins, and when it was highest."""
    rows = [[screen.cut(node.id, LONGEST_NAME), *_peak_cells(node.trend, grid)] for node in nodes]
    taken = [max(map(len, column)) for column in zip(*rows, strict=True)]
    end = grid.bins if last is None else last + 1
    room = stretched(end - first, screen.width - sum(taken) - 2 * len(taken))
    columns = (Column(""), Column(time_axis(grid, first, end, room)), Column(""), Column("", right=True), Column(""))
    full = [[row[0], _course(node.trend, room, screen), *row[1:]] for row, node in zip(rows, nodes, strict=True)]
    return render_table(columns, full)


def series_table(series: Sequence[SeriesSummary], grid: Grid, screen: Screen) -> list[str]:
    """Return one row per series: total, mean, peak and course."""
    rows = [
        [screen.cut(one.name, 40), one.unit, amount(one.total), amount(one.mean), amount(one.peak)] for one in series
    ]
    taken = max(map(text_width, render_table(SERIES_COLUMNS, rows)))
    room = max(SHORTEST_COURSE, stretched(grid.bins, screen.width - taken - 2))
    rows = [[*row, _course(one.trend, room, screen)] for row, one in zip(rows, series, strict=True)]
    return fit_table((*SERIES_COLUMNS, Column("course")), rows, rule=screen.glyphs.rule, width=screen.width)


def time_axis(grid: Grid, first: int, end: int, width: int) -> str:
    """Return times along a line, from the start of its first bin to the end of its last."""
    last = moment_text(grid, end)
    parts = max(1, min(4, end - first, width // (2 * len(last) + 1)))
    line = ""
    for part in range(parts):
        line = line.ljust(part * width // parts) + moment_text(grid, first + part * (end - first) // parts)
    return f"{line.ljust(width - len(last))}{last}"


def moment_text(grid: Grid, t: int) -> str:
    """Return when a bin begins: the time of day, with the date where the run is longer than a day."""
    start = grid.bin_start(t)
    if start is None:
        return f"bin {t}"
    if grid.bins * grid.bin_minutes <= DAY_MINUTES:
        return "24:00" if t == grid.bins and f"{start:%H:%M}" == "00:00" else f"{start:%H:%M}"
    return f"{start:%m-%d %H:%M}"


def _course(trend: Trend, width: int, screen: Screen) -> str:
    return sparkline(trend.values.tolist(), width, bars=screen.glyphs.bars, colours=trend.colours)


def _peak_cells(trend: Trend, grid: Grid) -> list[str]:
    if trend.peak is None or trend.peak_bin is None:
        return ["", "", ""]
    value = percent(trend.peak) if trend.measure == "utilization" else amount(trend.peak)
    return [f"{MEASURES.get(trend.measure, trend.measure)} max", value, f"at {moment_text(grid, trend.peak_bin)}"]


def _node_cells(node: NodeSummary, screen: Screen) -> list[str]:
    return [
        screen.cut(node.id, LONGEST_NAME),
        KINDS.get(node.kind, node.kind),
        amount(node.arrivals),
        amount(node.served),
        amount(node.errors),
        amount(node.queue_peak),
        percent(node.utilization_mean),
        percent(node.utilization_peak),
        duration(node.latency_peak_minutes),
        _worst(node),
    ]


def _worst(node: NodeSummary) -> str:
    if node.worst_colour not in PAINT:
        return ABSENT
    text = node.worst_colour if node.worst_colour == "dlq" else f"{node.worst_colour} {node.worst_bin_count}"
    return click.style(text, fg=PAINT[node.worst_colour])


def warning_lines(warnings: Sequence[Diagnostic], screen: Screen) -> list[str]:
    """Return the first dozen warnings, long ones on several lines, and how many more there are."""
    lines = [line for warning in warnings[:MOST_WARNINGS] for line in finding_lines(warning, screen.width)]
    more = len(warnings) - MOST_WARNINGS
    return lines + ([f"... and {more} more in run.json"] if more > 0 else [])


def footer(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield ``name  value`` lines with the names aligned."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        yield f"{click.style(name.ljust(width), bold=True)}  {value}"
