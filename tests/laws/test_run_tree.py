"""Laws of run directories: what is rendered reads back, bit for bit."""

from __future__ import annotations

import math

import numpy as np
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.artifacts.bundle import render_run
from flowtime_core.artifacts.stored_run import read_stored_run
from flowtime_core.artifacts.verify import verify_run
from flowtime_core.records.diagnostic import Diagnostic, bin_ranges
from flowtime_core.records.grid import Grid
from tests.support.runs import MODEL, evaluated_run, series_of

VALUES = st.floats().map(lambda x: x + 0.0 if not math.isnan(x) else math.nan)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)


@given(st.data(), st.integers(1, 12))
def test_series_come_back_bit_for_bit(data: st.DataObject, bins: int) -> None:
    """Whatever the values, reading a rendered run gives the same series, names and roles, and it verifies."""
    names = data.draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    series = {name: series_of(name, data.draw(st.lists(VALUES, min_size=bins, max_size=bins))) for name in names}
    run = evaluated_run(
        model=evolve(
            MODEL,
            grid=Grid(bins=bins, bin_size=1, bin_unit="hours"),
            nodes=(),
            topology=evolve(MODEL.topology, constraints=()),
        ),
        series=series,
        written=tuple(series),
        role_keys={("Desk", "arrivals"): names[0], ("Door", "served"): names[-1]},
    )
    tree = render_run(run)
    stored = read_stored_run(tree)
    assert verify_run(tree) == ()
    assert list(stored.series) == [one.id for one in series.values()]
    for one in series.values():
        back = stored.series[one.id]
        assert (back.unit, back.kind) == (one.unit, one.kind)
        np.testing.assert_array_equal(back.values.view(np.int64), np.array(one.values).view(np.int64))
    assert stored.role_series["Desk", "arrivals"] == series[names[0]].id
    assert stored.role_series["Door", "served"] == series[names[-1]].id


WARNINGS = st.builds(
    Diagnostic,
    code=st.sampled_from(["division_by_zero", "outflow_exceeds_queue", "internal_error"]),
    message=TEXTS,
    severity=st.sampled_from(["error", "warning", "info"]),
    node_id=st.none() | NAMES,
    edge_ids=st.lists(NAMES, max_size=3).map(tuple),
    bins=st.sets(st.integers(0, 300), max_size=80).map(lambda bins: bin_ranges(sorted(bins))),
    value=st.none() | st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0),
    total=st.none() | st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0),
)


@given(st.lists(WARNINGS, max_size=5, unique=True))
def test_warnings_come_back(warnings: list[Diagnostic]) -> None:
    """Every warning of a run reads back with its bins and numbers."""
    assert read_stored_run(render_run(evaluated_run(warnings=tuple(warnings)))).warnings == tuple(warnings)
