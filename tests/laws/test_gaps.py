"""Laws of gaps: rules touch no other bin, twice is once, before capture is after capture, and nothing raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.codec.csv import SeriesReading, parse_series_csv, write_reading_csv
from flowtime_core.codec.gap_configuration import gap_configuration_from_document, gap_configuration_to_plain
from flowtime_core.codec.schema import schema_findings
from flowtime_core.pipelines.plan_capture import plan_capture
from flowtime_core.pipelines.verify import verify_tree
from flowtime_core.records.diagnostic import BinRange
from flowtime_core.records.document import Document
from flowtime_core.records.grid import Grid
from flowtime_core.records.measure import ROLES
from flowtime_core.records.telemetry import (
    BinsBetween,
    BinSelector,
    BinSpans,
    Capture,
    EveryBins,
    GapAction,
    GapConfiguration,
    GapHandling,
    GapRule,
    RandomBins,
)
from flowtime_core.telemetry.gaps import inject, plan_gaps
from tests.support.captures import BINS, CAPTURED, GRID, rows, run_tree
from tests.support.examples import examples

START: Final = datetime(2025, 1, 1, tzinfo=UTC)
RUN: Final = run_tree(classes=("vip",))
PLAIN: Final = plan_capture(RUN, captured=CAPTURED)
ACTIONS: Final[tuple[GapAction, ...]] = ("zero", "nan", "remove", "truncate")


@st.composite
def spans(draw: st.DrawFn) -> BinSpans:
    """Ascending ranges that do not touch, within the grid or beyond it."""
    chosen: list[BinRange] = []
    first = draw(st.integers(0, 6))
    for _ in range(draw(st.integers(1, 3))):
        last = first + draw(st.integers(0, 5))
        chosen.append(BinRange(first, last))
        first = last + 2 + draw(st.integers(0, 4))
    return BinSpans(spans=tuple(chosen))


def moments() -> st.SearchStrategy[datetime]:
    """Times around the grid."""
    return st.integers(-2000, 6000).map(lambda seconds: START + timedelta(seconds=seconds))


@st.composite
def times(draw: st.DrawFn) -> BinsBetween:
    """A span of time, maybe open on one side."""
    start, end = sorted([draw(moments()), draw(moments())])
    if start == end:
        end += timedelta(seconds=1)
    return draw(st.sampled_from([BinsBetween(start=start, end=end), BinsBetween(start=start), BinsBetween(end=end)]))


SELECTORS: Final[st.SearchStrategy[BinSelector]] = st.one_of(
    spans(),
    times(),
    st.builds(EveryBins, every=st.integers(1, 20), offset=st.integers(0, 20), length=st.integers(1, 20)),
    st.builds(RandomBins, fraction=st.floats(0, 1)),
)
CONFIGURATIONS: Final = st.builds(
    GapConfiguration,
    seed=st.integers(-(2**40), 2**40),
    rules=st.lists(
        st.builds(
            GapRule,
            bins=SELECTORS,
            action=st.sampled_from(ACTIONS),
            nodes=st.lists(st.sampled_from(["Desk", "D*", "*r", "[D]oor", "[", "nobody"]), max_size=2).map(tuple),
            metrics=st.lists(st.sampled_from(ROLES), max_size=3, unique=True).map(tuple),
            reason=st.sampled_from(["", "restart", "é"]),
        ),
        max_size=4,
    ).map(tuple),
)
READINGS: Final = st.lists(
    st.one_of(st.floats(allow_nan=True, allow_infinity=False, width=32), st.none()), min_size=BINS, max_size=BINS
).map(
    lambda cells: SeriesReading(
        values=np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64),
        missing=np.array([cell is None for cell in cells]),
    )
)


def capture(configuration: GapConfiguration | None, handling: GapHandling | None = None) -> Capture:
    """The capture of the run under a configuration."""
    return plan_capture(RUN, captured=CAPTURED, gaps=configuration, handling=handling)


@examples(200)
@given(CONFIGURATIONS)
def test_a_configuration_is_read_back_as_itself(configuration: GapConfiguration) -> None:
    """The one spelling of any configuration keeps the schema and reads back as the same configuration."""
    document = Document(source="", plain=gap_configuration_to_plain(configuration))
    assert schema_findings("gap-config", document) == ()
    reading = gap_configuration_from_document(document)
    assert reading.findings == ()
    assert reading.configuration == configuration


@examples(200)
@given(CONFIGURATIONS, READINGS)
def test_injection_touches_no_other_bin_and_twice_is_once(
    configuration: GapConfiguration, reading: SeriesReading
) -> None:
    """Bins outside the plan are as they were, bins inside are as the action says, and a second time changes nothing."""
    changes = plan_gaps(configuration, GRID, "Desk", "arrivals")
    after = inject(reading, changes)
    action = {t: change.action for change in changes for span in change.bins for t in range(span.first, span.last + 1)}
    assert all(0 <= t < BINS for t in action)
    for t in range(BINS):
        kept, value = bool(after.missing[t]), float(after.values[t])
        match action.get(t):
            case None:
                assert kept == reading.missing[t]
                np.testing.assert_array_equal(value, reading.values[t])
            case "zero":
                assert (kept, value) == (False, 0.0)
            case "nan":
                assert not kept
                assert np.isnan(value)
            case _:
                assert kept
    assert inject(after, changes) == after


@examples(60)
@given(CONFIGURATIONS, st.builds(GapHandling, detect=st.booleans(), fill_gaps=st.booleans(), fill_nan=st.booleans()))
def test_injection_commutes_with_capture(configuration: GapConfiguration, handling: GapHandling) -> None:
    """Capturing with gaps is making the gaps in the files of a capture without; nothing raises, and all verifies."""
    made = capture(configuration, handling)
    assert verify_tree(made.tree) == ()
    for file in PLAIN.manifest.files:
        changes = plan_gaps(configuration, GRID, file.node, file.metric)
        before = parse_series_csv(PLAIN.tree[file.path], source=file.path, bins=BINS)
        assert made.tree[file.path] == write_reading_csv(inject(before, changes))
    idle = {one.message for one in made.warnings if one.code == "gap_rule_unmatched"}
    used = {change.rule for one in made.plan for change in one.changes}
    assert len(idle) == len(configuration.rules) - len(used)


@examples(60)
@given(CONFIGURATIONS)
def test_warnings_name_exactly_the_changed_bins(configuration: GapConfiguration) -> None:
    """The bins of the warnings about a metric are those by which its file differs from the run's, and no others."""
    made = capture(configuration)
    for file in PLAIN.manifest.files:
        about = [one for one in made.warnings if (one.node, one.metric) == (file.node, file.metric)]
        told = {t for one in about for span in one.bins for t in range(span.first, span.last + 1)}
        before, after = rows(PLAIN.tree[file.path]), rows(made.tree[file.path])
        differing = {t for t in range(BINS) if before.get(t) != after.get(t)}
        assert differing <= told
        assert all(after[t] == before[t] == "0" for t in told - differing)


@examples(60)
@given(CONFIGURATIONS, st.integers(1, 40), st.sampled_from([START, None]))
def test_rules_never_raise_on_any_grid(configuration: GapConfiguration, bins: int, start: datetime | None) -> None:
    """Whatever the rules say, every grid has a plan."""
    grid: Grid = evolve(GRID, bins=bins, start=start)
    for change in plan_gaps(configuration, grid, "Door", "served"):
        assert change.bins
        assert change.bins[-1].last < bins


@examples(60)
@given(CONFIGURATIONS)
def test_two_captures_are_equal(configuration: GapConfiguration) -> None:
    """The same run and rules give the same bytes."""
    assert capture(configuration).tree == capture(configuration).tree
