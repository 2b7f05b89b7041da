"""SEMANTICS 5.5: completion and adherence, by hand-checked numbers."""

from __future__ import annotations

import math

import numpy as np

from flowtime_core.engine.sla import completion, schedule_adherence

NAN = math.nan


def test_completion_without_a_schedule_is_the_throughput_ratio() -> None:
    """SEMANTICS 5.5: every bin is open."""
    np.testing.assert_array_equal(completion(np.array([0.9, NAN, 1.0]), None), [0.9, NAN, 1.0])


def test_completion_of_a_closed_bin_is_that_of_the_last_open_one() -> None:
    """SEMANTICS 5.5: open in bins 1 and 3 with 0.5 and 0.75: null, 0.5, 0.5, 0.75, 0.75."""
    opened = np.array([False, True, False, True, False])
    np.testing.assert_array_equal(completion(np.array([0.0, 0.5, 0.0, 0.75, 0.0]), opened), [NAN, 0.5, 0.5, 0.75, 0.75])


def test_adherence_asks_whether_an_open_bin_served() -> None:
    """SEMANTICS 5.5: 1 or 0 on open bins, null on closed and on unmeasured ones."""
    opened = np.array([True, False, True, True])
    np.testing.assert_array_equal(schedule_adherence(np.array([3.0, 3.0, 0.0, NAN]), opened), [1, NAN, 0, NAN])
