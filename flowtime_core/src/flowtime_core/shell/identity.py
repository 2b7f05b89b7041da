"""Fresh run ids."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flowtime_core.records.ids import RunId

if TYPE_CHECKING:
    from datetime import datetime


def fresh_run_id(moment: datetime) -> RunId:
    """Return ``run_<yyyyMMddTHHmmssZ>_<8 hex>`` for a UTC time; the hex digits are random (contract section 2)."""
    return RunId(f"run_{moment:%Y%m%dT%H%M%SZ}_{secrets.token_hex(4)}")
