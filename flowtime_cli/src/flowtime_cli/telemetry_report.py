"""What ``flowtime telemetry`` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve

from flowtime_cli.finding import finding_line
from flowtime_cli.render import footer, grid_text
from flowtime_cli.table import Column, fit_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_cli.render import Screen
    from flowtime_core.records.diagnostic import BinRange
    from flowtime_core.records.telemetry import CaptureWarning, CreatedCapture, PlannedFile

COLUMNS: Final = (
    Column("file"),
    Column("node", optional=1),
    Column("metric", optional=2),
    Column("series", optional=3),
    Column("rows", right=True),
    Column("gaps"),
)
MOST_RANGES: Final = 6
MOST_WARNINGS: Final = 24


def capture_lines(created: CreatedCapture, screen: Screen) -> list[str]:
    """Return the files with their rows and gaps, the warnings, and where all of it lies."""
    capture = created.capture
    rows = [_cells(file, screen) for file in capture.plan]
    table = fit_table(COLUMNS, rows, rule=screen.glyphs.rule, width=screen.width) if rows else ["no metric is mapped"]
    warnings = [_warning_line(warning) for warning in capture.warnings[:MOST_WARNINGS]]
    if len(capture.warnings) > MOST_WARNINGS:
        warnings.append(f"... and {len(capture.warnings) - MOST_WARNINGS} more: --json or manifest.json has them all")
    facts = [
        ("run", capture.manifest.provenance.run_id),
        ("grid", grid_text(capture.manifest.grid)),
        ("files", _counted(created)),
        ("directory", created.directory),
    ]
    head = ["dry run: nothing was written", ""] if created.is_dry_run else []
    return [*head, *table, *(["", *warnings] if warnings else []), "", *footer(facts)]


def _counted(created: CreatedCapture) -> str:
    capture = created.capture
    rows = sum(file.rows for file in capture.plan)
    warnings = f"{len(capture.warnings)} {'warning' if len(capture.warnings) == 1 else 'warnings'}"
    return f"{len(capture.plan)} with {rows} rows, {warnings}"


def _cells(file: PlannedFile, screen: Screen) -> list[str]:
    binding = file.binding
    gaps = "; ".join(f"{change.action} {_ranges(change.bins)}" for change in file.changes)
    return [binding.path, binding.node, binding.metric, screen.cut(binding.series_id, 40), str(file.rows), gaps]


def _warning_line(warning: CaptureWarning) -> str:
    line = finding_line(evolve(warning, bins=()).as_diagnostic())
    return f"{line} [bins {_ranges(warning.bins)}]" if warning.bins else line


def _ranges(spans: Sequence[BinRange]) -> str:
    """Return the first few ranges, and how many more there are."""
    shown = ", ".join(map(str, spans[:MOST_RANGES]))
    more = len(spans) - MOST_RANGES
    return f"{shown}, {more} more" if more > 0 else shown
