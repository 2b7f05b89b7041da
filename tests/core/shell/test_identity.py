"""Fresh run ids."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from flowtime_core.records.ids import parse_run_id
from flowtime_core.shell.identity import fresh_run_id


def test_fresh_ids_carry_the_time_and_differ() -> None:
    """An id shows when it was made, is valid, and no two are alike."""
    ids = {fresh_run_id(datetime(2025, 3, 1, 9, 5, 7, tzinfo=UTC)) for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"run_20250301T090507Z_[0-9a-f]{8}", parse_run_id(run_id)) for run_id in ids)
