"""``telemetry-manifest.json`` of a run that replays no telemetry: the window and the grid, no files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.number import json_number
from flowtime_core.codec.timestamp import format_timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from flowtime_core.records.document import Plain
    from flowtime_core.records.grid import Grid

SCHEMA_VERSION: Final = 1


def empty_telemetry_manifest(
    grid: Grid, *, run_id: str, scenario_hash: str, model_hash: str, captured: datetime
) -> dict[str, Plain]:
    """Return the manifest with its keys in documented order."""
    window: dict[str, Plain] = {"durationMinutes": json_number(grid.bins * grid.bin_minutes)}
    if grid.start is not None:
        window = {"startTimeUtc": format_timestamp(grid.start), **window}
    return {
        "schemaVersion": SCHEMA_VERSION,
        "window": window,
        "grid": {"bins": grid.bins, "binSize": grid.bin_size, "binUnit": grid.bin_unit},
        "files": [],
        "warnings": [],
        "provenance": {
            "runId": run_id,
            "scenarioHash": scenario_hash,
            "modelHash": model_hash,
            "capturedAtUtc": format_timestamp(captured),
        },
    }
