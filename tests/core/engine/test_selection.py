"""Which series a run directory holds (CONTRACT 2)."""

from __future__ import annotations

import pytest

from flowtime_core.engine.names import resolve_names
from flowtime_core.engine.selection import select_outputs
from flowtime_core.records.model import Output
from tests.support.build import model, place, series

NAMES = resolve_names(
    model(1, series(a_one=1, a_two=2, b=3), [place("Q", "queue", arrivals="b", queueDepth="backlog")])
)
KEYS = ("a_one", "a_two", "b", "queueDepth@Q")


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([], KEYS),
        ([Output(series="*")], KEYS),
        ([Output(series="b")], ("b",)),
        ([Output(series="A_/*")], ("a_one", "a_two")),
        ([Output(series="backlog")], ("queueDepth@Q",)),
        ([Output(series="Q.queueDepth")], ("queueDepth@Q",)),
        ([Output(series="*", exclude=("b", "a_/*"))], ("queueDepth@Q",)),
        ([Output(series="b"), Output(series="a_one")], ("a_one", "b")),
        ([Output(series="zzz")], KEYS),
    ],
)
def test_outputs_select_by_name_or_pattern(outputs: list[Output], expected: tuple[str, ...]) -> None:
    """An id, an alias or ``Node.role`` names one series, ``*`` all, ``prefix/*`` by prefix; nothing selects all."""
    assert select_outputs(outputs, NAMES, KEYS, ())[0] == expected


def test_what_the_topology_reads_is_always_written() -> None:
    """Series that a state needs are written whatever the outputs say, in order of evaluation."""
    assert select_outputs([Output(series="a_two")], NAMES, KEYS, ["b", "queueDepth@Q"])[0] == (
        "a_two",
        "b",
        "queueDepth@Q",
    )


def test_an_output_of_nothing_is_told() -> None:
    """Each output that selects nothing is a warning at its place, with the nearest name."""
    _, findings = select_outputs([Output(series="b"), Output(series="a_tow")], NAMES, KEYS, ())
    (finding,) = findings
    assert finding.location is not None
    assert (finding.code, finding.location.pointer, finding.hint) == (
        "unknown_output",
        "/outputs/1/series",
        "did you mean 'a_two'",
    )
