"""What ``flowtime metrics`` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_cli.number import percent
from flowtime_cli.render import LONGEST_NAME, SHORTEST_COURSE, Screen, header_lines
from flowtime_cli.sparkline import sparkline, stretched
from flowtime_cli.table import Column, fit_table, render_table, text_width
from flowtime_core.engine.sla import LEVEL
from flowtime_core.state.metrics import metrics

if TYPE_CHECKING:
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.service_level import ServiceLevel

COLUMNS: Final = (
    Column("node"),
    Column("level met", right=True),
    Column("bins", right=True),
    Column("worst", right=True),
)


def metrics_lines(run: StoredRun, first: int, last: int | None, screen: Screen) -> list[str]:
    """Return one row per node: share of bins that met the level, the worst bin, and the course of the ratio."""
    levels = metrics(run, first, last)
    rows = [_cells(level, screen) for level in levels.services]
    taken = max(map(text_width, render_table(COLUMNS, rows, rule="")))
    room = stretched(levels.bins, max(SHORTEST_COURSE, screen.width - taken - 2))
    rows = [[*row, _course(level, room, screen)] for row, level in zip(rows, levels.services, strict=True)]
    columns = (*COLUMNS, Column("served of what came"))
    return [
        *header_lines(run, screen),
        f"bins {first} to {first + levels.bins - 1}, level {percent(LEVEL)}",
        "",
        *fit_table(columns, rows, rule=screen.glyphs.rule, width=screen.width),
    ]


def _cells(level: ServiceLevel, screen: Screen) -> list[str]:
    known = [ratio for ratio in level.ratios.tolist() if ratio == ratio]  # noqa: PLR0124 - NaN
    return [
        screen.cut(level.id, LONGEST_NAME),
        percent(level.share if level.bins_total else None),
        f"{level.bins_met}/{level.bins_total}",
        percent(min(known, default=None)),
    ]


def _course(level: ServiceLevel, width: int, screen: Screen) -> str:
    ratios = level.ratios.tolist()
    colours = ["green" if ratio >= LEVEL else "red" for ratio in ratios]
    return sparkline(ratios, width, bars=screen.glyphs.bars, colours=colours)
