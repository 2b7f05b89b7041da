"""Grids on the wire (SEMANTICS 1)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowtime_core.records.grid import Grid
from tests.support.documents import faults_of, model_of, read_text, shown

START = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("unit", ["seconds", "minutes", "hours", "days", "weeks"])
def test_units(unit: str) -> None:
    """Five units are read in any letter case and kept in lower case (SEMANTICS 1.1)."""
    model = model_of(f"grid: {{bins: 2, binSize: 5.0, binUnit: ' {unit.upper()} '}}")
    assert model.grid == Grid(bins=2, bin_size=5, bin_unit=unit)


@pytest.mark.parametrize(
    "parts",
    [
        ["grid: {bins: 2, binSize: 1, binUnit: hours, start: 2025-01-01T00:00:00Z}"],
        ["grid: {bins: 2, binSize: 1, binUnit: hours, startTimeUtc: 2025-01-01T00:00:00}"],
        ["grid: {bins: 2, binSize: 1, binUnit: hours, start: 2025-01-01T01:00:00+01:00}"],
        ["grid: {bins: 2, binSize: 1, binUnit: hours}", "window: {start: 2025-01-01, timezone: utc}"],
        ["grid: {bins: 2, binSize: 1, binUnit: hours, start: null}", "window: {startTimeUtc: 2025-01-01, bins: 2}"],
        ["grid: {bins: 2, binSize: 1, binUnit: hours, start: 2025-01-01}", "window: {start: 2026-01-01}"],
    ],
)
def test_start(parts: list[str]) -> None:
    """The start has two spellings, is UTC, and is filled by the window where the grid has none (SEMANTICS 1.2)."""
    assert model_of(*parts).grid.start == START


@pytest.mark.parametrize(
    ("grid", "fault"),
    [
        ("{bins: 0, binSize: 1, binUnit: hours}", "/grid/bins: bins of the grid is 0, expected at least 1"),
        (
            "{bins: 2.5, binSize: 1, binUnit: hours}",
            "/grid/bins: bins of the grid is the number 2.5, expected an integer",
        ),
        (
            "{bins: '2', binSize: 1, binUnit: hours}",
            "/grid/bins: bins of the grid is the text '2', expected an integer",
        ),
        ("{bins: 2, binUnit: hours}", "/grid: the grid has no binSize (binSize: 1)"),
        ("{bins: 2, binSize: 1}", "/grid: the grid has no binUnit"),
        (
            "{bins: 2, binSize: 1, binUnit: hour}",
            (
                "/grid/binUnit: binUnit of the grid is 'hour', expected one of seconds, minutes, hours, days, weeks "
                "(did you mean 'hours')"
            ),
        ),
        (
            "{bins: 2, binSize: 1, binUnit: 5}",
            "/grid/binUnit: binUnit of the grid is the number 5, expected a text (put it in quotes)",
        ),
        (
            "{bins: 2, binMinutes: 5}",
            "/grid/binMinutes: the grid has the old key binMinutes (write binSize and binUnit: minutes)",
        ),
        (
            "{bins: 2, binSize: 1, binUnit: hours, start: soon}",
            "/grid/start: start of the grid is 'soon', expected an ISO-8601 time (as in 2025-01-01T00:00:00Z)",
        ),
        ("{bins: 2, binSize: 1, binUnit: weeks, start: 9999-12-30}", "/grid: the grid ends after the year 9999"),
        ("{bins: 99999999999999, binSize: 99, binUnit: weeks}", "/grid: the grid ends after the year 9999"),
        (
            "5",
            (
                "/grid: grid of the model is the number 5, expected a mapping (grid: {bins: 24, binSize: "
                "1, binUnit: hours})"
            ),
        ),
    ],
)
def test_faults(grid: str, fault: str) -> None:
    """A grid that breaks a rule says which, where and how to mend it (SEMANTICS 1.1, 1.2)."""
    assert faults_of(f"grid: {grid}", "nodes: []", "topology: {nodes: [{id: A}]}") == [f"invalid_grid {fault}"]


def test_missing_grid() -> None:
    """A model without a grid is told what one looks like."""
    (fault,) = shown(read_text("{schemaVersion: 1, nodes: [{id: a, values: [1, 2]}]}").findings)
    assert fault == "invalid_grid : the model has no grid (grid: {bins: 24, binSize: 1, binUnit: hours})"


def test_timezone() -> None:
    """A window in another time zone is an error, for it would be misread."""
    (fault,) = faults_of("window: {start: 2025-01-01, timezone: CET}")
    assert fault == "schema_violation /window/timezone: timezone of the window is 'CET', expected one of UTC"
