"""Which bins a dispatch schedule opens (SEMANTICS 4.4)."""

from __future__ import annotations

import pytest

from flowtime_core.engine.kernels.dispatch import gate


@pytest.mark.parametrize(
    ("period", "offset", "opened"),
    [
        (1, 0, [0, 1, 2, 3, 4, 5]),
        (2, 0, [0, 2, 4]),
        (2, 5, [1, 3, 5]),
        (3, -1, [2, 5]),
        (4, -1, [3]),
        (3, -7, [2, 5]),
        (9, 7, []),
    ],
)
def test_a_schedule_opens_every_period_from_its_phase(period: int, offset: int, opened: list[int]) -> None:
    """4.4 phase = offset mod P, floored, so negative offsets work; t opens iff t >= phase and (t-phase) mod P = 0."""
    assert gate(6, period, offset).nonzero()[0].tolist() == opened
