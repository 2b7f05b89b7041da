"""Warnings in stored documents."""

from __future__ import annotations

import pytest

from flowtime_core.codec.stored import stored_fields
from flowtime_core.codec.warning import MOST_BINS_LISTED, read_warnings, warnings_to_plain
from flowtime_core.records.diagnostic import BinRange, Diagnostic
from flowtime_core.records.document import Document, Plain


def warning(*bins: BinRange, **changes: object) -> Diagnostic:
    """Return a warning about some bins."""
    return Diagnostic(code="division_by_zero", message="m", bins=bins, **changes)  # type: ignore[arg-type]


def test_few_bins_are_listed_too() -> None:
    """Up to 64 bins stand one by one beside the ranges, for readers that know no ranges."""
    (plain,) = warnings_to_plain([warning(BinRange(0, 1), BinRange(5, 5))])
    assert plain == {
        "code": "division_by_zero",
        "message": "m",
        "severity": "warning",
        "bins": [0, 1, 5],
        "binRanges": [[0, 1], [5, 5]],
    }


@pytest.mark.parametrize(("count", "is_listed"), [(MOST_BINS_LISTED, True), (MOST_BINS_LISTED + 1, False)])
def test_many_bins_are_ranges_only(count: int, *, is_listed: bool) -> None:
    """From 65 bins on only the ranges stand."""
    (plain,) = warnings_to_plain([warning(BinRange(0, count - 1))])
    assert isinstance(plain, dict)
    assert ("bins" in plain) is is_listed
    assert plain["binRanges"] == [[0, count - 1]]


def test_what_is_unknown_is_left_out() -> None:
    """Nothing is null, no number is not finite, and equal warnings stand once (register S1)."""
    plain = warnings_to_plain([warning(value=float("nan"), total=float("inf"))] * 2)
    assert plain == [{"code": "division_by_zero", "message": "m", "severity": "warning"}]


def test_numbers_nodes_and_edges_stand() -> None:
    """Node, edges, worst value and total are kept."""
    (plain,) = warnings_to_plain([warning(value=2.0, total=3.5, node_id="a", edge_ids=("e",), severity="error")])
    assert plain == {
        "code": "division_by_zero",
        "message": "m",
        "severity": "error",
        "nodeId": "a",
        "edgeIds": ["e"],
        "value": 2,
        "total": 3.5,
    }


def read(plain: Plain) -> tuple[Diagnostic, ...]:
    """Read the warnings of a document."""
    return read_warnings(stored_fields(Document(source="run.json", plain={"warnings": plain}), "the run"))


def test_absent_warnings_are_none() -> None:
    """A document without warnings has none."""
    assert read(None) == ()


def test_texts_and_mappings_mix() -> None:
    """Texts of older writers and mappings may stand side by side."""
    texts = read(["old", {"code": "division_by_zero", "message": "m", "severity": "info"}])
    assert [(one.code, one.message, one.severity) for one in texts] == [
        ("run_warning", "old", "warning"),
        ("division_by_zero", "m", "info"),
    ]
