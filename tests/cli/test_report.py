"""Numbers, bars and columns."""

from __future__ import annotations

import io
import math
from datetime import UTC, datetime

import click
import pytest

from flowtime_cli.number import amount, duration, percent
from flowtime_cli.render import Screen, course_table, moment_text, time_axis, warning_lines
from flowtime_cli.sparkline import ASCII, UNICODE, glyphs_for, sparkline, stretched
from flowtime_cli.stream import wants_colour
from flowtime_cli.table import Column, fit_table, render_table
from flowtime_core.pipelines.summarise import summarise_nodes
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.grid import Grid
from tests.support.stored_runs import Node, stored_run


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (None, "-"),
        (0.0, "0"),
        (0.25, "0.25"),
        (0.00012, "1.2e-04"),
        (12.345, "12.3"),
        (12.0, "12"),
        (99.96, "100"),
        (1234.5, "1,234"),
        (99_999.0, "99,999"),
        (123_456.0, "123k"),
        (4_567_000.0, "4.57M"),
        (-2.5, "-2.5"),
        (3e9, "3G"),
        (7.2e13, "72T"),
        (-math.inf, "-inf"),
    ],
)
def test_an_amount_has_three_digits_that_matter(x: float | None, text: str) -> None:
    """Large numbers get a letter, small ones a few decimals."""
    assert amount(x) == text


@pytest.mark.parametrize(("x", "text"), [(None, "-"), (0.614, "61%"), (0.0123, "1.23%"), (12.0, "1,200%"), (0.0, "0%")])
def test_a_ratio_is_a_percentage(x: float | None, text: str) -> None:
    """Below ten per cent the decimals matter."""
    assert percent(x) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (None, "-"),
        (0.0, "0 s"),
        (0.5, "30 s"),
        (1.25, "1.2 min"),
        (42.0, "42 min"),
        (138.0, "2.3 h"),
        (4464.0, "3.1 d"),
    ],
)
def test_a_duration_has_the_unit_people_would_use(x: float | None, text: str) -> None:
    """Seconds, minutes, hours or days."""
    assert duration(x) == text


def test_a_bar_is_the_highest_of_its_bins() -> None:
    """Bins share bars where there are more bins than room; the highest of all is a full bar."""
    assert sparkline([0, 1, 2, 3], 4, bars=UNICODE.bars) == "▁▄▆█"
    assert sparkline([0, 8, 0, 4], 2, bars=UNICODE.bars) == "█▅"
    assert sparkline([1, 2], 6, bars=UNICODE.bars) == "▅▅▅███"


def test_few_bins_have_equally_many_bars() -> None:
    """A line is as wide as whole bars per bin allow; many bins take the whole width."""
    assert [stretched(count, 10) for count in (1, 3, 4, 10, 11, 0)] == [10, 9, 8, 10, 10, 10]


def test_nothing_to_show_is_blank_or_flat() -> None:
    """Undefined is blank, zero and below are the lowest bar, no bins are no bars."""
    assert sparkline([math.nan, 1, math.inf], 3, bars=UNICODE.bars) == " █ "
    assert sparkline([0, -1], 2, bars=UNICODE.bars) == "▁▁"
    assert sparkline([2, -1], 2, bars=UNICODE.bars) == "█▁"
    assert sparkline([], 5, bars=UNICODE.bars) == ""


def test_a_bar_has_the_worst_colour_of_its_bins() -> None:
    """One red bin makes a bar red; gray is left as it is."""
    line = sparkline([1, 1, 1, 1], 2, bars=UNICODE.bars, colours=("green", "red", "gray", "gray"))
    assert line == click.style("█", fg="red") + "█"


def test_characters_are_those_the_stream_can_encode() -> None:
    """An ASCII terminal gets ASCII bars."""
    assert glyphs_for(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")) is UNICODE
    assert glyphs_for(io.TextIOWrapper(io.BytesIO(), encoding="ascii")) is ASCII
    assert len(ASCII.bars) == len(UNICODE.bars)


def test_columns_are_aligned_and_grouped() -> None:
    """A heading of a group widens its first column where it is longer than the group."""
    columns = (
        Column("a"),
        Column("b", right=True, group="long heading"),
        Column("c", right=True, group="long heading"),
    )
    lines = [click.unstyle(line) for line in render_table(columns, [["x", "1", "22"]], rule="-")]
    assert lines == ["   long heading", "a         b   c", "-" * 15, "x         1  22"]


def test_a_table_that_is_too_wide_loses_what_matters_least() -> None:
    """The largest number goes first, and what must stay stays."""
    columns = (Column("must", optional=0), Column("may", optional=1), Column("might", optional=2))
    rows = [["a", "b", "c"]]
    heads = [click.unstyle(fit_table(columns, rows, rule="-", width=width)[0]) for width in (20, 12, 9, 1)]
    assert heads == ["must  may  might", "must  may", "must  may", "must"]


DAY = Grid(bins=24, bin_size=1, bin_unit="hours", start=datetime(2025, 1, 1, tzinfo=UTC))


def test_times_carry_the_date_only_where_a_run_is_longer_than_a_day() -> None:
    """The end of a day is 24:00; without a start bins have numbers."""
    assert [moment_text(DAY, t) for t in (0, 24)] == ["00:00", "24:00"]
    week = Grid(bins=7, bin_size=1, bin_unit="days", start=DAY.start)
    assert moment_text(week, 3) == "01-04 00:00"
    assert moment_text(Grid(bins=2, bin_size=1, bin_unit="hours"), 1) == "bin 1"


@pytest.mark.parametrize("width", [8, 13, 30, 60, 76])
def test_an_axis_is_as_wide_as_its_line_and_its_labels_stand_apart(width: int) -> None:
    """Fewer labels stand on a short line."""
    labels = time_axis(DAY, 0, 24, width)
    assert len(labels) == max(width, len("00:0024:00"))
    assert labels.endswith("24:00")
    assert all(len(label) == 5 for label in labels.split()) or width < 11


def test_a_node_without_any_number_has_an_empty_course() -> None:
    """Nothing is said about a peak that is not there."""
    screen = Screen(width=80, glyphs=ASCII)
    run = stored_run(Node(id="Blank", roles={"served": (math.nan,) * 4}))
    lines = course_table(summarise_nodes(run), run.model.grid, screen)
    assert lines[1].split() == ["Blank"]


def test_a_flood_of_warnings_is_cut() -> None:
    """A dozen are shown, the rest are counted."""
    warnings = [Diagnostic(code="unknown_key", message=f"key {i}") for i in range(15)]
    lines = warning_lines(warnings, Screen(width=80, glyphs=ASCII))
    assert (len(lines), lines[-1]) == (13, "... and 3 more in run.json")


def test_a_long_warning_is_folded() -> None:
    """The first line begins with severity and code, the others are indented."""
    (warning,) = [Diagnostic(code="unknown_key", message="word " * 30)]
    first, *others = warning_lines([warning], Screen(width=40, glyphs=ASCII))
    assert click.unstyle(first).startswith("warning[unknown_key]: word")
    assert all(line.startswith("  word") and len(line) <= 40 for line in others)


def test_a_name_that_is_too_long_is_cut() -> None:
    """A sign says that there is more."""
    assert Screen(width=80, glyphs=ASCII).cut("ABCDEFGH", 5) == "ABCD~"


@pytest.mark.parametrize(
    ("environment", "answer"),
    [
        ({}, None),
        ({"FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_environment(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, answer: bool | None
) -> None:
    """NO_COLOR wins; without either the terminal decides."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour() is answer
