"""Which bins a dispatch schedule opens (SEMANTICS 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowtime_core.records.series import BoolArray


def gate(bins: int, period: int, offset: int) -> BoolArray:
    """Return shape (bins,): ``open[t] = t >= phase and (t - phase) mod period = 0``, phase = offset mod period."""
    phase = offset % period
    opened = np.zeros(bins, dtype=np.bool_)
    opened[phase::period] = True
    return opened
