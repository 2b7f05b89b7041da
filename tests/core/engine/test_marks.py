"""What a run notices, per scenario."""

from __future__ import annotations

import numpy as np

from flowtime_core.engine.marks import Mark
from flowtime_core.records.diagnostic import BinRange


def mark(*rows: list[float], measured: bool) -> Mark:
    """Amounts [bin, scenario] of a warning of Q."""
    return Mark(code="negative_input", node_id="Q", message="m", amounts=np.array(rows), measured=measured)


def test_a_mark_tells_bins_worst_and_total_of_a_scenario() -> None:
    """6.1 Bins as ranges, the worst value by magnitude with its sign, and the total."""
    found = mark([-1.0, 0.0], [-3.0, 0.0], [0.0, 0.0], [-2.0, 5.0], measured=True).diagnostic(0)
    assert found is not None
    assert (found.bins, found.value, found.total) == ((BinRange(0, 1), BinRange(3, 3)), -3.0, -6.0)


def test_a_flag_has_no_amount() -> None:
    """A mark that is not measured tells only where."""
    found = mark([1.0], measured=False).diagnostic(0)
    assert found is not None
    assert (found.value, found.total, found.node_id) == (None, None, "Q")


def test_a_scenario_in_which_nothing_happened_has_no_finding() -> None:
    """Other scenarios' amounts do not count; a single column stands for every scenario."""
    assert mark([0.0, 1.0], measured=True).diagnostic(0) is None
    assert mark([1.0], measured=True).diagnostic(5) is not None
